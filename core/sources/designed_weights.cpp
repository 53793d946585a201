// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/designed_weights.h"

#include "core/base/transpose.h"
#include "core/sources/designs.h"
#include "core/sources/position_kernel.h"
#include "core/sources/vector_reader.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace headscope {
namespace {

using std::numbers::pi;

enum class Trait { Position, Identity, Spelling };

Trait traitOf(Design design) {
    if (readsPositions(design)) return Trait::Position;
    return design == Design::Same ? Trait::Identity : Trait::Spelling;
}

/// The columns of a shared key that hold one trait.
struct Part {
    Trait trait = Trait::Position;
    Index begin = 0; ///< within d_k
    Index width = 0;
};

/// The heads that read one key: begin … end − 1.
struct Group {
    int begin = 0;
    int end = 0;
};

Group readersOf(const AttentionConfig& config, int kvHead) {
    const int size = config.heads / config.kvHeads;
    return {kvHead * size, (kvHead + 1) * size};
}

/// Divides d_k among the traits that a key's heads need, in pairs of columns where it can.
std::vector<Part> divide(const AttentionConfig& config, const std::vector<Design>& designs, int kvHead) {
    std::vector<Part> parts;
    const Group readers = readersOf(config, kvHead);
    for (int h = readers.begin; h < readers.end; ++h) {
        const Trait trait = traitOf(designs[static_cast<std::size_t>(h)]);
        if (std::ranges::none_of(parts, [&](const Part& p) { return p.trait == trait; })) parts.push_back({trait});
    }
    std::ranges::sort(parts, {}, &Part::trait);
    const auto count = static_cast<Index>(parts.size());
    const Index share = config.dK / count >= 2 ? config.dK / count / 2 * 2 : config.dK / count;
    for (Index p = 0; p < count; ++p) {
        parts[static_cast<std::size_t>(p)].begin = p * share;
        parts[static_cast<std::size_t>(p)].width = p + 1 < count ? share : config.dK - p * share;
    }
    return parts;
}

class Designer {
public:
    Designer(const AttentionConfig& config, const std::vector<Design>& designs, Positions positions, std::uint64_t seed)
        : m_config(config), m_designs(designs), m_reader(config.dModel, positions, seed) {}

    AttentionWeights build() {
        const AttentionConfig& c = m_config;
        m_wq = Matrix(static_cast<Index>(c.heads) * c.dK, c.dModel);
        m_wk = Matrix(static_cast<Index>(c.kvHeads) * c.dK, c.dModel);
        for (int kv = 0; kv < c.kvHeads; ++kv)
            for (const Part& part : divide(c, m_designs, kv)) {
                if (part.trait == Trait::Position)
                    positionPart(kv, part);
                else
                    contentPart(kv, part);
            }
        valuesAndOutput();
        m_weights.wq = transposed(m_wq);
        m_weights.wk = transposed(m_wk);
        m_weights.wv = transposed(m_wv);
        return std::move(m_weights);
    }

private:
    static void write(Matrix& m, Index column, const std::vector<double>& w, double factor) {
        std::ranges::transform(w, m.row(column).begin(), [&](double x) { return static_cast<Scalar>(factor * x); });
    }
    void writeKey(int kv, Index column, const std::vector<double>& w, double factor) {
        write(m_wk, static_cast<Index>(kv) * m_config.dK + column, w, factor);
    }
    void writeQuery(int head, Index column, const std::vector<double>& w, double factor) {
        write(m_wq, static_cast<Index>(head) * m_config.dK + column, w, factor);
    }
    bool looksFor(int head, Trait trait) const { return traitOf(m_designs[static_cast<std::size_t>(head)]) == trait; }

    /// q and k are both multiplied by what this gives, so that scores at temperature 1 are `gain` · Σ cos for the dot
    /// products and −`gain` · ‖difference‖ for the distance. Cosine scores know no scale.
    double factorFor(double gain, const Part& part) const {
        // A key that holds other traits too is far from every query, which flattens the distances that matter.
        if (m_config.score == ScoreKind::Euclidean) return part.width == m_config.dK ? gain : 4 * gain;
        if (m_config.score == ScoreKind::Cosine) return 1;
        return std::sqrt(gain * std::sqrt(static_cast<double>(m_config.dK)));
    }

    void positionPart(int kv, const Part& part);
    void contentPart(int kv, const Part& part);
    void valuesAndOutput();

