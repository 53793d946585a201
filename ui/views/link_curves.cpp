// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/link_curves.h"

#include "core/base/parallel.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace headscope {

namespace {

/// The S at one place across: how far along it is (0 … 1) and how steep.
struct Step {
    float along = 0;
    float slope = 0;
};

/// Across and along of the cubic (0,0) (½,0) (½,1) (1,1).
double acrossAt(double t) { return 1.5 * t * (1 - t) + t * t * t; }
double alongAt(double t) { return t * t * (3 - 2 * t); }

/// At the middles of `count` pixels.
std::vector<Step> steps(Index count) {
    std::vector<Step> table(static_cast<std::size_t>(count));
    for (Index u = 0; u < count; ++u) {
        const double across = (static_cast<double>(u) + 0.5) / static_cast<double>(count);
        double low = 0;
        double high = 1; // across rises with t, so halving finds it
        for (int i = 0; i < 30; ++i) (acrossAt((low + high) / 2) < across ? low : high) = (low + high) / 2;
        const double t = (low + high) / 2;
        const double slope = 6 * t * (1 - t) / (1.5 - 3 * t + 3 * t * t);
        table[static_cast<std::size_t>(u)] = {static_cast<float>(alongAt(t)),
                                              static_cast<float>(slope / static_cast<double>(count))};
    }
    return table;
}

/// A curve in pixels, ready to be laid over others.
struct Stroke {
    float from = 0;
    float delta = 0;
    float half = 0; ///< of the width
    std::uint32_t redBlue = 0; ///< premultiplied, two channels per word
    std::uint32_t alphaGreen = 0;
    float alpha = 0; ///< 0 … 255
};

/// Lays `coverage` (0 … 256) of the stroke's colour over the pixel, two channels at a time.
inline void lay(std::uint32_t& pixel, const Stroke& s, std::uint32_t coverage) {
    constexpr std::uint32_t even = 0x00ff00ff;
    const std::uint32_t keep = 256 - static_cast<std::uint32_t>(s.alpha * static_cast<float>(coverage) * (1.0f / 255) + 0.5f);
    const std::uint32_t rb = s.redBlue * coverage + (pixel & even) * keep;
    const std::uint32_t ag = s.alphaGreen * coverage + ((pixel >> 8) & even) * keep;
    pixel = ((rb >> 8) & even) | (ag & ~even);
}

/// One pixel line across, `size` pixels along: coverage falls off over as many pixels as the stroke is steep.
void layLine(std::uint32_t* line, Index size, const Step& step, std::span<const Stroke> strokes) {
    for (const Stroke& s : strokes) {
        const float slope = std::abs(s.delta * step.slope);
        const float half = s.half * std::sqrt(1 + slope * slope);
        const float ramp = std::max(1.0f, slope);
        const float reach = half + ramp / 2;
        const float middle = s.from + s.delta * step.along;
        const auto begin = std::max<Index>(0, static_cast<Index>(std::ceil(middle - reach - 0.5f)));
        const auto end = std::min<Index>(size, static_cast<Index>(std::floor(middle + reach - 0.5f)) + 1);
        const float most = std::min(1.0f, 2 * half / ramp) * 256;
        const float fall = 256 / ramp;
        for (Index v = begin; v < end; ++v) {
            const float distance = std::abs(static_cast<float>(v) + 0.5f - middle);
            lay(line[v], s, static_cast<std::uint32_t>(std::clamp((reach - distance) * fall, 0.0f, most)));
        }
    }
}

std::vector<Stroke> strokesOf(std::span<const LinkCurve> curves, double origin, double scale) {
    std::vector<Stroke> strokes;
    strokes.reserve(curves.size());
    for (const LinkCurve& c : curves) {
        const QRgb colour = qPremultiply(c.colour.rgba());
        strokes.push_back({static_cast<float>((c.from - origin) * scale), static_cast<float>((c.to - c.from) * scale),
                           static_cast<float>(c.width * scale / 2), colour & 0x00ff00ffU, (colour >> 8) & 0x00ff00ffU,
                           static_cast<float>(qAlpha(colour))});
    }
    return strokes;
}

/// body(0) … body(count − 1), in a few slabs: a line alone is too little work for a thread.
void inSlabs(Index count, const std::function<void(Index)>& body) {
    constexpr Index slabs = 8;
    parallelFor(slabs, [&](Index slab) {
        for (Index i = slab * count / slabs; i < (slab + 1) * count / slabs; ++i) body(i);
    });
}

double beginAlong(const QRectF& field, bool horizontal) { return horizontal ? field.left() : field.top(); }
double endAlong(const QRectF& field, bool horizontal) { return horizontal ? field.right() : field.bottom(); }

QPointF pointAt(const LinkCurve& c, const QRectF& field, bool horizontal, double t) {
    const double along = c.from + (c.to - c.from) * alongAt(t);
    return horizontal ? QPointF(along, field.top() + field.height() * acrossAt(t))
                      : QPointF(field.left() + field.width() * acrossAt(t), along);
}

} // namespace

