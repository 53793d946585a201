// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/mask.h"
#include "core/io/array.h"
#include "core/session/session.h"
#include "core/sources/examples.h"
#include "ui/latest_job.h"

#include <QObject>
#include <QStringList>

class QWidget;

namespace headscope {

class Document;

/// A .npy that may be a mask or token vectors: what its shape and numbers allow.
struct DroppedArray {
    QString path;
    bool canBeMask = false;
    bool canBeInput = false;
    std::shared_ptr<const MaskGrid> mask;
};

/// Everything between the document and files: sessions, weights, masks, token vectors, whether chosen in a dialog or
/// dropped on the window. Reading and writing happen on a worker where they can take long.
class SessionFiles : public QObject {
    Q_OBJECT
public:
    SessionFiles(Document& document, QWidget* window);

    // With a dialog to choose the file.
    void newSession();
    void openSession();
    bool saveSession();
    bool saveSessionAs();
    void chooseWeights();
    void chooseMask();
    void chooseInput(bool second);
    void chooseModel();
    /// Where the model that learns is to be saved.
    void chooseTrained();

    // With the file known.
    /// Asks before losing changes.
    void open(const QString& path);
    bool save(const QString& path);
    void useWeights(const QString& path);
    void useInput(const QString& path, bool second);
    void useMask(std::shared_ptr<const MaskGrid> mask);
    void loadMask(const QString& path);
    /// A model in place of the sandbox, by folder or name; empty: the sandbox again, with its dials as they were.
    void useModel(const QString& model);
    /// Begins with a sentence of the examples menu. With the model that was chosen just before it is one step of undo.
    void useExample(const Example& example, bool withModel = false);
    /// Any file or folder: a session, a model, weights, a mask or token vectors.
    void drop(const QString& path);

    /// Whether the session may be left: saved, discarded, or nothing to lose.
    bool mayLeave();

signals:
    void trainedWanted(const QString& folder);
    /// Could not be opened or saved: one clear sentence.
    void failed(const QString& message);
    void done(const QString& message);
    /// Dropped and both a mask and token vectors: somebody has to say which.
    void undecided(const headscope::DroppedArray& array);

private:
    struct Loaded {
        Loaded() = default;
        explicit Loaded(Error why) : error(std::move(why)) {}
        std::optional<Error> error;
        std::optional<Session> session;
        DroppedArray array;
        QString path;
    };

    void finish(const Loaded& loaded);
    QString chooseFile(const QString& title, const QString& filter) const;

    Document& m_document;
    QWidget* m_window;
    LatestJob<Loaded> m_loader;
};

} // namespace headscope
