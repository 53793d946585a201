// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/sandbox.h"
#include "core/sources/token_vectors.h"

namespace headscope {

/// Finds directions w [d_model] such that x·w is one wanted number of a token vector with its position added, whatever
/// else the vector holds.
class VectorReader {
public:
    VectorReader(Index dModel, Positions positions, std::uint64_t seed);

    const VectorLayout& layout() const { return m_layout; }
    /// Sinusoid pairs that can be read: 0 without positions.
    Index pairs() const;
    /// x·w = sin or cos of ω_pair · (t + shift) for the vector at position t.
    std::vector<double> sine(Index pair, double shift) const;
    std::vector<double> cosine(Index pair, double shift) const;
    /// x·w = 1 at every position (0 without positions).
    std::vector<double> one() const;
    /// x·w = this content coordinate of the word.
    const std::vector<double>& content(Index coordinate);
    /// Where this coordinate is written, as VectorLayout::direction.
    const std::vector<double>& place(Index coordinate);

private:
    std::vector<double> atPositions(const std::vector<double>& wanted) const;
    void factorise();
    std::vector<double> withoutPositions(std::vector<double> w) const;

    VectorLayout m_layout;
    Positions m_positions;
    Matrix m_table;                             ///< learned: [reach, dModel]
    std::vector<std::vector<double>> m_free;    ///< learned: directions without content
    std::vector<std::vector<double>> m_seen;    ///< learned: [reach, free] the table in these directions
    std::vector<std::vector<double>> m_content; ///< what content() has made so far, by coordinate
    std::vector<std::vector<double>> m_places;  ///< the same of place()
    std::vector<std::vector<double>> m_root;    ///< learned: Cholesky factor of m_seen · m_seenᵀ, lower
};

} // namespace headscope
