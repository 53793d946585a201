// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/embed.h"

#include "core/base/product.h"
#include "core/model/positions.h"
#include "core/model/rows.h"

namespace headscope {
std::vector<Index> positionRows(const ModelConfig& config, std::span<const int> ids) {
    std::vector<Index> rows;
    Index next = config.positionOffset;
    for (const int id : ids) {
        const bool uncounted = config.uncountedToken && *config.uncountedToken == id;
        rows.push_back(uncounted ? config.positionOffset - 1 : next++);
    }
    return rows;
}

Matrix embeddingSum(const Embedding& e) {
    const ModelConfig& config = e.model->config;
    const ModelWeights& weights = e.model->weights;
    const Index n = std::ssize(e.ids);
    const std::vector<Index> positions = positionRows(config, e.ids);
    Matrix x(n, config.embeddingWidth);
    std::vector<Scalar> extra(static_cast<std::size_t>(config.embeddingWidth));
    for (Index r = e.firstRow; r < n; ++r) {
        const auto at = static_cast<std::size_t>(r);
        Scalar* row = x.row(r).data();
        weights.tokens->column(e.ids[at], row);
        for (Scalar& cell : x.row(r)) cell *= static_cast<Scalar>(config.embeddingScale);
        const auto add = [&] {
            for (std::size_t j = 0; j < extra.size(); ++j) row[j] += extra[j];
        };
        if (!weights.tokenTypes.empty()) {
            weights.tokenTypes.column(e.tokenTypes.empty() ? 0 : e.tokenTypes[at], extra.data());
            add();
        }
        if (config.positions == PositionKind::Learned) {
            e.stack->positions.column(positions[at], extra.data());
            add();
        } else if (config.positions == PositionKind::Sinusoidal) {
            sinusoid(positions[at], extra);
            add();
        }
    }
    return x;
}

Matrix embed(const Embedding& e) {
    const ModelConfig& config = e.model->config;
    const ModelWeights& weights = e.model->weights;
    Matrix x = embeddingSum(e);
    if (!e.stack->embeddingNorm.empty())
        run({.a = &x, .norm = &e.stack->embeddingNorm, .out = &x, .firstRow = e.firstRow}, config);
    if (weights.embeddingProjection.empty()) return x;
    Matrix projected(x.rows(), config.dModel);
    const Product product{.x = &x,
                          .bias = &weights.embeddingProjection.bias,
                          .y = &projected,
                          .packed = &weights.embeddingProjection.w,
                          .firstRow = e.firstRow};
    multiply({&product, 1});
    return projected;
}

} // namespace headscope
