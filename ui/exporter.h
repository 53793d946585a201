// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/style/theme.h"

#include <QByteArray>
#include <QImage>
#include <QSizeF>
#include <stop_token>
#include <string>

namespace headscope {

class View;

enum class PictureFormat { Png, Svg, Pdf };

struct PictureOptions {
    PictureFormat format = PictureFormat::Png;
    QSizeF size = {1200, 800}; ///< px at 96 per inch, or millimetres
    bool millimetres = false;
    double dpi = 96; ///< of a PNG whose size is in millimetres
    double scale = 1; ///< device pixels per px of an image whose size is in px (a screen's finer pixels)
    double zoom = 1;  ///< how much larger than usual everything is drawn, words and lines included
    bool transparent = false;
    bool preview = false; ///< drawn again and again: of a long text as coarse as the screen has it
};

/// A picture that is drawn but no file yet.
struct DrawnPicture {
    QImage pixels;    ///< of a PNG
    QByteArray bytes; ///< of SVG and PDF
};

/// Draws the view as it is seen into a file ("-": standard output). Usage error for a size that cannot be, Io error
/// with the path, also where memory is too short. Text stays text in SVG and PDF.
Status exportPicture(const View& view, const Theme& theme, const PictureOptions& options, const std::string& path);
/// The same in two steps: a large picture takes longer to pack and write, which any thread can do, than to draw, which is
/// the view's thread's. Usage error for a size that cannot be.
Result<DrawnPicture> drawPicture(const View& view, const Theme& theme, const PictureOptions& options);
/// Io error with the path; Cancelled when `stop` is set, and then there is no file.
Status writePicture(const DrawnPicture& picture, const std::string& path, const std::stop_token& stop = {});
/// The same picture for the clipboard and the printer.
QImage pictureImage(const View& view, const Theme& theme, const PictureOptions& options);

} // namespace headscope
