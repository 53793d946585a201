// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/text/token.h"

#include <span>
#include <string_view>
#include <vector>

namespace headscope {

/// Where in a vector of d_model numbers words and positions live, so that heads can read each without the other.
///
/// The fastest sinusoid pairs carry positions alone. The words live among the slow ones, in directions in which the
/// sinusoids hardly move (orthogonal to a few positions that stand for all, by Householder reflections); one slow
/// cosine is kept free as the number that is always about 1. Below 8 numbers there is no room: words and positions
/// overlap.
///
/// A word has `content` coordinates, in pairs that are points on circles: first its identity, at angles drawn from a
/// hash of the exact word; then its spelling, each the direction of a sum of points hashed from parts of the word, so
/// that similarly spelled words are near. On circles every pair of coordinates of every word is equally long, so that a
/// word's product with itself is greater than with any other, whatever part of the coordinates a head looks at.
class VectorLayout {
public:
    explicit VectorLayout(Index dModel);

    Index dModel() const { return m_dModel; }
    bool overlaps() const { return m_reflected.empty(); }
    Index positionPairs() const { return m_positionPairs; } ///< columns 0 … 2 · positionPairs − 1
    Index constantColumn() const { return m_constant; }     ///< about 1 at every position, or −1: none
    Index content() const { return m_identity + m_spelling; }
    Index identity() const { return m_identity; } ///< coordinates 0 … identity − 1, in pairs
    Index spelling() const { return m_spelling; } ///< the ones after it

    /// out [d_model] = the vector with these content coordinates.
    void place(std::span<const double> coordinates, std::span<double> out) const;
    /// The direction [d_model], of length 1, along which a content coordinate is written and read.
    std::vector<double> direction(Index coordinate) const;
    /// An orthonormal basis of everything that holds no content, as rows.
    std::vector<std::vector<double>> contentFree() const;

private:
    void turnFromPositions();
    void reflect(std::vector<double>& slow) const;
    std::vector<double> slowDirection(Index i) const;

    Index m_dModel = 1;
    Index m_positionPairs = 0;
    Index m_constant = -1;
    Index m_identity = 1;
    Index m_spelling = 0;
    std::vector<Index> m_slow;                    ///< columns that words and slow sinusoids share
    std::vector<std::vector<double>> m_reflected; ///< Householder vectors over m_slow
};

/// Of every circle.
inline constexpr double circleRadius = 1.5;

/// [content] of one word.
std::vector<double> wordCoordinates(const VectorLayout& layout, std::string_view word);

/// [tokens, dModel]: what the tokens are before positions are added. Equal words have equal vectors, on every machine.
Matrix tokenVectors(const std::vector<Token>& tokens, Index dModel);

} // namespace headscope
