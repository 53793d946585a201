// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/vector_reader.h"

#include "core/sources/designed_weights.h"
#include "core/sources/positions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headscope {
namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void addTo(std::vector<double>& sum, double factor, const std::vector<double>& x) {
    for (std::size_t i = 0; i < x.size(); ++i) sum[i] += factor * x[i];
}

} // namespace

Index learnedReach(Index dModel) {
    // Two thirds of the directions without content: with all of them the matrices would grow without bound.
    return std::min<Index>(64, static_cast<Index>(VectorLayout(dModel).contentFree().size()) * 2 / 3);
}

VectorReader::VectorReader(Index dModel, Positions positions, std::uint64_t seed)
    : m_layout(dModel), m_positions(positions) {
    if (positions != Positions::Learned) return;
    m_free = m_layout.contentFree();
    m_table = learnedPositions(learnedReach(dModel), dModel, seed);
    factorise();
}

Index VectorReader::pairs() const {
    if (m_positions == Positions::None || (m_positions == Positions::Learned && m_seen.empty())) return 0;
    return m_layout.positionPairs();
}

void VectorReader::factorise() {
    const auto reach = static_cast<std::size_t>(m_table.rows());
    for (std::size_t t = 0; t < reach; ++t) {
        const auto row = m_table.row(static_cast<Index>(t));
        const std::vector<double> position(row.begin(), row.end());
        auto& seen = m_seen.emplace_back();
        for (const auto& direction : m_free) seen.push_back(dot(position, direction));
    }
    m_root.assign(reach, std::vector<double>(reach, 0.0));
    for (std::size_t i = 0; i < reach; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = dot(m_seen[i], m_seen[j]);
            for (std::size_t k = 0; k < j; ++k) sum -= m_root[i][k] * m_root[j][k];
            m_root[i][j] = i == j ? std::sqrt(std::max(sum, 1e-9)) : sum / m_root[j][j];
        }
}

/// The shortest w in the directions without content with position_t · w = wanted_t for every t of the table.
std::vector<double> VectorReader::atPositions(const std::vector<double>& wanted) const {
    const std::size_t reach = m_root.size();
    std::vector<double> y = wanted; // (L Lᵀ) y = wanted
    for (std::size_t i = 0; i < reach; ++i) {
        for (std::size_t k = 0; k < i; ++k) y[i] -= m_root[i][k] * y[k];
        y[i] /= m_root[i][i];
    }
    for (std::size_t i = reach; i-- > 0;) {
        for (std::size_t k = i + 1; k < reach; ++k) y[i] -= m_root[k][i] * y[k];
        y[i] /= m_root[i][i];
    }
    std::vector<double> w(static_cast<std::size_t>(m_layout.dModel()), 0.0);
    for (std::size_t f = 0; f < m_free.size(); ++f) {
        double factor = 0;
        for (std::size_t t = 0; t < reach; ++t) factor += m_seen[t][f] * y[t];
        addTo(w, factor, m_free[f]);
    }
    return w;
}

std::vector<double> VectorReader::sine(Index pair, double shift) const {
    const double omega = frequency(pair, m_layout.dModel());
    std::vector<double> w(static_cast<std::size_t>(m_layout.dModel()), 0.0);
    if (m_positions == Positions::Sinusoidal) { // sin(a + b) = sin a cos b + cos a sin b
        w[static_cast<std::size_t>(2 * pair)] = std::cos(omega * shift);
        w[static_cast<std::size_t>(2 * pair + 1)] = std::sin(omega * shift);
    } else if (m_positions == Positions::Learned) {
        std::vector<double> wanted;
        for (Index t = 0; t < m_table.rows(); ++t) wanted.push_back(std::sin(omega * (static_cast<double>(t) + shift)));
        w = atPositions(wanted);
    }
    return w;
}

std::vector<double> VectorReader::cosine(Index pair, double shift) const {
    // cos a = sin(a + π/2)
    return sine(pair, shift + std::acos(-1.0) / 2 / frequency(pair, m_layout.dModel()));
}

std::vector<double> VectorReader::one() const {
    std::vector<double> w(static_cast<std::size_t>(m_layout.dModel()), 0.0);
    if (m_positions == Positions::Learned) return atPositions(std::vector<double>(m_root.size(), 1.0));
    if (m_positions == Positions::Sinusoidal && m_layout.dModel() > 1)
        w[static_cast<std::size_t>(m_layout.overlaps() ? m_layout.dModel() / 2 * 2 - 1 : m_layout.constantColumn())] =
            1;
    return w;
}

const std::vector<double>& VectorReader::place(Index coordinate) {
    m_places.resize(static_cast<std::size_t>(m_layout.content()));
    auto& w = m_places[static_cast<std::size_t>(coordinate)];
    if (w.empty()) w = m_layout.direction(coordinate);
    return w;
}

const std::vector<double>& VectorReader::content(Index coordinate) {
    m_content.resize(static_cast<std::size_t>(m_layout.content()));
    auto& w = m_content[static_cast<std::size_t>(coordinate)];
    if (w.empty()) w = withoutPositions(place(coordinate));
    return w;
}

std::vector<double> VectorReader::withoutPositions(std::vector<double> w) const {
    if (m_positions == Positions::Learned && !m_root.empty()) {
        // What the learned positions put into this direction is taken off again in the others.
        std::vector<double> stray;
        for (Index t = 0; t < m_table.rows(); ++t) {
            const auto row = m_table.row(t);
            stray.push_back(-std::inner_product(row.begin(), row.end(), w.begin(), 0.0));
        }
        addTo(w, 1, atPositions(stray));
    }
    return w;
}

} // namespace headscope
