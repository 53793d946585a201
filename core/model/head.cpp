// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/head.h"

#include "core/base/kernels.h"
#include "core/base/product.h"
#include "core/model/forward.h"
#include "core/model/rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace headscope {
namespace {

std::vector<Index> askedRows(std::span<const int> targets) {
    std::vector<Index> rows;
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (targets[i] >= 0) rows.push_back(static_cast<Index>(i));
    return rows;
}

/// x · tokens + bias: [rows, vocabulary].
Matrix output(const ModelTrace& trace, const Matrix& x, const std::stop_token& stop) {
    const HeadWeights& head = trace.model->weights.head;
    Matrix out = Matrix::uncleared(x.rows(), head.tokens->cols());
    const Product product{.x = &x, .bias = &head.bias, .y = &out, .packed = head.tokens.get()};
    multiply({&product, 1}, stop);
    return out;
}

/// Rows of logits become probabilities.
TextLoss softmaxLoss(Matrix& logits, std::span<const Index> rows, std::span<const int> targets) {
    TextLoss result;
    for (Index r = 0; r < logits.rows(); ++r) {
        Scalar* cells = logits.row(r).data();
        const Index target = targets[static_cast<std::size_t>(rows[static_cast<std::size_t>(r)])];
        assert(target < logits.cols());
        const Scalar top = kernels().maximum(cells, logits.cols());
        const Scalar asked = cells[target];
        // A tie is no answer: a model that says the same of all words knows nothing.
        result.correct += asked == top && std::count(cells, cells + logits.cols(), top) == 1;
        const Scalar sum = kernels().exponentials(cells, logits.cols(), top);
        kernels().multiply(cells, logits.cols(), 1 / sum);
        result.loss += std::log(static_cast<double>(sum)) + static_cast<double>(top) - static_cast<double>(asked);
    }
    return result;
}

/// dx [rows, d_model] of HeadInput::x becomes that of HeadInput::hidden.
void transformBackward(const CrossEntropyBackward& p, const HeadInput& in, Matrix& dx) {
    const HeadWeights& head = p.trace->model->weights.head;
    HeadParameters& gradient = p.gradients->head;
    if (in.bent.empty()) return;
    Matrix dBent(dx.rows(), dx.cols());
    run(NormBackward{&in.bent, &head.norm, &gradient.norm, &dx, &dBent}, p.trace->model->config);
    kernels().multiplyBy(dBent.data(), in.slope.data(), dBent.size());
    Matrix dHidden = Matrix::uncleared(dx.rows(), in.hidden.cols());
    run(LinearBackward{&in.hidden, &dBent, &gradient.transform, &p.turned->transform, &dHidden, false});
    dx = std::move(dHidden);
}

} // namespace

HeadInput headInput(const ModelTrace& trace, std::span<const Index> rows, bool withSlope, const std::stop_token& stop) {
    const ModelConfig& config = trace.model->config;
    const HeadWeights& head = trace.model->weights.head;
    const Matrix& last = trace.last();
    HeadInput in;
    in.hidden = Matrix(std::ssize(rows), last.cols());
    for (Index r = 0; r < in.hidden.rows(); ++r) {
        const auto from = last.row(rows[static_cast<std::size_t>(r)]);
        std::transform(from.begin(), from.end(), in.hidden.row(r).begin(),
                       [&](Scalar v) { return v * static_cast<Scalar>(config.logitScale); });
    }
    if (head.transform.empty()) {
        in.x = in.hidden;
        return in;
    }
    in.bent = Matrix(in.hidden.rows(), head.transform.w.cols());
    Product product{.x = &in.hidden, .bias = &head.transform.bias, .y = &in.bent, .packed = &head.transform.w};
    if (!withSlope) product.then = config.headActivation;
    multiply({&product, 1}, stop);
    if (withSlope) {
        in.slope = Matrix(in.bent.rows(), in.bent.cols());
        kernels().activateWithSlope(config.headActivation, in.bent.data(), in.slope.data(), in.bent.size());
    }
    in.x = Matrix(in.bent.rows(), in.bent.cols());
    run({.a = &in.bent, .norm = &head.norm, .out = &in.x}, config);
    return in;
}

Result<Matrix> logits(const ModelTrace& trace, std::span<const Index> rows, std::stop_token stop) {
    if (!trace.model->hasHead())
        return Error{ErrorCode::Usage, "logits", "this model was saved without the matrix that makes predictions"};
    Matrix out = output(trace, headInput(trace, rows, false, stop).x, stop);
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
    return out;
}

TextLoss crossEntropy(const ModelTrace& trace, std::span<const int> targets) {
    const std::vector<Index> rows = askedRows(targets);
    Matrix cells = output(trace, headInput(trace, rows, false).x, {});
    return softmaxLoss(cells, rows, targets);
}

/// With p = softmax(logits): dLogits = p − 1 at the target, p elsewhere.
TextLoss run(const CrossEntropyBackward& p) {
    const std::vector<Index> rows = askedRows(p.targets);
    const HeadInput in = headInput(*p.trace, rows, true);
    Matrix cells = output(*p.trace, in.x, {}); // [rows, vocabulary]
    const TextLoss result = softmaxLoss(cells, rows, p.targets);
    for (Index r = 0; r < cells.rows(); ++r)
        cells(r, p.targets[static_cast<std::size_t>(rows[static_cast<std::size_t>(r)])]) -= 1;
    kernels().multiply(cells.data(), cells.size(), p.scale);

    HeadParameters& gradient = p.gradients->head;
    addOuterProduct(cells, in.x, gradient.tokens.empty() ? p.gradients->tokens : gradient.tokens);
    if (!p.trace->model->weights.head.transform.empty() && !gradient.bias.empty())
        kernels().addRows(gradient.bias.data(), cells.data(), cells.rows(), cells.cols(), cells.cols());
    Matrix dx = Matrix::uncleared(cells.rows(), in.x.cols());
    const Product back{.x = &cells, .y = &dx, .packed = &p.turned->tokens};
    multiply({&back, 1});
    transformBackward(p, in, dx);
    for (Index r = 0; r < dx.rows(); ++r)
        std::transform(dx.row(r).begin(), dx.row(r).end(), p.dLast->row(rows[static_cast<std::size_t>(r)]).begin(),
                       [&](Scalar v) { return v * static_cast<Scalar>(p.trace->model->config.logitScale); });
    return result;
}

} // namespace headscope
