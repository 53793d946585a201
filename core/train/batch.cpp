// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/batch.h"

#include "core/base/kernels.h"
#include "core/base/parallel.h"
#include "core/model/backward.h"
#include "core/model/forward.h"
#include "core/model/head.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace headscope {
namespace {

/// A tree of gradients for each has to be cleared and added up in every step; fewer would leave cores idle.
constexpr Index mostGroups = 8;

/// A loss beyond this means weights that have left all bounds; products turn what is no number into the largest ones.
constexpr double mostLoss = 1e6;

using Examples = std::span<const TaskExample>;

std::int64_t countTargets(Examples examples) {
    std::int64_t asked = 0;
    for (const TaskExample& e : examples)
        asked += std::count_if(e.targets.begin(), e.targets.end(), [](int t) { return t >= 0; });
    return asked;
}

Result<ModelTracePtr> read(const ModelPtr& model, const TaskExample& example, bool forTraining,
                           const std::stop_token& stop) {
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
    ForwardOptions options;
    options.stop = stop;
    options.forTraining = forTraining;
    const auto trace = forward(model, {example.ids, {}, example.decoderIds}, options);
    if (!trace) return trace;
    const bool fits = std::ssize(example.targets) == (*trace)->last().rows() &&
                      std::all_of(example.targets.begin(), example.targets.end(),
                                  [&](int t) { return t < model->config.vocabulary; });
    if (!fits) return Error{ErrorCode::Input, "example", "its targets do not fit the model"};
    return trace;
}

/// What one group of examples came to.
struct GroupResult {
    TextLoss sum;
    std::optional<Error> error;
};

Index groupCount(Examples examples) {
    return std::clamp<Index>(std::ssize(examples), 1, mostGroups);
}
Examples group(Examples examples, Index i) {
    const Index groups = groupCount(examples), n = std::ssize(examples);
    const Index first = n * i / groups, last = n * (i + 1) / groups;
    return examples.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

/// Every example of every group through `body`, groups over the cores.
Result<BatchResult> overGroups(const ModelPtr& model, Examples examples, bool forTraining, const std::stop_token& stop,
                               const std::function<TextLoss(Index, const ModelTrace&, const TaskExample&)>& body) {
    std::vector<GroupResult> groups(static_cast<std::size_t>(groupCount(examples)));
    parallelFor(std::ssize(groups), [&](Index i) {
        GroupResult& result = groups[static_cast<std::size_t>(i)];
        for (const TaskExample& example : group(examples, i)) {
            const auto trace = read(model, example, forTraining, stop);
            if (!trace) {
                result.error = trace.error();
                return;
            }
            const TextLoss one = body(i, **trace, example);
            result.sum.loss += one.loss;
            result.sum.correct += one.correct;
        }
    });
    BatchResult all;
    all.asked = countTargets(examples);
    for (const GroupResult& g : groups) {
        if (g.error) return *g.error;
        all.loss += g.sum.loss;
        all.correct += g.sum.correct;
    }
    if (all.asked > 0) all.loss /= static_cast<double>(all.asked);
    if (!(all.loss < mostLoss))
        return Error{ErrorCode::Input, "training", "the loss is no number any more; a smaller learning rate helps"};
    return all;
}

void clear(Parameters& tree) {
    for (const auto& entry : list(tree)) std::fill_n(entry.values->data(), entry.values->size(), Scalar(0));
}

/// Trees in the model's shape.
void prepare(const Model& model, Index groups, Gradients& gradients) {
    const auto fits = [&](const Parameters& tree) {
        return tree.tokens.rows() == model.config.vocabulary && tree.tokens.cols() == model.config.embeddingWidth &&
               std::ssize(tree.encoder.blocks) == model.config.encoder.layers &&
               std::ssize(tree.decoder.blocks) == model.config.decoder.layers;
    };
    if (!fits(gradients.sum)) gradients = {zerosLike(unpack(model)), {}};
    gradients.groups.resize(static_cast<std::size_t>(groups), gradients.sum);
}

void addGroups(Gradients& gradients) {
    const auto sums = list(gradients.sum);
    std::vector<std::vector<NamedMatrix<Matrix>>> parts;
    for (Parameters& tree : gradients.groups) parts.push_back(list(tree));
    parallelFor(std::ssize(sums), [&](Index i) {
        Matrix& sum = *sums[static_cast<std::size_t>(i)].values;
        std::copy_n(parts[0][static_cast<std::size_t>(i)].values->data(), sum.size(), sum.data());
        for (std::size_t g = 1; g < parts.size(); ++g)
            kernels().add(sum.data(), parts[g][static_cast<std::size_t>(i)].values->data(), sum.size());
    });
}

} // namespace

Result<BatchResult> gradients(const ModelPtr& model, Examples examples, Gradients& into, std::stop_token stop) {
    assert(canTrain(*model));
    prepare(*model, groupCount(examples), into);
    const TurnedModel turned(*model);
    const auto scale =
        static_cast<Scalar>(1.0 / static_cast<double>(std::max<std::int64_t>(countTargets(examples), 1)));
    parallelFor(std::ssize(into.groups), [&](Index i) { clear(into.groups[static_cast<std::size_t>(i)]); });
    const auto result =
        overGroups(model, examples, true, stop, [&](Index i, const ModelTrace& trace, const TaskExample& example) {
            Parameters& tree = into.groups[static_cast<std::size_t>(i)];
            Matrix dLast(trace.last().rows(), trace.last().cols());
            const TextLoss one = run(CrossEntropyBackward{&trace, example.targets, &turned, scale, &tree, &dLast});
            backward(trace, turned, std::move(dLast), tree);
            return one;
        });
    if (result) addGroups(into);
    return result;
}

Result<BatchResult> loss(const ModelPtr& model, Examples examples, std::stop_token stop) {
    return overGroups(model, examples, false, stop, [](Index, const ModelTrace& trace, const TaskExample& example) {
        return crossEntropy(trace, example.targets);
    });
}

} // namespace headscope
