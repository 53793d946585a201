// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/model_places.h"
#include "core/sources/opened_model.h"
#include "ui/latest_job.h"
#include "ui/panels/bound_form.h"

#include <QTimer>

class QLabel;
class QMenu;
class QProgressBar;
class QToolButton;

namespace headscope {

class DownloadPanel;

/// Where the heads come from: the sandbox or a model on this computer; and which of a model's layers, attentions and
/// texts are shown.
class ModelPanel : public BoundForm {
    Q_OBJECT
public:
    explicit ModelPanel(Document& document, QWidget* parent = nullptr);

protected:
    void resizeEvent(QResizeEvent* event) override;

signals:
    /// By name or folder; empty: the sandbox. A decoder takes no second text.
    void modelWanted(const QString& model);
    void folderWanted();
    void trainingWanted();
    void said(const QString& message);

private:
    void addSource();
    void addLoading();
    void addDials();
    void lookForModels();
    void fillMenu();
    void addEntry(const ModelEntry& entry);
    /// Whether the pictures are those of the session's model.
    bool isShown() const;
    void syncSource();
    void syncDials();
    void followLoading();
    void cancelLoading();

    QToolButton* m_source;
    QMenu* m_menu;
    QLabel* m_facts;
    DownloadPanel* m_download;
    QWidget* m_loading;
    QProgressBar* m_progress;
    QSpinBox* m_layer;
    QComboBox* m_site;
    QComboBox* m_pairs;
    QCheckBox* m_words;
    QTimer m_poll;
    OpenedModelPtr m_factsOf; ///< the model that m_factsText is of
    QString m_factsText;
    std::string m_shown; ///< the session's word for the model that the pictures are of
    std::vector<ModelEntry> m_models;
    bool m_looked = false; ///< m_models is what is there
    LatestJob<std::vector<ModelEntry>> m_search; ///< last: its worker reports here
};

} // namespace headscope
