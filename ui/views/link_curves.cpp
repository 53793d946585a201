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

/// Curves in pixels, one array per quantity, so that the compiler can take several at a time.
struct Strokes {
    std::vector<float> from;
    std::vector<float> delta;
    std::vector<float> half;                ///< of the width
    std::vector<std::uint32_t> redBlue;     ///< premultiplied, two channels per word
    std::vector<std::uint32_t> alphaGreen;
    std::vector<std::uint32_t> alpha;       ///< 0 … 256
    std::size_t size() const { return from.size(); }
};

/// Where the strokes cross one line of pixels. Coverage is a trapezium: it falls off over as many pixels as the stroke
/// is steep. All in 1/256 pixel and 1/256 coverage.
struct Crossings {
    explicit Crossings(std::size_t count) : begin(count), end(count), rise(count), most(count), first(count), second(count) {}
    std::vector<std::int32_t> begin; ///< the first pixel
    std::vector<std::int32_t> end;   ///< one past the last
    std::vector<std::int32_t> rise;  ///< of coverage, per pixel
    std::vector<std::int32_t> most;  ///< coverage
    std::vector<std::int32_t> first; ///< coverage of the rising side at `begin`
    std::vector<std::int32_t> second; ///< of the falling side there
};

void cross(const Strokes& strokes, const Step& step, Index size, Crossings& out) {
    const auto limit = static_cast<float>(size);
    for (std::size_t i = 0; i < strokes.size(); ++i) {
        const float slope = std::abs(strokes.delta[i] * step.slope);
        const float half = strokes.half[i] * std::sqrt(1 + slope * slope);
        const float ramp = std::max(1.0f, slope);
        const float reach = half + ramp / 2;
        const float middle = strokes.from[i] + strokes.delta[i] * step.along;
        const float rise = 256 / ramp;
        // Truncated, which rounds down as neither is below 0; pixels whose middle is within reach.
        const float low = std::min(limit, std::max(0.0f, middle - reach + 0.5f));
        const float high = std::min(limit, std::max(0.0f, middle + reach + 0.5f));
        const auto begin = static_cast<std::int32_t>(low);
        const float distance = middle - (static_cast<float>(begin) + 0.5f);
        out.begin[i] = begin;
        out.end[i] = static_cast<std::int32_t>(high);
        out.rise[i] = static_cast<std::int32_t>(rise);
        out.most[i] = static_cast<std::int32_t>(std::min(256.0f, 512 * half / ramp));
        out.first[i] = static_cast<std::int32_t>((reach - distance) * rise);
        out.second[i] = static_cast<std::int32_t>((reach + distance) * rise);
    }
}

/// Lays the strokes over one line of `size` pixels, in their order.
void layLine(std::uint32_t* line, Index size, const Step& step, const Strokes& strokes, Crossings& at) {
    constexpr std::uint32_t even = 0x00ff00ff;
    cross(strokes, step, size, at);
    for (std::size_t i = 0; i < strokes.size(); ++i) {
        std::int32_t rising = at.first[i];
        std::int32_t falling = at.second[i];
        for (std::int32_t v = at.begin[i]; v < at.end[i]; ++v, rising += at.rise[i], falling -= at.rise[i]) {
            const auto coverage = static_cast<std::uint32_t>(std::max(0, std::min({rising, falling, at.most[i]})));
            const std::uint32_t keep = 256 - (strokes.alpha[i] * coverage >> 8);
            const std::uint32_t rb = strokes.redBlue[i] * coverage + (line[v] & even) * keep;
            const std::uint32_t ag = strokes.alphaGreen[i] * coverage + ((line[v] >> 8) & even) * keep;
            line[v] = ((rb >> 8) & even) | (ag & ~even);
        }
    }
}

Strokes strokesOf(std::span<const LinkCurve> curves, double origin, double scale) {
    Strokes strokes;
    for (const LinkCurve& c : curves) {
        const QRgb colour = qPremultiply(c.colour.rgba());
        strokes.from.push_back(static_cast<float>((c.from - origin) * scale));
        strokes.delta.push_back(static_cast<float>((c.to - c.from) * scale));
        strokes.half.push_back(static_cast<float>(c.width * scale / 2));
        strokes.redBlue.push_back(colour & 0x00ff00ffU);
        strokes.alphaGreen.push_back((colour >> 8) & 0x00ff00ffU);
        // Rounded up: then no channel can pass 255.
        strokes.alpha.push_back((static_cast<std::uint32_t>(qAlpha(colour)) * 256 + 254) / 255);
    }
    return strokes;
}

/// body(begin, end) over 0 … count in a few slabs: a line alone is too little work for a thread.
void inSlabs(Index count, const std::function<void(Index, Index)>& body) {
    constexpr Index slabs = 8;
    parallelFor(slabs, [&](Index slab) { body(slab * count / slabs, (slab + 1) * count / slabs); });
}

/// Rows become columns, in squares that stay in the cache.
QImage turned(const QImage& image) {
    constexpr Index side = 32;
    QImage out(image.height(), image.width(), QImage::Format_ARGB32_Premultiplied);
    const auto* from = reinterpret_cast<const std::uint32_t*>(image.constBits());
    auto* to = reinterpret_cast<std::uint32_t*>(out.bits());
    const Index width = image.width();
    const Index height = image.height();
    for (Index y0 = 0; y0 < height; y0 += side)
        for (Index x0 = 0; x0 < width; x0 += side)
            for (Index y = y0; y < std::min(height, y0 + side); ++y)
                for (Index x = x0; x < std::min(width, x0 + side); ++x) to[x * height + y] = from[y * width + x];
    return out;
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
    const Strokes strokes = strokesOf(curves, beginAlong(field, horizontal), scale);
    const std::vector<Step> table = steps(image.height());
    auto* pixels = reinterpret_cast<std::uint32_t*>(image.bits());
    const Index size = image.width();
    inSlabs(image.height(), [&](Index begin, Index end) {
        Crossings crossings(strokes.size());
        for (Index u = begin; u < end; ++u) layLine(pixels + u * size, size, table[static_cast<std::size_t>(u)], strokes, crossings);
    });
    if (!horizontal) image = turned(image);
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