    const AttentionConfig& m_config;
    const std::vector<Design>& m_designs;
    VectorReader m_reader;
    // Column by column they are made, so they are turned until they are done: [columns, dModel].
    Matrix m_wq;
    Matrix m_wk;
    Matrix m_wv;
    AttentionWeights m_weights;
    std::map<Index, PositionKernel> m_kernels; ///< by number of pairs
};

void Designer::positionPart(int kv, const Part& part) {
    const Index count = std::min(part.width / 2, m_reader.pairs());
    if (count == 0) return;
    auto& kernel = m_kernels[count];
    if (kernel.pairs.empty()) kernel = choosePairs(m_config, m_reader.pairs(), count);
    const double factor = factorFor(kernel.gain, part);
    const Group readers = readersOf(m_config, kv);
    for (Index p = 0; p < count; ++p) {
        const Index pair = kernel.pairs[static_cast<std::size_t>(p)];
        const Index column = part.begin + 2 * p;
        writeKey(kv, column, m_reader.sine(pair, 0), factor);
        writeKey(kv, column + 1, m_reader.cosine(pair, 0), factor);
        for (int h = readers.begin; h < readers.end; ++h) {
            if (!looksFor(h, Trait::Position)) continue;
            const Design design = m_designs[static_cast<std::size_t>(h)];
            if (design == Design::First) {
                writeQuery(h, column + 1, m_reader.one(), factor);
                continue;
            }
            const double shift = design == Design::Previous ? -1 : design == Design::Next ? 1 : 0;
            writeQuery(h, column, m_reader.sine(pair, shift), factor);
            writeQuery(h, column + 1, m_reader.cosine(pair, shift), factor);
        }
    }
}

void Designer::contentPart(int kv, const Part& part) {
    const VectorLayout& layout = m_reader.layout();
    const bool exact = part.trait == Trait::Identity;
    const Index begin = exact ? 0 : layout.identity();
    const Index available = std::min(part.width, exact ? layout.identity() : layout.spelling());
    const Index width = available > 1 ? available / 2 * 2 : available;
    if (width == 0) return;
    const double circles = std::max(0.5, static_cast<double>(width) / 2);
    // An unrelated word's share of a row is on average (2π · gain)^(−circles / 2), that of angles at random.
    const double rarity = exact ? 1e6 : 4e4;
    double gain = std::clamp(std::pow(rarity, 2 / circles) / (2 * pi), exact ? 6.0 : 1.4, 600.0);
    // The distance of two points at an angle a is 2 sin(a / 2): made to tell the same small angles apart.
    if (m_config.score == ScoreKind::Euclidean) gain *= std::sqrt(circles) * (exact ? 0.25 : 0.32);
    const double factor = factorFor(gain, part) / circleRadius;
    const Group readers = readersOf(m_config, kv);
    for (Index c = 0; c < width; ++c) {
        const std::vector<double>& w = m_reader.content(begin + c);
        writeKey(kv, part.begin + c, w, factor);
        for (int h = readers.begin; h < readers.end; ++h)
            if (looksFor(h, part.trait)) writeQuery(h, part.begin + c, w, factor);
    }
}

void Designer::valuesAndOutput() {
    const AttentionConfig& c = m_config;
    const bool concat = c.combine == Combine::Concat;
    const Index content = m_reader.layout().content();
    m_wv = Matrix(static_cast<Index>(c.kvHeads) * c.dV, c.dModel);
    m_weights.wo = Matrix(static_cast<Index>(concat ? c.heads : 1) * c.dV, c.dModel);
    const auto coordinate = [&](int kv, Index column) {
        return ((concat ? static_cast<Index>(kv) * c.dV : 0) + column) % content;
    };
    for (Index column = 0; column < std::min<Index>(c.dV, content); ++column) {
        for (int kv = 0; kv < c.kvHeads; ++kv)
            write(m_wv, static_cast<Index>(kv) * c.dV + column, m_reader.content(coordinate(kv, column)), 1);
        for (int h = 0; h < (concat ? c.heads : 1); ++h) {
            const std::vector<double>& place = m_reader.place(coordinate(c.kvHeadOf(h), column));
            const auto row = m_weights.wo.row(static_cast<Index>(h) * c.dV + column);
            std::ranges::transform(place, row.begin(), [](double x) { return static_cast<Scalar>(x); });
        }
    }
}

} // namespace

AttentionWeights designedWeights(const AttentionConfig& config, const std::vector<Design>& designs, Positions positions,
                                 std::uint64_t seed) {
    return Designer(config, designs, positions, seed).build();
}

} // namespace headscope
