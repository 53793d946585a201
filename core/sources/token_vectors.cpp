// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/token_vectors.h"

#include "core/base/rng.h"
#include "core/sources/positions.h"
#include "core/text/spelling.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <numbers>

namespace headscope {
namespace {

using std::numbers::pi;

constexpr Index smallestSplit = 8; ///< d_model from which words and positions have columns of their own

double dot(std::span<const double> a, std::span<const double> b) {
    assert(a.size() == b.size());
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// x − 2 v (v·x) for unit v.
void reflectBy(std::span<const double> v, std::span<double> x) {
    const double twice = 2 * dot(v, x);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= twice * v[i];
}

/// A point of the unit circle from 64 random bits, by t ↦ ((1 − t²), 2t) ÷ (1 + t²): no sine, hence the same bits
/// everywhere.
std::pair<double, double> circlePoint(Rng& rng) {
    const double t = rng.uniform(-1, 1);
    const double norm = 1 + t * t;
    const double side = rng.next() >> 63 ? 1.0 : -1.0;
    return {side * (1 - t * t) / norm, side * 2 * t / norm};
}

} // namespace

VectorLayout::VectorLayout(Index dModel) : m_dModel(dModel) {
    if (dModel < smallestSplit) {
        m_positionPairs = dModel / 2;
        m_identity = std::min<Index>(dModel, 2);
        m_spelling = (dModel - m_identity) / 2 * 2;
        return;
    }
    m_positionPairs = (dModel / 2 * 7 + 8) / 16;
    m_constant = dModel % 2 == 0 ? dModel - 1 : dModel - 2;
    for (Index c = 2 * m_positionPairs; c < dModel; ++c)
        if (c != m_constant) m_slow.push_back(c);
    turnFromPositions();
    // More circles for the spelling: it has to tell near from far, the identity only equal from unequal.
    const Index circles = (static_cast<Index>(m_slow.size()) - static_cast<Index>(m_reflected.size())) / 2;
    m_spelling = circles * 4 / 7 * 2;
    m_identity = 2 * circles - m_spelling;
}

void VectorLayout::turnFromPositions() {
    const auto width = static_cast<Index>(m_slow.size());
    const Index samples = std::min<Index>((width + 4) / 5, 8);
    const double range = 10.0 * static_cast<double>(samples * samples);
    for (Index s = 0; s < samples; ++s) {
        const double node = std::cos(pi * static_cast<double>(2 * s + 1) / static_cast<double>(2 * samples));
        const double t = range / 2 * (1 - node);
        std::vector<double> v(m_slow.size());
        for (std::size_t i = 0; i < v.size(); ++i) {
            const double angle = t * frequency(m_slow[i] / 2, m_dModel);
            v[i] = m_slow[i] % 2 == 0 ? std::sin(angle) : std::cos(angle);
        }
        for (const auto& earlier : m_reflected) reflectBy(earlier, v);
        std::fill(v.begin(), v.begin() + s, 0.0);
        const double length = std::sqrt(dot(v, v));
        if (length < 1e-9) return; // nothing new: the earlier samples stand for this one too
        double& pivot = v[static_cast<std::size_t>(s)];
        pivot += pivot < 0 ? -length : length;
        const double norm = std::sqrt(dot(v, v));
        for (double& x : v) x /= norm;
        m_reflected.push_back(std::move(v));
    }
}

void VectorLayout::reflect(std::vector<double>& slow) const {
    for (auto v = m_reflected.rbegin(); v != m_reflected.rend(); ++v) reflectBy(*v, slow);
}

std::vector<double> VectorLayout::slowDirection(Index i) const {
    std::vector<double> slow(m_slow.size(), 0.0);
    slow[static_cast<std::size_t>(i)] = 1;
    reflect(slow);
    return slow;
}

void VectorLayout::place(std::span<const double> coordinates, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    if (overlaps()) {
        std::copy(coordinates.begin(), coordinates.end(), out.begin());
        return;
    }
    std::vector<double> slow(m_slow.size(), 0.0);
    std::ranges::copy(coordinates, slow.begin() + static_cast<Index>(m_reflected.size()));
    reflect(slow);
    for (std::size_t i = 0; i < slow.size(); ++i) out[static_cast<std::size_t>(m_slow[i])] = slow[i];
}

std::vector<double> VectorLayout::direction(Index coordinate) const {
    std::vector<double> one(static_cast<std::size_t>(content()), 0.0);
    one[static_cast<std::size_t>(coordinate)] = 1;
    std::vector<double> out(static_cast<std::size_t>(m_dModel));
    place(one, out);
    return out;
}

std::vector<std::vector<double>> VectorLayout::contentFree() const {
    std::vector<std::vector<double>> basis;
    if (overlaps()) return basis;
    const auto unit = [&](Index column) {
        basis.emplace_back(static_cast<std::size_t>(m_dModel), 0.0)[static_cast<std::size_t>(column)] = 1;
    };
    for (Index c = 0; c < 2 * m_positionPairs; ++c) unit(c);
    unit(m_constant);
    for (std::size_t s = 0; s < m_reflected.size(); ++s) {
        const std::vector<double> slow = slowDirection(static_cast<Index>(s));
        auto& row = basis.emplace_back(static_cast<std::size_t>(m_dModel), 0.0);
        for (std::size_t i = 0; i < slow.size(); ++i) row[static_cast<std::size_t>(m_slow[i])] = slow[i];
    }
    return basis;
}

std::vector<double> wordCoordinates(const VectorLayout& layout, std::string_view word) {
    std::vector<double> z(static_cast<std::size_t>(layout.content()), 0.0);
    const auto identity = static_cast<std::size_t>(layout.identity());
    Rng exact(hashBytes(word));
    for (std::size_t i = 0; i < identity; i += 2) {
        const auto [x, y] = circlePoint(exact);
        z[i] = circleRadius * x;
        if (i + 1 < identity) z[i + 1] = circleRadius * y;
    }
    for (const std::uint64_t part : spellingParts(word)) {
        Rng rng(part);
        for (std::size_t i = identity; i < z.size(); i += 2) {
            const auto [x, y] = circlePoint(rng);
            z[i] += x;
            z[i + 1] += y;
        }
    }
    for (std::size_t i = identity; i < z.size(); i += 2) {
        const double length = std::sqrt(z[i] * z[i] + z[i + 1] * z[i + 1]);
        if (length == 0) continue;
        z[i] *= circleRadius / length;
        z[i + 1] *= circleRadius / length;
    }
    return z;
}

Matrix tokenVectors(const std::vector<Token>& tokens, Index dModel) {
    const VectorLayout layout(dModel);
    Matrix vectors(static_cast<Index>(tokens.size()), dModel); // [tokens, dModel]
    std::map<std::string_view, Index> rowOf;
    std::vector<double> x(static_cast<std::size_t>(dModel));
    for (Index i = 0; i < vectors.rows(); ++i) {
        const std::string& word = tokens[static_cast<std::size_t>(i)].text;
        const auto [known, isNew] = rowOf.emplace(word, i);
        if (isNew) {
            layout.place(wordCoordinates(layout, word), x);
            std::transform(x.begin(), x.end(), vectors.row(i).begin(), [](double v) { return static_cast<Scalar>(v); });
        } else {
            std::ranges::copy(vectors.row(known->second), vectors.row(i).begin());
        }
    }
    return vectors;
}

} // namespace headscope
