// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/heads.h"
#include "core/train/trainer.h"
#include "ui/latest_job.h"

#include <QWidget>
#include <optional>
#include <utility>
#include <vector>

class QCheckBox;
class QLabel;
class QToolButton;
class QTableWidget;

namespace headscope {

class Document;
class Selection;

/// What a trained model is without one of its heads: the pictures of the layers behind it, the accuracy on examples
/// that no training has seen, and a list of all heads by what they are worth. From there training can go on.
class HeadAblation : public QWidget {
    Q_OBJECT
public:
    HeadAblation(Document& document, Selection& selection, QWidget* parent = nullptr);

    /// What is measured; a null model: nothing can be. `rests`: it does not learn at the moment, so there is time.
    void setModel(const ModelPtr& model, const TrainOptions& options, bool rests);
    /// As it is to be shown: without the head that is switched off, or as it is.
    ModelPtr applied(const ModelPtr& model) const;
    /// The head that applied() leaves out.
    std::optional<HeadPlace> switchedOff() const;
    static QString nameOf(const HeadPlace& place);
    /// Every head is there again.
    void restore();

signals:
    /// applied() gives another model.
    void switched();
    /// Training is to go on with these weights, and without a head for good.
    void goOnWanted(const headscope::ModelPtr& model, const std::optional<headscope::HeadPlace>& without);

private:
    /// Accuracies of one model, each without one head.
    struct Measured {
        Measured() = default;
        explicit Measured(Error why) : error(std::move(why)) {}
        ModelPtr model;
        double whole = 0; ///< with all heads
        std::vector<std::pair<HeadPlace, double>> without;
        std::optional<Error> error;
    };

    void build();
    std::optional<HeadPlace> chosen() const;
    void follow();
    void measure(const std::vector<HeadPlace>& heads);
    void finish(const Measured& measured);
    void sayResult();
    void fillList();
    std::optional<double> accuracyWithout(const HeadPlace& place) const;

    Document& m_document;
    Selection& m_selection;
    ModelPtr m_model;
    // What applied() gave last.
    mutable ModelPtr m_whole, m_ablated;
    mutable std::optional<HeadPlace> m_ablatedPlace;
    TrainOptions m_options;
    bool m_rests = false;
    std::optional<HeadPlace> m_chosen; ///< the one in the pictures
    Measured m_known;                  ///< of m_model, if its model is that
    QCheckBox* m_without;
    QLabel* m_result;
    QToolButton* m_all;
    QToolButton* m_goOn;
    QTableWidget* m_list;
    LatestJob<Measured> m_job; ///< last: its worker reports here
};

} // namespace headscope
