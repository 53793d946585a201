// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/head_collector.h"

#include "core/analysis/link_ranker.h"
#include "core/base/kernels.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace headscope {
namespace {

/// Column sums are kept in units of 2⁻³⁶: exact to 1.5e-11, and room for 10⁸ rows.
constexpr double receivedUnit = 0x1.0p-36;

Index divideUp(Index a, Index b) {
    return (a + b - 1) / b;
}

/// The smallest power of two that keeps the pictures within their bounds (a power of two, so that blocks of rows end
/// where pixels do).
Index pictureFactor(Index queries, Index keys, int heads) {
    Index factor = 1;
    const auto bytes = static_cast<Index>(sizeof(Scalar) + 1);
    while (divideUp(std::max(queries, keys), factor) > picturesSide ||
           divideUp(queries, factor) * divideUp(keys, factor) > std::max<Index>(1, picturesBytes / bytes / heads))
        factor *= 2;
    return factor;
}

/// One thread's buffers for the keys of a block.
struct Scratch {
    LinkRanker ranker;
    std::vector<Scalar> columns;  ///< [keys] sums of the rows so far
    std::vector<Scalar> greatest; ///< [keys] of the rows of the pixel row under way
    std::vector<std::vector<Scalar>> scaled; ///< per hidden set: [keys] sums of the rows, each scaled to what it keeps

    void addScaled(std::size_t set, const Scalar* row, Scalar kept) {
        if (!(kept > 0)) return;
        const Scalar each = 1 / kept;
        Scalar* sum = scaled[set].data();
        for (std::size_t j = 0; j < columns.size(); ++j) sum[j] += row[j] * each;
    }

    void add(const Scalar* row) {
        const std::size_t keys = columns.size();
        Scalar* sum = columns.data();
        Scalar* top = greatest.data();
        for (std::size_t j = 0; j < keys; ++j) {
            sum[j] += row[j];
            top[j] = row[j] > top[j] ? row[j] : top[j];
        }
    }

    /// Into the row of pixels what is greatest, and begins the next one.
    void paint(std::span<Scalar> line, Index firstKey, Index factor) {
        const Scalar* from = greatest.data();
        const Scalar* const end = from + greatest.size();
        Scalar* pixel = line.data() + firstKey / factor;
        Index left = factor - firstKey % factor;
        for (; from < end; ++pixel, left = factor) {
            Scalar top = *pixel;
            for (const Scalar* const next = std::min(end, from + left); from < next; ++from)
                top = *from > top ? *from : top;
            *pixel = top;
        }
        std::ranges::fill(greatest, Scalar(0));
    }
};

using ColumnSums = std::vector<std::int64_t>;

void addColumns(const std::vector<Scalar>& columns, Index firstKey, ColumnSums& sums) {
    for (std::size_t j = 0; j < columns.size(); ++j)
        sums[static_cast<std::size_t>(firstKey) + j] +=
            static_cast<std::int64_t>(static_cast<double>(columns[j]) / receivedUnit);
}

Scalar inWeights(std::int64_t units) {
    return static_cast<Scalar>(static_cast<double>(units) * receivedUnit);
}

} // namespace

double HeadCollector::bytesFor(Index queries, Index keys, int heads) {
    const Index factor = pictureFactor(queries, keys, heads);
    const double pixels = static_cast<double>(divideUp(queries, factor)) * static_cast<double>(divideUp(keys, factor));
    const auto linksOfRow = static_cast<double>(keys <= everyLink ? keys : strongestLinks);
    const double row = sizeof(RowShares) + 3 * sizeof(Scalar) + linksOfRow * sizeof(Link);
    const double column = 2 * (sizeof(Scalar) + sizeof(std::int64_t));
    return heads * (pixels * (sizeof(Scalar) + 1) + static_cast<double>(queries) * row +
                    static_cast<double>(keys) * column + sizeof(HeadPicture) + sizeof(RankedLinks));
}

HeadCollector::HeadCollector(const Mask& mask, int heads, SameTokens same,
                             std::vector<std::shared_ptr<const KeySets>> promised,
                             const std::vector<std::vector<std::uint8_t>>& hidden)
    : m_mask(mask), m_same(std::move(same)), m_promised(std::move(promised)) {
    const Index queries = mask.queries();
    const Index keys = mask.keys();
    const auto count = static_cast<std::size_t>(heads);
    const Index factor = pictureFactor(queries, keys, heads);
    const Index perRow = keys <= everyLink ? keys : strongestLinks;
    measures.resize(count);
    checks.resize(count);
    for (const std::vector<std::uint8_t>& keysOfSet : hidden) m_hidden.emplace_back(keysOfSet, factor);
    pictures.resize(count);
    links.resize(count);
    for (std::size_t h = 0; h < count; ++h) {
        pictures[h].factor = factor;
        pictures[h].pixels = Matrix(divideUp(queries, factor), divideUp(keys, factor));
        pictures[h].rowSum.resize(static_cast<std::size_t>(queries));
        pictures[h].received.resize(static_cast<std::size_t>(keys));
        for (const HiddenSet& set : m_hidden) pictures[h].without.push_back(set.emptyRemainder(queries));
        links[h].perRow = perRow;
        links[h].links.resize(static_cast<std::size_t>(queries * perRow));
    }
    m_rows.assign(count, std::vector<RowShares>(static_cast<std::size_t>(queries)));
    m_received.assign(count, std::vector<std::int64_t>(static_cast<std::size_t>(keys)));
    for (const HiddenSet& set : m_hidden)
        m_scaled.emplace_back(count, std::vector<std::int64_t>(set.empty() ? 0 : static_cast<std::size_t>(keys)));
    m_locks = std::make_unique<std::mutex[]>(count);
    countAllowed(heads);
}

