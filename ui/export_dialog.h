// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/trace_file.h"
#include "ui/exporter.h"
#include "ui/latest_job.h"

#include <QDialog>
#include <vector>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace headscope {

class Document;
class View;

/// A picture of one view, or the numbers behind all of them, into a file.
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    ExportDialog(Document& document, const std::vector<View*>& views, View& chosen, const Theme& theme, QWidget* parent = nullptr);

    /// The file that was written; empty: none.
    const QString& written() const { return m_written; }
    /// What the button does once the file is chosen.
    void writeTo(const QString& path);
    PictureOptions options() const;

private:
    enum Format { Png, Svg, Pdf, Csv, Json, Npz, Safetensors };

    void build();
    void chooseFile();
    void syncControls();
    void updatePreview();
    /// As large as the chosen view is in the window.
    void takeViewSize();
    void finish(const QString& path, const Status& status);
    Format format() const;
    bool isPicture() const { return format() <= Pdf; }
    QString ending() const;
    View& view() const;

    Document& m_document;
    std::vector<View*> m_views;
    Theme m_theme;
    QString m_written;
    bool m_sizeIsViews = true; ///< nobody has asked for another one
    QComboBox* m_view;
    QComboBox* m_format;
    QComboBox* m_unit;
    QDoubleSpinBox* m_width;
    QDoubleSpinBox* m_height;
    QDoubleSpinBox* m_dpi;
    QCheckBox* m_transparent;
    QCheckBox* m_dark;
    QLabel* m_preview;
    QLabel* m_caption; ///< how large the file will be
    QLabel* m_message;
    QProgressBar* m_progress;
    QPushButton* m_write;
    QPushButton* m_cancel;
    struct Outcome {
        Outcome(QString file, Status how) : path(std::move(file)), status(std::move(how)) {}
        explicit Outcome(Error why) : status(std::move(why)) {}
        QString path;
        Status status;
    };
    LatestJob<Outcome> m_writing;
};

} // namespace headscope
