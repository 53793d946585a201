// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/config.h"
#include "core/attention/mask.h"
#include "core/base/matrix.h"
#include "core/base/result.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace headscope {

/// The matrices of one layer. A row of X times W gives the row of Q; head h owns columns h·d_k … (h+1)·d_k.
struct AttentionWeights {
    Matrix wq; ///< [d_model, heads · d_k]
    Matrix wk; ///< [d_in, kv_heads · d_k]; d_in is d_model but for cross-attention files with another key width
    Matrix wv; ///< [d_in, kv_heads · d_v]
    Matrix wo; ///< [heads · d_v, d_model] for Concat, [d_v, d_model] for Sum and Mean
    Matrix bq; ///< [1, heads · d_k], or empty: no bias; the same for the next three
    Matrix bk; ///< [1, kv_heads · d_k]
    Matrix bv; ///< [1, kv_heads · d_v]
    Matrix bo; ///< [1, d_model]
};

/// Everything one layer of attention saw and made but for the n_q × n_k matrices: those are computed again from Q and K
/// when somebody looks, block by block through the code the forward pass used, hence bit for bit the same.
/// Memory is O(n). The type is what display, export and training share.
class LayerTrace {
public:
    AttentionConfig config;
    Mask mask;
    std::uint64_t seed = 0;                              ///< of the dropped weights
    std::shared_ptr<const AttentionWeights> weightsUsed; ///< null in a model's trace: its matrices are in the Model
    std::shared_ptr<const Matrix> input;                 ///< [n_q, d_model]
    std::shared_ptr<const Matrix> keyInput;              ///< [n_k, d_in]; the same object as input in self-attention
    Matrix q;                                            ///< [n_q, heads · d_k], with bias, before the scale
    Matrix k;                                            ///< [n_k, kv_heads · d_k]
    Matrix v;                                            ///< [n_k, kv_heads · d_v]
    Matrix context;                                      ///< [n_q, heads · d_v] = weights · v, per head
    Matrix output;                                       ///< [n_q, d_model], after joining, W_O and its bias
    std::shared_ptr<const Matrix> positionBias; ///< [heads, n_q + n_k − 1] or null: column j − i + n_q − 1 is added to
                                                ///< the score of query i and key j (Raffel et al. 2020)
    Matrix rowMax; ///< [heads, n_q] greatest allowed score of the row (0 where all is masked)
    Matrix rowSum; ///< [heads, n_q] Σ exp(score − rowMax) over allowed keys (0 where all is masked)

    Index queries() const { return q.rows(); }
    Index keys() const { return k.rows(); }

    /// [n_q, n_k] what goes into the softmax but for the mask: masked cells keep their score.
    Matrix scores(int head) const;
    /// [n_q, n_k] after the softmax, before dropout. A fully masked row is all 0; never NaN for finite input.
    Matrix softmax(int head) const;
    /// [n_q, n_k] after softmax and dropout, the ones that multiplied V.
    Matrix weights(int head) const;
    /// [n_q, n_k] 1 = may attend.
    BoolGrid allowed(int head) const;

    /// The same, some rows at a time, for matrices too large to hold. Row blocks have blockRows() rows (the last one
    /// fewer); block b begins at row b · blockRows(). `out` is [rows of the block, n_k]; cells outside the mask are 0
    /// in weights and softmax.
    static Index blockRows();
    Index blocks() const { return (queries() + blockRows() - 1) / blockRows(); }
    void scoresBlock(int head, Index block, Matrix& out) const;
    void softmaxBlock(int head, Index block, Matrix& out) const;
    void weightsBlock(int head, Index block, Matrix& out) const;
    /// [n_k] one query's and [n_q] one key's weights, the same bits, for the price of those cells alone.
    std::vector<Scalar> weightsRow(int head, Index query) const;
    std::vector<Scalar> weightsColumn(int head, Index key) const;
};

/// Rows of one head's weights as the forward pass makes them, while they are in the cache.
struct WeightsBlock {
    int head = 0;
    Index firstRow = 0;
    Index rows = 0;
    Index keys = 0;
    const Scalar* data = nullptr; ///< [rows, stride]: row r, key j at data[r · stride + j]; 0 where masked
    Index stride = 0;
    Index firstKey = 0; ///< only keys firstKey … lastKey − 1 were computed for this block; the others are 0 and are
    Index lastKey = 0;  ///< not in memory to be read
};
/// Called from several threads at once, every (head, block) exactly once. Empty: nobody looks.
using WeightsReader = std::function<void(const WeightsBlock&)>;

struct AttentionInput {
    AttentionConfig config;
    std::shared_ptr<const AttentionWeights> weights;
    std::shared_ptr<const Matrix> queries; ///< [n_q, d_model]
    std::shared_ptr<const Matrix> keys;    ///< [n_k, d_in]; the same pointer as queries for self-attention
    Mask mask;                             ///< made for n_q, n_k and heads
    std::uint64_t seed = 0;                ///< of the dropped weights
};

/// The middle of attention: rows firstRow … n_q − 1 of context, rowMax and rowSum from config, mask, q, k, v and
/// positionBias. A reader sees the rows before firstRow too. Rows have the same bits whatever firstRow is. What is left
/// undone when stopped is of no use.
void attendHeads(LayerTrace& trace, Index firstRow, const std::stop_token& stop, const WeightsReader& reader);

/// Multi-head attention, Vaswani et al. 2017, §3.2: softmax(scores)·V per head, joined, W_O.
/// Asserts on shapes that do not fit the config (whoever builds the input checks them). Cancelled when `stop` is set.
Result<std::shared_ptr<const LayerTrace>> attend(AttentionInput input, std::stop_token stop = {},
                                                 const WeightsReader& reader = {});

} // namespace headscope
