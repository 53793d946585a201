// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export_dialog.h"

#include "ui/document.h"
#include "ui/views/view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <algorithm>
#include <functional>

namespace headscope {

namespace {

constexpr QSize previewRoom(440, 330);
constexpr double millimetresPerPixel = 25.4 / 96;

} // namespace

ExportDialog::ExportDialog(Document& document, const std::vector<View*>& views, View& chosen, const Theme& theme, QWidget* parent)
    : QDialog(parent), m_document(document), m_views(views), m_theme(theme), m_view(new QComboBox(this)), m_format(new QComboBox(this)),
      m_unit(new QComboBox(this)), m_width(new QDoubleSpinBox(this)), m_height(new QDoubleSpinBox(this)), m_dpi(new QDoubleSpinBox(this)),
      m_transparent(new QCheckBox(tr("Transparent ground"), this)), m_dark(new QCheckBox(tr("Dark theme"), this)),
      m_preview(new QLabel(this)), m_caption(new QLabel(this)), m_message(new QLabel(this)), m_progress(new QProgressBar(this)),
      m_write(new QPushButton(tr("Choose a file and write…"), this)), m_cancel(new QPushButton(tr("Close"), this)),
      m_writing([this](Outcome outcome) { finish(outcome.path, outcome.status); }) {
    setWindowTitle(tr("Export"));
    for (const View* view : m_views) m_view->addItem(view->accessibleName());
    m_view->setCurrentIndex(static_cast<int>(std::find(m_views.begin(), m_views.end(), &chosen) - m_views.begin()));
    m_format->addItems({tr("PNG picture"), tr("SVG drawing"), tr("PDF drawing"), tr("CSV numbers"), tr("JSON numbers"),
                        tr("NPZ arrays (NumPy)"), tr("safetensors arrays")});
    m_format->setObjectName(QStringLiteral("format"));
    m_unit->addItems({tr("pixels"), tr("millimetres")});
    m_unit->setObjectName(QStringLiteral("unit"));
    for (QDoubleSpinBox* side : {m_width, m_height}) {
        side->setRange(1, 20000);
        side->setDecimals(0);
    }
    m_width->setObjectName(QStringLiteral("width"));
    m_height->setObjectName(QStringLiteral("height"));
    m_dpi->setRange(10, 2400);
    m_dpi->setDecimals(0);
    m_dpi->setValue(300);
    m_dark->setChecked(theme.dark);
    m_transparent->setObjectName(QStringLiteral("transparent"));
    build();
    takeViewSize();
    syncControls();
}

void ExportDialog::build() {
    auto* form = new QFormLayout;
    form->addRow(tr("Format"), m_format);
    form->addRow(tr("View"), m_view);
    auto* size = new QHBoxLayout;
    size->addWidget(m_width);
    size->addWidget(new QLabel(QStringLiteral("×"), this));
    size->addWidget(m_height);
    size->addWidget(m_unit);
    form->addRow(tr("Size"), size);
    form->addRow(tr("Dots per inch"), m_dpi);
    form->addRow(QString(), m_transparent);
    form->addRow(QString(), m_dark);
    auto* column = new QVBoxLayout(this);
    auto* row = new QHBoxLayout;
    row->addLayout(form);
    auto* page = new QVBoxLayout;
    page->addWidget(m_preview);
    page->addWidget(m_caption);
    row->addLayout(page);
    m_caption->setAlignment(Qt::AlignCenter);
    m_caption->setForegroundRole(QPalette::PlaceholderText);
    m_caption->setObjectName(QStringLiteral("caption"));
    column->addLayout(row);
    m_preview->setFixedSize(previewRoom);
    m_preview->setAlignment(Qt::AlignCenter);
    m_preview->setAccessibleName(tr("Preview"));
    m_preview->setObjectName(QStringLiteral("preview"));
    m_view->setObjectName(QStringLiteral("view"));
    m_message->setWordWrap(true);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setObjectName(QStringLiteral("message"));
    column->addWidget(m_message);
    m_progress->setRange(0, 0);
    m_progress->hide();
    column->addWidget(m_progress);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_write);
    column->addLayout(buttons);
    m_write->setDefault(true);
    m_width->setAccessibleName(tr("Width"));
    m_height->setAccessibleName(tr("Height"));
    m_unit->setAccessibleName(tr("Unit"));
    connect(m_write, &QPushButton::clicked, this, &ExportDialog::chooseFile);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (!m_writing.busy()) return reject();
        m_writing.cancel();
        finish(QString(), Error{ErrorCode::Cancelled, {}, {}});
    });
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::syncControls);
    connect(m_view, &QComboBox::currentIndexChanged, this, [this] {
        if (m_sizeIsViews) takeViewSize();
        updatePreview();
    });
    connect(m_unit, &QComboBox::currentIndexChanged, this, [this](int unit) {
        const double factor = unit == 1 ? millimetresPerPixel : 1 / millimetresPerPixel;
        // A tenth of a millimetre is less than half a pixel: there and back is the same size.
        for (QDoubleSpinBox* side : {m_width, m_height}) side->setDecimals(1);
        const bool views = m_sizeIsViews;
        m_width->setValue(m_width->value() * factor);
        m_height->setValue(m_height->value() * factor);
        m_sizeIsViews = views;
        for (QDoubleSpinBox* side : {m_width, m_height}) side->setDecimals(unit == 1 ? 1 : 0);
        syncControls();
    });
    for (QDoubleSpinBox* side : {m_width, m_height})
        connect(side, &QDoubleSpinBox::valueChanged, this, [this] {
            m_sizeIsViews = false;
            updatePreview();
        });
    connect(m_dpi, &QDoubleSpinBox::valueChanged, this, &ExportDialog::updatePreview);
    for (QCheckBox* box : {m_transparent, m_dark}) connect(box, &QCheckBox::toggled, this, &ExportDialog::updatePreview);
}

