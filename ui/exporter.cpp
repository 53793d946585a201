// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporter.h"

#include "core/io/safe_file.h"
#include "ui/views/view.h"

#include <QBuffer>
#include <QHashSeed>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSvgGenerator>
#include <cmath>

namespace headscope {

namespace {

constexpr double pixelsPerInch = 96;
constexpr double millimetresPerInch = 25.4;
constexpr double mostPixelsASide = 100'000;
constexpr double mostPixels = 500e6; // 2 GB of picture

/// The size that everything is laid out for, in logical pixels of 1/96 inch.
QSizeF logicalSize(const PictureOptions& options) {
    return options.millimetres ? options.size * (pixelsPerInch / millimetresPerInch) : options.size;
}

/// Device pixels per logical pixel of a PNG.
double pixelScale(const PictureOptions& options) {
    return options.millimetres ? options.dpi / pixelsPerInch : options.scale;
}

QSizeF pixelSize(const PictureOptions& options) {
    const QSizeF size = logicalSize(options) * pixelScale(options);
    return {std::round(size.width()), std::round(size.height())};
}

Status checkSize(const PictureOptions& options) {
    const char* place = options.millimetres ? "--mm" : "--size";
    const auto usable = [](double length) { return std::isfinite(length) && length > 0; };
    if (!usable(options.size.width()) || !usable(options.size.height()))
        return Error{ErrorCode::Usage, place, "width and height must be above 0"};
    if (options.millimetres && (!usable(options.dpi) || options.dpi > 10'000))
        return Error{ErrorCode::Usage, "--dpi", "must be above 0 and at most 10000"};
    const QSizeF pixels = options.format == PictureFormat::Png ? pixelSize(options) : logicalSize(options);
    if (pixels.width() < 1 || pixels.height() < 1)
        return Error{ErrorCode::Usage, place, "the picture would be less than one pixel wide or high"};
    if (pixels.width() > mostPixelsASide || pixels.height() > mostPixelsASide)
        return Error{ErrorCode::Usage, place,
                     "the picture would be larger than 100000 pixels a side; choose a smaller size"};
    if (options.format == PictureFormat::Png && pixels.width() * pixels.height() > mostPixels)
        return Error{ErrorCode::Usage, place,
                     "the picture would have more than 500 million pixels; choose a smaller size or SVG"};
    return {};
}

void draw(QPainter& painter, const View& view, const Theme& theme, const PictureOptions& options) {
    const QRectF page(QPointF(0, 0), logicalSize(options));
    painter.setRenderHint(QPainter::LosslessImageRendering, !options.preview);
    if (!options.transparent) painter.fillRect(page, theme.paper);
    painter.scale(options.zoom, options.zoom);
    view.render(painter, QRectF(QPointF(0, 0), page.size() / options.zoom), theme);
}

/// What is packed goes into the file at once; nothing more once it is to stop.
class FileDevice : public QIODevice {
public:
    FileDevice(SafeFile& file, const std::stop_token& stop) : m_file(file), m_stop(stop) { open(QIODevice::WriteOnly | QIODevice::Unbuffered); }
    bool isSequential() const override { return true; }

protected:
    qint64 readData(char*, qint64) override { return -1; }
    qint64 writeData(const char* bytes, qint64 count) override {
        if (m_stop.stop_requested()) return -1;
        m_file.write(bytes, static_cast<std::size_t>(count));
        return count;
    }

private:
    SafeFile& m_file;
    const std::stop_token& m_stop;
};

QByteArray svg(const View& view, const Theme& theme, const PictureOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(static_cast<int>(pixelsPerInch));
    const QSizeF size = logicalSize(options);
    generator.setSize(QSize(static_cast<int>(std::ceil(size.width())), static_cast<int>(std::ceil(size.height()))));
    generator.setViewBox(QRectF(QPointF(0, 0), size));
    generator.setTitle(QStringLiteral("Headscope"));
    QPainter painter(&generator);
    draw(painter, view, theme, options);
    painter.end();
    // The generator knows whole pixels only; and a reader without our font is to take one of the same kind.
    QString text = QString::fromUtf8(bytes);
    const auto millimetres = [](double length) {
        return QString::number(length * millimetresPerInch / pixelsPerInch, 'g', 10);
    };
    static const QRegularExpression sizes(QStringLiteral("width=\"[^\"]*mm\" height=\"[^\"]*mm\""));
    const QRegularExpressionMatch found = sizes.match(text);
    if (found.hasMatch())
        text.replace(found.capturedStart(), found.capturedLength(),
                     QStringLiteral("width=\"%1mm\" height=\"%2mm\"")
                         .arg(millimetres(size.width()), millimetres(size.height())));
    static const QRegularExpression family(QStringLiteral("font-family=\"([^\"]*)\""));
    text.replace(family, QStringLiteral("font-family=\"\\1, sans-serif\""));
    return text.toUtf8();
}

/// While it lives, new hashes are walked in the same order in every run: the PDF engine writes its fonts out of one.
struct SteadyHashes {
    SteadyHashes() { QHashSeed::setDeterministicGlobalSeed(); }
    ~SteadyHashes() { QHashSeed::resetRandomGlobalSeed(); }
    Q_DISABLE_COPY_MOVE(SteadyHashes)
};

/// Writes over what follows `name` up to and including `last`, blanks to the end: every place in the file stays.
void overwrite(QByteArray& bytes, const char* name, char last, const QByteArray& with) {
    const qsizetype begin = bytes.indexOf(name);
    const qsizetype end = begin < 0 ? -1 : bytes.indexOf(last, begin) + 1;
    if (end > begin && with.size() <= end - begin) bytes.replace(begin, end - begin, with.leftJustified(end - begin));
}

QByteArray pdf(const View& view, const Theme& theme, const PictureOptions& options) {
    const SteadyHashes steady;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    constexpr int resolution = 1200;
    // The writer's pages are whole points: the page is cut to the exact size afterwards, from the top left.
    const QSizeF points = logicalSize(options) * (72 / pixelsPerInch);
    const QSizeF page(std::ceil(points.width()), std::ceil(points.height()));
    writer.setPageSize(QPageSize(page, QPageSize::Point, QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    writer.setResolution(resolution);
    writer.setTitle(QStringLiteral("Headscope"));
    QPainter painter(&writer);
    painter.scale(resolution / pixelsPerInch, resolution / pixelsPerInch);
    draw(painter, view, theme, options);
    painter.end();
    const auto number = [](double value) { return QByteArray::number(value, 'f', 4); };
    overwrite(bytes, "/MediaBox [", ']',
              "/MediaBox [0 " + number(page.height() - points.height()) + ' ' + number(points.width()) + ' ' +
                  QByteArray::number(std::lround(page.height())) + ']');
    // Without the hour it was written: the same picture is the same file.
    overwrite(bytes, "/CreationDate (", ')', "");
    return bytes;
}

} // namespace

QImage pictureImage(const View& view, const Theme& theme, const PictureOptions& options) {
    const QSizeF pixels = pixelSize(options);
    QImage image(pixels.toSize(), QImage::Format_ARGB32_Premultiplied);
    if (image.isNull()) return image;
    image.fill(options.transparent ? QColor(Qt::transparent) : theme.paper);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::TextAntialiasing);
    painter.scale(pixelScale(options), pixelScale(options));
    draw(painter, view, theme, options);
    painter.end();
    // Only now: before, it would change the size of the letters.
    const double perMetre = pixelsPerInch * pixelScale(options) / millimetresPerInch * 1000;
    image.setDotsPerMeterX(static_cast<int>(std::lround(perMetre)));
    image.setDotsPerMeterY(static_cast<int>(std::lround(perMetre)));
    return image;
}

Result<DrawnPicture> drawPicture(const View& view, const Theme& theme, const PictureOptions& options) {
    if (Status size = checkSize(options); !size.ok()) return size.error();
    switch (options.format) {
    case PictureFormat::Png:
        return DrawnPicture{pictureImage(view, theme, options), {}};
    case PictureFormat::Svg:
        return DrawnPicture{{}, svg(view, theme, options)};
    case PictureFormat::Pdf:
        return DrawnPicture{{}, pdf(view, theme, options)};
    }
    return DrawnPicture{};
}

Status writePicture(const DrawnPicture& picture, const std::string& path, const std::stop_token& stop) {
    Result<SafeFile> file = SafeFile::create(path);
    if (!file.ok()) return file.error();
    FileDevice device(*file, stop);
    const bool whole = picture.pixels.isNull() ? !picture.bytes.isEmpty() && device.write(picture.bytes) == picture.bytes.size()
                                               : picture.pixels.save(&device, "PNG");
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
    if (!whole) return Error{ErrorCode::Io, path, "there is not enough memory for a picture of this size"};
    return file->commit();
}

Status exportPicture(const View& view, const Theme& theme, const PictureOptions& options, const std::string& path) {
    const Result<DrawnPicture> drawn = drawPicture(view, theme, options);
    if (!drawn.ok()) return drawn.error();
    return writePicture(*drawn, path);
}

} // namespace headscope
