// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/self_test.h"

#include "core/model/forward.h"

namespace headscope {
namespace {

/// The first two tokens of a causal stack have hardly a choice.
constexpr Index firstQuery = 2;

Reading strongest(const SiteTrace& site, int layer, int head) {
    const LayerTrace& trace = *site.layers[static_cast<std::size_t>(layer)];
    const Matrix weights = trace.weights(head);
    Reading found{std::string(siteName(site.site)), layer, head, 0, 0, -1};
    for (Index q = std::min(firstQuery, weights.rows() - 1); q < weights.rows(); ++q)
        for (Index k = 0; k < weights.cols(); ++k)
            if (weights(q, k) > found.weight) {
                found.query = q;
                found.key = k;
                found.weight = weights(q, k);
            }
    return found;
}

std::vector<Reading> readingsOf(const ModelTrace& trace) {
    std::vector<Reading> all;
    for (const SiteTrace& site : trace.sites)
        for (int layer = 0; layer < std::ssize(site.layers); ++layer) {
            const int heads = site.layers[static_cast<std::size_t>(layer)]->config.heads;
            for (int head = 0; head < heads; ++head) all.push_back(strongest(site, layer, head));
        }
    return all;
}

} // namespace

Result<std::vector<SelfTest>> makeSelfTests(const ModelPtr& model, const Task& task, int length, int count,
                                            std::stop_token stop) {
    Rng rng(hashBytes("self-test"));
    std::vector<SelfTest> tests;
    for (int i = 0; i < count; ++i) {
        const TaskExample example = task.example(rng, length, TaskPart::Unseen);
        const auto trace =
            forward(model, {example.ids, {}, example.decoderIds}, {.previous = {}, .stop = stop, .watcher = {}});
        if (!trace) return trace.error();
        tests.push_back({task.text(example), task.text2(example), readingsOf(**trace)});
    }
    return tests;
}

} // namespace headscope
