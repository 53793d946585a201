// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/model_places.h"
#include "ui/download/model_download.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QProgressBar;
class QToolButton;

namespace headscope {

/// Fetches a model by its name on the Hugging Face Hub, into the folder of our downloads. Nothing is asked of the network
/// before the button is pressed.
class DownloadPanel : public QWidget {
    Q_OBJECT
public:
    explicit DownloadPanel(const ModelPlaces& places, QWidget* parent = nullptr);

signals:
    /// It is there and can be opened.
    void downloaded(const QString& name);

private:
    void toggle();
    void start();
    void follow(const DownloadProgress& progress);
    void finish(const QString& problem);

    const ModelPlaces m_places;
    QLineEdit* m_name;
    QToolButton* m_button;
    QProgressBar* m_progress;
    QLabel* m_state; ///< how far it is
    QLabel* m_error;
    ModelDownload* m_download = nullptr; ///< made when it is first needed
};

} // namespace headscope
