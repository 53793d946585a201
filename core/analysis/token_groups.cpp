// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/token_groups.h"

#include <span>
#include <utility>

namespace headscope {
namespace {

Scalar sum(std::span<const Scalar> row, Mask::Span keys) {
    Scalar total = 0;
    for (Index j = keys.begin; j < keys.end; ++j) total += row[static_cast<std::size_t>(j)];
    return total;
}

Scalar count(Mask::Span group) {
    return static_cast<Scalar>(group.end - group.begin);
}

} // namespace

std::vector<Scalar> groupedRow(const LayerTrace& trace, int head, const TokenGroups& groups, Index query) {
    const Mask::Span rows = groups.queries[static_cast<std::size_t>(query)];
    std::vector<Scalar> cells(groups.keys.size(), 0);
    for (Index i = rows.begin; i < rows.end; ++i) {
        const std::vector<Scalar> row = trace.weightsRow(head, i);
        for (std::size_t k = 0; k < cells.size(); ++k) cells[k] += sum(row, groups.keys[k]);
    }
    for (Scalar& cell : cells) cell /= count(rows);
    return cells;
}

Matrix groupedWeights(const LayerTrace& trace, int head, const TokenGroups& groups) {
    Matrix cells(std::ssize(groups.queries), std::ssize(groups.keys));
    Matrix block;
    Index held = -1; // the block in `block`
    for (Index q = 0; q < cells.rows(); ++q) {
        const Mask::Span rows = groups.queries[static_cast<std::size_t>(q)];
        for (Index i = rows.begin; i < rows.end; ++i) {
            const Index wanted = i / LayerTrace::blockRows();
            if (wanted != held) trace.weightsBlock(head, held = wanted, block);
            const auto row = std::as_const(block).row(i - wanted * LayerTrace::blockRows());
            for (Index k = 0; k < cells.cols(); ++k) cells(q, k) += sum(row, groups.keys[static_cast<std::size_t>(k)]);
        }
        for (Scalar& cell : cells.row(q)) cell /= count(rows);
    }
    return cells;
}

std::vector<Scalar> groupedColumn(const LayerTrace& trace, int head, const TokenGroups& groups, Index key) {
    const Mask::Span keys = groups.keys[static_cast<std::size_t>(key)];
    std::vector<std::vector<Scalar>> columns;
    for (Index j = keys.begin; j < keys.end; ++j) columns.push_back(trace.weightsColumn(head, j));
    std::vector<Scalar> cells;
    for (const Mask::Span rows : groups.queries) {
        Scalar total = 0;
        for (Index i = rows.begin; i < rows.end; ++i) {
            Scalar row = 0; // added up key by key and then row by row, as above
            for (const auto& column : columns) row += column[static_cast<std::size_t>(i)];
            total += row;
        }
        cells.push_back(total / count(rows));
    }
    return cells;
}

Mask groupedMask(const LayerTrace& trace, const TokenGroups& groups) {
    MaskGrid grid;
    grid.heads = trace.mask.differsByHead() ? trace.config.heads : 1;
    grid.rows = std::ssize(groups.queries);
    grid.cols = std::ssize(groups.keys);
    std::vector<std::uint8_t> row(static_cast<std::size_t>(trace.keys()));
    for (int head = 0; head < grid.heads; ++head) {
        for (const Mask::Span rows : groups.queries) {
            std::vector<std::uint8_t> any(groups.keys.size(), 0);
            for (Index i = rows.begin; i < rows.end; ++i) {
                trace.mask.allowedRow(head, i, row);
                for (std::size_t k = 0; k < any.size(); ++k)
                    for (Index j = groups.keys[k].begin; j < groups.keys[k].end; ++j)
                        any[k] |= row[static_cast<std::size_t>(j)];
            }
            grid.cells.insert(grid.cells.end(), any.begin(), any.end());
        }
    }
    MaskSpec spec;
    const Index queries = grid.rows, keys = grid.cols;
    if (!trace.mask.empty()) spec.grid = std::make_shared<const MaskGrid>(std::move(grid));
    return *Mask::make(spec, queries, keys, trace.config.heads); // it was made to fit
}

} // namespace headscope
