// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/latest_job.h"
#include "ui/training/training_run.h"
#include "ui/views/run_strip.h"

#include <QObject>
#include <functional>

namespace headscope {

class Document;

/// Makes the strip of pictures of a run: what its model made of the sentence in some of its steps.
class RunExport : public QObject {
    Q_OBJECT
public:
    RunExport(Document& document, Selection& selection);

    /// The steps are chosen evenly among `moments`, the first and the last with them. made() or failed() follows.
    void start(const RunState& run, std::vector<Checkpoint> moments);

signals:
    /// Belongs to whoever takes it.
    void made(headscope::RunStrip* strip);
    void failed(const QString& message);

private:
    using Made = Result<std::vector<Moment>>;

    Document& m_document;
    Selection& m_selection;
    QString m_name;
    LatestJob<Made> m_job; ///< last: its worker reports here
};

} // namespace headscope
