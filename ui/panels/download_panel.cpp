// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/download_panel.h"

#include "ui/panels/bound_form.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QToolButton>

namespace headscope {

DownloadPanel::DownloadPanel(const ModelPlaces& places, QWidget* parent)
    : QWidget(parent), m_places(places), m_name(new QLineEdit(this)), m_button(new QToolButton(this)), m_progress(new QProgressBar(this)),
      m_state(new QLabel(this)), m_error(new QLabel(this)) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(4);
    grid->addWidget(m_name, 0, 0);
    grid->addWidget(m_button, 0, 1);
    grid->addWidget(m_progress, 1, 0, 1, 2);
    grid->addWidget(m_state, 2, 0, 1, 2);
    grid->addWidget(m_error, 3, 0, 1, 2);
    m_name->setObjectName(QStringLiteral("downloadName"));
    m_name->setPlaceholderText(tr("ORG/NAME"));
    m_name->setMinimumWidth(80);
    m_name->setAccessibleName(tr("Name of a model on the Hugging Face Hub"));
    m_name->setToolTip(tr("A model on the Hugging Face Hub, such as google-bert/bert-base-uncased: it is fetched once and then stays on this computer"));
    leaveUndoToWindow(m_name);
    m_button->setObjectName(QStringLiteral("download"));
    m_progress->setObjectName(QStringLiteral("downloadProgress"));
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(8);
    m_progress->setMinimumWidth(40);
    m_progress->setAccessibleName(tr("Download"));
    for (QLabel* label : {m_state, m_error}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setMinimumWidth(1); // a long path must not widen the panel
    }
    m_state->setForegroundRole(QPalette::PlaceholderText);
    m_error->setForegroundRole(QPalette::BrightText);
    m_error->setObjectName(QStringLiteral("downloadError"));
    m_error->setAccessibleName(tr("Error"));
    connect(m_button, &QToolButton::clicked, this, &DownloadPanel::toggle);
    connect(m_name, &QLineEdit::returnPressed, this, &DownloadPanel::start);
    finish(QString());
}

void DownloadPanel::toggle() {
    if (m_download && m_download->isRunning()) m_download->cancel();
    else start();
}

void DownloadPanel::start() {
    const std::string name = m_name->text().trimmed().toStdString();
    if (name.empty()) return m_name->setFocus(Qt::OtherFocusReason);
    if (m_download && m_download->isRunning()) return;
    if (const Status checked = checkHubName(name); !checked) return finish(QString::fromStdString(checked.error().message()));
    if (m_places.downloads.empty()) return finish(tr("There is no home folder to keep it in."));
    Result<HubAccess> access = hubAccess(processEnvironment);
    if (!access) return finish(QString::fromStdString(access.error().message()));
    if (!m_download) {
        m_download = new ModelDownload(this);
        connect(m_download, &ModelDownload::progressed, this, &DownloadPanel::follow);
        connect(m_download, &ModelDownload::failed, this, [this](const Error& error) {
            finish(error.code == ErrorCode::Cancelled ? tr("Stopped; what has come is kept, and the same name goes on from there.")
                                                      : QString::fromStdString(error.message()));
        });
        connect(m_download, &ModelDownload::finished, this, [this] {
            const QString model = m_name->text().trimmed();
            finish(QString());
            m_name->clear();
            emit downloaded(model);
        });
    }
    m_error->hide();
    m_name->setEnabled(false);
    m_button->setText(tr("Cancel"));
    m_button->setToolTip(tr("Stops the download; what has come is kept"));
    m_download->start({name, downloadFolder(m_places, name), *std::move(access), {}});
    follow({});
}

void DownloadPanel::follow(const DownloadProgress& progress) {
    const QLocale locale;
    const auto size = [&](std::uint64_t bytes) { return locale.formattedDataSize(static_cast<qint64>(bytes)); };
    m_progress->setRange(0, progress.total && *progress.total > 0 ? 1000 : 0);
    if (progress.total && *progress.total > 0) m_progress->setValue(static_cast<int>(static_cast<double>(progress.bytes) / static_cast<double>(*progress.total) * 1000));
    const QString amount = progress.total ? tr("%1 of %2").arg(size(progress.bytes), size(*progress.total)) : size(progress.bytes);
    const QString file = QString::fromStdString(progress.file);
    switch (progress.step) {
    case DownloadProgress::Step::Asking: m_state->setText(tr("asking for the list of files")); break;
    case DownloadProgress::Step::Fetching: m_state->setText(tr("%1, %2").arg(amount, file)); break;
    case DownloadProgress::Step::Waiting: m_state->setText(tr("%1, asking again in %L2 s").arg(amount).arg((progress.wait.count() + 999) / 1000)); break;
    case DownloadProgress::Step::Checking: m_state->setText(tr("%1, checking %2").arg(amount, file)); break;
    }
    m_progress->show();
    m_state->show();
}

void DownloadPanel::finish(const QString& problem) {
    m_progress->hide();
    m_state->hide();
    m_name->setEnabled(true);
    m_button->setText(tr("Download"));
    m_button->setToolTip(tr("Fetches the model from the Hugging Face Hub"));
    m_error->setText(problem);
    m_error->setVisible(!problem.isEmpty());
}

} // namespace headscope
