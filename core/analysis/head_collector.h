// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/head_measures.h"
#include "core/analysis/head_pictures.h"
#include "core/analysis/hidden_set.h"
#include "core/attention/attention.h"
#include "core/base/key_sets.h"

#include <memory>
#include <mutex>
#include <vector>

namespace headscope {

/// Links kept of each row once there are more keys than `everyLink`.
inline constexpr Index strongestLinks = 32;
inline constexpr Index everyLink = 256;
/// Bounds of the pictures: pixels a side, and bytes of all heads together.
inline constexpr Index picturesSide = 1024;
inline constexpr Index picturesBytes = Index{64} << 20;
/// A row keeps its design's promise from this share of its mass on.
inline constexpr double keptShare = 0.9;

/// How many rows of a designed head keep its promise; only rows that may read anything and have a promise count.
struct DesignCheck {
    Index promised = 0;  ///< rows with a promise
    Index kept = 0;      ///< of these, rows with keptShare or more where the design promises
    Index forbidden = 0; ///< of the others, rows whose promised keys the mask forbids altogether
};

/// The keys with each query's own text.
struct SameTokens {
    KeySets keys;
    bool oneText = false; ///< queries and keys are the same tokens, so that some are earlier than others
};

/// What the views draw of each head, gathered in one pass over the weights while the forward pass has them in its
/// cache.
class HeadCollector {
public:
    /// What a collector takes, roughly, so that too much can be refused before it is made.
    static double bytesFor(Index queries, Index keys, int heads);

    /// `mask` must outlive the collector. `promised`: per head what its
    /// design promises, or null. `hidden`: sets of keys that a picture may leave out, as HiddenSet takes them.
    HeadCollector(const Mask& mask, int heads, SameTokens same, std::vector<std::shared_ptr<const KeySets>> promised,
                  const std::vector<std::vector<std::uint8_t>>& hidden = {});

    /// As WeightsReader: concurrent calls, every (head, block) once. The result does not depend on their order.
    void read(const WeightsBlock& block);
    /// After the last read: the averages and what depends on all rows. Once.
    void finish();

    std::vector<HeadMeasures> measures;
    std::vector<HeadPicture> pictures;
    std::vector<RankedLinks> links;
    std::vector<DesignCheck> checks; ///< per head; all 0 for a head without a design

private:
    /// One row's shares; `sum` 0: nothing was read.
    struct RowShares {
        double sum = 0, entropy = 0, greatest = 0, distance = 0;
        double previous = 0, next = 0, self = 0, first = 0, same = 0, kept = 0;
        double induction = -1; ///< below 0: there is no such key
    };
    struct Row {
        int head = 0;
        Index query = 0;
        Index firstKey = 0;
        Index keys = 0;               ///< how many from firstKey on are in memory; the others are 0
        const Scalar* data = nullptr; ///< [keys]
    };

    void countAllowed(int heads);
    void fillAllowedPictures();
    RowShares sharesOf(const Row& row) const;
    void average(int head);
    bool promiseAllowed(int head, Index query) const;
    Index allowedKeys(int head, Index query) const;

    const Mask& m_mask;
    SameTokens m_same;
    std::vector<std::shared_ptr<const KeySets>> m_promised;
    std::vector<HiddenSet> m_hidden;
    std::vector<std::vector<std::int32_t>> m_allowed; ///< [1, or heads where they differ][n_q] allowed keys of the row
    std::vector<std::vector<RowShares>> m_rows;       ///< [heads][n_q]
    std::vector<std::vector<std::int64_t>>
        m_received;                        ///< [heads][n_k] column sums as integers: any order adds up alike
    std::vector<std::vector<std::vector<std::int64_t>>> m_scaled; ///< the same of each hidden set: [sets][heads][n_k]
    std::unique_ptr<std::mutex[]> m_locks; ///< per head, for what several blocks add to
};

} // namespace headscope