QPainterPath curvePath(const LinkCurve& curve, const QRectF& field, bool horizontal) {
    const QPointF from = pointAt(curve, field, horizontal, 0);
    const QPointF to = pointAt(curve, field, horizontal, 1);
    QPainterPath path(from);
    if (horizontal) path.cubicTo({from.x(), field.center().y()}, {to.x(), field.center().y()}, to);
    else path.cubicTo({field.center().x(), from.y()}, {field.center().x(), to.y()}, to);
    return path;
}

QImage curveImage(std::span<const LinkCurve> curves, const QRectF& field, double scale, bool horizontal) {
    const int width = static_cast<int>(std::ceil(field.width() * scale));
    const int height = static_cast<int>(std::ceil(field.height() * scale));
    if (width <= 0 || height <= 0) return {};
    // Lines across lie one after the other in memory: strokes are laid on neighbouring pixels.
    QImage image(horizontal ? width : height, horizontal ? height : width, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    const std::vector<Stroke> strokes = strokesOf(curves, beginAlong(field, horizontal), scale);
    const std::vector<Step> table = steps(image.height());
    auto* pixels = reinterpret_cast<std::uint32_t*>(image.bits());
    const Index size = image.width();
    inSlabs(image.height(), [&](Index u) { layLine(pixels + u * size, size, table[static_cast<std::size_t>(u)], strokes); });
    if (!horizontal) {
        QImage turned(width, height, QImage::Format_ARGB32_Premultiplied);
        auto* out = reinterpret_cast<std::uint32_t*>(turned.bits());
        inSlabs(height, [&](Index y) {
            for (Index x = 0; x < width; ++x) out[y * width + x] = pixels[x * size + y];
        });
        image = std::move(turned);
    }
    image.setDevicePixelRatio(scale);
    return image;
}

void drawCurveShapes(QPainter& painter, std::span<const LinkCurve> curves, const QRectF& field, bool horizontal) {
    constexpr int pieces = 64;
    const double begin = beginAlong(field, horizontal);
    const double end = endAlong(field, horizontal);
    const auto inside = [&](double along) { return along >= begin && along <= end; };
    painter.save();
    painter.setBrush(Qt::NoBrush);
    for (const LinkCurve& curve : curves) {
        painter.setPen(QPen(curve.colour, curve.width, Qt::SolidLine, Qt::FlatCap));
        if (inside(curve.from) && inside(curve.to)) {
            painter.drawPath(curvePath(curve, field, horizontal));
            continue;
        }
        QPolygonF line;
        for (int i = 0; i <= pieces; ++i) {
            const QPointF p = pointAt(curve, field, horizontal, static_cast<double>(i) / pieces);
            if (inside(horizontal ? p.x() : p.y())) line << p;
        }
        if (line.size() > 1) painter.drawPolyline(line);
    }
    painter.restore();
}

} // namespace headscope