void HeadCollector::countAllowed(int heads) {
    m_allowed.resize(m_mask.differsByHead() ? static_cast<std::size_t>(heads) : 1);
    parallelFor(static_cast<Index>(m_allowed.size()), [&](Index h) {
        auto& counts = m_allowed[static_cast<std::size_t>(h)];
        counts.resize(static_cast<std::size_t>(m_mask.queries()));
        for (Index i = 0; i < m_mask.queries(); ++i) {
            const Mask::Span span = m_mask.span(i);
            Index count = span.end - span.begin;
            if (m_mask.hasHoles()) {
                count = 0;
                for (Index j = span.begin; j < span.end; ++j) count += m_mask.allowed(static_cast<int>(h), i, j);
            }
            counts[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(count);
        }
    });
}

Index HeadCollector::allowedKeys(int head, Index query) const {
    const auto h = m_allowed.size() == 1 ? std::size_t{0} : static_cast<std::size_t>(head);
    return m_allowed[h][static_cast<std::size_t>(query)];
}

HeadCollector::RowShares HeadCollector::sharesOf(const Row& row) const {
    RowShares shares;
    const RowSums sums = kernels().rowSums(row.data, row.keys, row.query - row.firstKey);
    shares.sum = static_cast<double>(sums.sum);
    if (shares.sum <= 0) return shares;
    const double each = 1 / shares.sum;
    const auto share = [&](Index key) {
        const Index at = key - row.firstKey;
        return at >= 0 && at < row.keys ? static_cast<double>(row.data[at]) * each : 0.0;
    };
    shares.greatest = static_cast<double>(kernels().maximum(row.data, row.keys)) * each;
    const Index allowed = allowedKeys(row.head, row.query);
    if (allowed > 1) // of w ÷ sum: ln sum − (Σ w ln w) ÷ sum
        shares.entropy = std::max(0.0, std::log(shares.sum) - static_cast<double>(sums.logarithm) * each) /
                         std::log(static_cast<double>(allowed));
    shares.distance = static_cast<double>(sums.distance) * each;
    shares.previous = share(row.query - 1);
    shares.next = share(row.query + 1);
    shares.self = share(row.query);
    shares.first = share(0);
    for (const std::int32_t key : m_same.keys.of(static_cast<std::size_t>(row.query))) {
        shares.same += share(key);
        if (m_same.oneText && key < row.query) shares.induction = std::max(shares.induction, 0.0) + share(key + 1);
    }
    if (const auto& promised = m_promised[static_cast<std::size_t>(row.head)])
        for (const std::int32_t key : promised->of(static_cast<std::size_t>(row.query))) shares.kept += share(key);
    return shares;
}

void HeadCollector::read(const WeightsBlock& block) {
    const auto head = static_cast<std::size_t>(block.head);
    HeadPicture& picture = pictures[head];
    RankedLinks& ranked = links[head];
    const Index keys = block.lastKey - block.firstKey;
    if (keys <= 0) return;
    thread_local Scratch scratch;
    scratch.columns.assign(static_cast<std::size_t>(keys), 0);
    scratch.greatest.assign(static_cast<std::size_t>(keys), 0);
    scratch.scaled.resize(m_hidden.size());
    for (std::vector<Scalar>& sums : scratch.scaled) sums.assign(static_cast<std::size_t>(keys), 0);
    // Blocks whose rows end within a pixel share that pixel's row with the next block.
    const bool sharesPixels = LayerTrace::blockRows() % picture.factor != 0;
    std::unique_lock lock(m_locks[head], std::defer_lock);
    if (sharesPixels) lock.lock();
    for (Index r = 0; r < block.rows; ++r) {
        const Row row{block.head, block.firstRow + r, block.firstKey, keys,
                      block.data + r * block.stride + block.firstKey};
        const auto query = static_cast<std::size_t>(row.query);
        m_rows[head][query] = sharesOf(row);
        picture.rowSum[query] = static_cast<Scalar>(m_rows[head][query].sum);
        for (std::size_t s = 0; s < m_hidden.size(); ++s) {
            if (m_hidden[s].empty()) continue;
            m_hidden[s].read({row.data, static_cast<std::size_t>(keys)}, row.firstKey, row.query, m_rows[head][query].sum,
                             picture.without[s]);
            scratch.addScaled(s, row.data, picture.without[s].kept[query]);
        }
        scratch.ranker.rank({row.data, static_cast<std::size_t>(keys)}, row.firstKey,
                            {ranked.links.data() + row.query * ranked.perRow, static_cast<std::size_t>(ranked.perRow)});
        scratch.add(row.data);
        if (r + 1 == block.rows || (row.query + 1) % picture.factor == 0)
            scratch.paint(picture.pixels.row(row.query / picture.factor), block.firstKey, picture.factor);
    }
    if (!sharesPixels) lock.lock();
    addColumns(scratch.columns, block.firstKey, m_received[head]);
    for (std::size_t s = 0; s < m_hidden.size(); ++s)
        if (!m_hidden[s].empty()) addColumns(scratch.scaled[s], block.firstKey, m_scaled[s][head]);
}

bool HeadCollector::promiseAllowed(int head, Index query) const {
    const auto set = m_promised[static_cast<std::size_t>(head)]->of(static_cast<std::size_t>(query));
    return std::ranges::any_of(set, [&](std::int32_t key) { return m_mask.allowed(head, query, key); });
}

void HeadCollector::average(int head) {
    const auto h = static_cast<std::size_t>(head);
    HeadMeasures sum;
    double kept = 0;
    for (Index i = 0; i < m_mask.queries(); ++i) {
        const RowShares& row = m_rows[h][static_cast<std::size_t>(i)];
        if (allowedKeys(head, i) == 0) ++sum.maskedRows;
        if (row.sum <= 0) continue;
        ++sum.rows;
        sum.previousRows += i > 0 && i <= m_mask.keys();
        sum.nextRows += i + 1 < m_mask.keys();
        sum.entropy += row.entropy;
        sum.confidence += row.greatest;
        sum.meanDistance += row.distance;
        sum.previous += row.previous;
        sum.next += row.next;
        sum.self += row.self;
        sum.first += row.first;
        sum.sameToken += row.same;
        if (row.induction >= 0) {
            ++sum.inductionRows;
            sum.induction += row.induction;
        }
        if (!m_promised[h] || m_promised[h]->of(static_cast<std::size_t>(i)).empty()) continue;
        kept += row.kept;
        ++checks[h].promised;
        if (row.kept >= keptShare)
            ++checks[h].kept;
        else if (!promiseAllowed(head, i))
            ++checks[h].forbidden;
    }
    if (sum.rows > 0)
        for (double* value :
             {&sum.entropy, &sum.confidence, &sum.meanDistance, &sum.self, &sum.first, &sum.sameToken})
            *value /= static_cast<double>(sum.rows);
    if (sum.previousRows > 0) sum.previous /= static_cast<double>(sum.previousRows);
    if (sum.nextRows > 0) sum.next /= static_cast<double>(sum.nextRows);
    if (sum.inductionRows > 0) sum.induction /= static_cast<double>(sum.inductionRows);
    sum.promisedRows = checks[h].promised;
    if (sum.promisedRows > 0) sum.kept = kept / static_cast<double>(sum.promisedRows);
    measures[h] = sum;
}

void HeadCollector::fillAllowedPictures() {
    if (m_mask.empty()) return;
    const Index distinct = m_mask.differsByHead() ? static_cast<Index>(pictures.size()) : 1;
    parallelFor(distinct, [&](Index h) {
        HeadPicture& picture = pictures[static_cast<std::size_t>(h)];
        const Index factor = picture.factor;
        picture.allowed = BoolGrid(picture.pixels.rows(), picture.pixels.cols());
        for (Index i = 0; i < m_mask.queries(); ++i) {
            const auto line = picture.allowed.row(i / factor);
            const Mask::Span span = m_mask.span(i);
            for (Index j = span.begin; j < span.end; ++j) {
                auto& cell = line[static_cast<std::size_t>(j / factor)];
                if (cell || (m_mask.hasHoles() && !m_mask.allowed(static_cast<int>(h), i, j))) continue;
                cell = 1;
            }
        }
    });
    for (std::size_t h = static_cast<std::size_t>(distinct); h < pictures.size(); ++h)
        pictures[h].allowed = pictures.front().allowed;
}

void HeadCollector::finish() {
    parallelFor(static_cast<Index>(pictures.size()), [&](Index h) {
        HeadPicture& picture = pictures[static_cast<std::size_t>(h)];
        average(static_cast<int>(h));
        const auto& received = m_received[static_cast<std::size_t>(h)];
        std::ranges::transform(received, picture.received.begin(), inWeights);
        for (std::size_t s = 0; s < m_hidden.size(); ++s)
            for (std::size_t j = 0; j < picture.without[s].received.size(); ++j)
                if (!m_hidden[s].hides(static_cast<Index>(j)))
                    picture.without[s].received[j] = inWeights(m_scaled[s][static_cast<std::size_t>(h)][j]);
        if (!picture.pixels.empty()) picture.greatest = kernels().maximum(picture.pixels.data(), picture.pixels.size());
    });
    fillAllowedPictures();
}

} // namespace headscope
