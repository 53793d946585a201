// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer.h"

#include "core/base/kernels.h"

#include <algorithm>
#include <cmath>

namespace headscope {
namespace {

double gradientLength(const std::vector<NamedMatrix<const Matrix>>& gradients) {
    double sum = 0;
    for (const auto& g : gradients) sum += kernels().squares(g.values->data(), g.values->size());
    return std::sqrt(sum);
}

} // namespace

OptimizerState beginOptimizer(const Parameters& weights) {
    return {0, zerosLike(weights), zerosLike(weights), 0};
}

Result<double> optimize(const OptimizerOptions& o, const Parameters& gradients, Parameters& weights,
                        OptimizerState& state) {
    const auto from = list(gradients);
    const double length = gradientLength(from);
    if (!std::isfinite(length))
        return Error{ErrorCode::Input, "training", "the gradient is no number any more; a smaller learning rate helps"};
    const auto to = list(weights), mean = list(state.mean), square = list(state.square);
    assert(from.size() == to.size() && mean.size() == to.size() && square.size() == to.size());
    const auto steps = static_cast<double>(++state.step - state.begun);
    const double rate = o.rate * std::min(1.0, steps / static_cast<double>(std::max<std::int64_t>(o.warmUp, 1)));
    AdamStep step;
    if (o.clip > 0 && length > o.clip) step.scale = static_cast<Scalar>(o.clip / length);
    step.keep1 = static_cast<Scalar>(o.beta1);
    step.keep2 = static_cast<Scalar>(o.beta2);
    step.rate = static_cast<Scalar>(rate / (1 - std::pow(o.beta1, steps)));
    step.root = static_cast<Scalar>(1 / std::sqrt(1 - std::pow(o.beta2, steps)));
    step.eps = static_cast<Scalar>(o.eps);
    for (std::size_t i = 0; i < to.size(); ++i) {
        step.keep = to[i].decays ? static_cast<Scalar>(1 - rate * o.decay) : Scalar(1);
        assert(from[i].values->size() == to[i].values->size());
        kernels().adam(step, {from[i].values->data(), to[i].values->data(), mean[i].values->data(),
                              square[i].values->data(), to[i].values->size()});
    }
    return length;
}

} // namespace headscope