void ExportDialog::takeViewSize() {
    const double unit = m_unit->currentIndex() == 1 ? millimetresPerPixel : 1;
    m_width->setValue(std::max(200, view().width()) * unit);
    m_height->setValue(std::max(150, view().height()) * unit);
    m_sizeIsViews = true;
}

ExportDialog::Format ExportDialog::format() const { return static_cast<Format>(m_format->currentIndex()); }

QString ExportDialog::ending() const {
    static const char* const endings[] = {"png", "svg", "pdf", "csv", "json", "npz", "safetensors"};
    return QString::fromLatin1(endings[format()]);
}

View& ExportDialog::view() const { return *m_views[static_cast<std::size_t>(std::max(0, m_view->currentIndex()))]; }

PictureOptions ExportDialog::options() const {
    PictureOptions options;
    options.format = static_cast<PictureFormat>(std::min<int>(format(), Pdf));
    options.size = {m_width->value(), m_height->value()};
    options.millimetres = m_unit->currentIndex() == 1;
    options.dpi = m_dpi->value();
    options.transparent = m_transparent->isChecked();
    return options;
}

void ExportDialog::syncControls() {
    const bool picture = isPicture();
    for (QWidget* widget : std::initializer_list<QWidget*>{m_view, m_width, m_height, m_unit, m_transparent, m_dark}) widget->setEnabled(picture);
    m_dpi->setEnabled(format() == Png && m_unit->currentIndex() == 1);
    m_dpi->setToolTip(tr("Of a PNG whose size is in millimetres"));
    m_message->setText(picture ? QString() : tr("Weights, scores, q, k, v, context and output of all heads, with tokens and dials."));
    updatePreview();
}

void ExportDialog::updatePreview() {
    m_preview->setVisible(isPicture());
    m_caption->setVisible(isPicture());
    if (!isPicture()) return;
    const PictureOptions real = options();
    const double toInch = real.millimetres ? 25.4 : 96;
    const double dots = format() == Png ? (real.millimetres ? real.dpi : 96) : 0;
    const QSizeF inches = real.size / toInch;
    m_caption->setText(dots > 0 ? tr("%L1 × %L2 pixels").arg(inches.width() * dots, 0, 'f', 0).arg(inches.height() * dots, 0, 'f', 0)
                                : tr("%L1 × %L2 mm").arg(inches.width() * 25.4, 0, 'f', 1).arg(inches.height() * 25.4, 0, 'f', 1));
    // The same picture, small: laid out for its real size, so that it shows what the file will.
    PictureOptions small = real;
    small.format = PictureFormat::Png;
    small.millimetres = false;
    small.preview = true;
    small.size = inches * 96;
    small.scale = devicePixelRatioF() * std::min(previewRoom.width() / small.size.width(), previewRoom.height() / small.size.height());
    QImage picture = pictureImage(view(), m_dark->isChecked() ? Theme::darkTheme() : Theme::light(), small);
    if (!picture.isNull()) {
        QPainter painter(&picture);
        painter.setPen(palette().color(QPalette::Mid));
        painter.drawRect(0, 0, picture.width() - 1, picture.height() - 1); // where the page ends
    }
    picture.setDevicePixelRatio(devicePixelRatioF());
    m_preview->setPixmap(QPixmap::fromImage(picture));
}

void ExportDialog::chooseFile() {
    const QFileInfo session(m_document.path());
    QFileDialog dialog(this, tr("Write the file"), session.absolutePath(), m_format->currentText() + QStringLiteral(" (*.%1)").arg(ending()));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(ending());
    dialog.selectFile((session.fileName().isEmpty() ? QStringLiteral("headscope") : session.completeBaseName()) + QLatin1Char('.') + ending());
    if (dialog.exec() == QDialog::Accepted) writeTo(dialog.selectedFiles().constFirst());
}

void ExportDialog::writeTo(const QString& path) {
    const std::string name = QFile::encodeName(path).toStdString();
    std::function<Status(std::stop_token)> write;
    if (isPicture()) {
        const Theme theme = m_dark->isChecked() ? Theme::darkTheme() : Theme::light();
        const Result<DrawnPicture> drawn = drawPicture(view(), theme, options());
        if (!drawn) return finish(path, drawn.error());
        write = [name, picture = *drawn](const std::stop_token& stop) { return writePicture(picture, name, stop); };
    } else {
        static constexpr TraceFormat formats[] = {TraceFormat::Csv, TraceFormat::Json, TraceFormat::Npz, TraceFormat::Safetensors};
        write = [name, analysis = m_document.analysis(), chosen = formats[format() - Csv]](const std::stop_token& stop) {
            return writeTrace(*analysis, {}, chosen, name, stop);
        };
    }
    m_write->setEnabled(false);
    m_cancel->setText(tr("Cancel"));
    m_progress->show();
    m_writing.start([path, write = std::move(write)](std::stop_token stop) { return Outcome{path, write(stop)}; });
}

void ExportDialog::finish(const QString& path, const Status& status) {
    m_write->setEnabled(true);
    m_cancel->setText(tr("Close"));
    m_progress->hide();
    if (status) {
        m_written = path;
        accept();
    } else {
        m_message->setText(status.error().code == ErrorCode::Cancelled ? tr("Cancelled: nothing was written.")
                                                                       : QString::fromStdString(status.error().message()));
    }
}

} // namespace headscope
