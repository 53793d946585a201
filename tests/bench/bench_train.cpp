// SPDX-License-Identifier: GPL-3.0-or-later
// Time of a training step and of its parts as one JSON object, and how soon an induction head forms. Never fails on a
// time.
//   bench_train [--seconds S] [SIZES]           milliseconds of a step: median, and of forward, backward, optimizer
//   bench_train --learn S [--rate R] [--seed N] [SIZES]
//                                               trains the induction task for S seconds from random weights and
//                                               watches the heads; rate and sizes not given are the task's
//   SIZES: --layers 2 --d-model 64 --heads 4 --vocabulary 64 --batch 32 --length 48
#include "core/base/kernels.h"
#include "core/base/rng.h"
#include "core/model/forward.h"
#include "core/train/batch.h"
#include "core/train/optimizer.h"
#include "core/train/trainer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <thread>

using namespace headscope;
using nlohmann::json;

namespace {

using Options = std::map<std::string, double>;

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

ModelConfig gpt2(const Options& o) {
    ModelConfig c;
    c.family = "gpt2";
    c.kind = ModelKind::Decoder;
    c.dModel = c.embeddingWidth = static_cast<int>(o.at("d-model"));
    c.vocabulary = static_cast<int>(o.at("vocabulary"));
    c.decoder.layers = static_cast<int>(o.at("layers"));
    const int heads = static_cast<int>(o.at("heads"));
    c.decoder.attention = {c.dModel, heads, heads, c.dModel / heads, c.dModel / heads};
    c.decoder.attention.bias = true;
    c.decoder.feedForward = 4 * c.dModel;
    c.decoder.causal = true;
    c.normPlace = NormPlace::Before;
    c.normEps = 1e-5;
    c.activation = Activation::GeluTanh;
    c.finalNorm = true;
    c.maxPositions = static_cast<int>(o.at("length"));
    return c;
}

/// `half` random tokens, none of them twice, then the same again; asked is the second half.
TaskExample repeated(Rng& rng, int vocabulary, int half) {
    TaskExample e;
    while (std::ssize(e.ids) < half) {
        const int id = 5 + static_cast<int>(rng.next() % static_cast<std::uint64_t>(vocabulary - 5));
        if (std::find(e.ids.begin(), e.ids.end(), id) == e.ids.end()) e.ids.push_back(id);
    }
    for (int i = 0; i < half; ++i) e.ids.push_back(e.ids[static_cast<std::size_t>(i)]);
    e.targets.assign(e.ids.size(), -1);
    for (std::size_t i = static_cast<std::size_t>(half); i + 1 < e.ids.size(); ++i) e.targets[i] = e.ids[i + 1];
    return e;
}

std::vector<TaskExample> batch(Rng& rng, const Options& o) {
    std::vector<TaskExample> examples;
    for (int i = 0; i < static_cast<int>(o.at("batch")); ++i)
        examples.push_back(
            repeated(rng, static_cast<int>(o.at("vocabulary")), static_cast<int>(o.at("length")) / 2));
    return examples;
}

/// Mass on the token behind the query's earlier copy, averaged over everything asked, of the best head.
double inductionMass(const ModelPtr& model, const std::vector<TaskExample>& examples) {
    std::map<std::pair<std::size_t, int>, double> mass;
    std::int64_t asked = 0;
    for (const TaskExample& e : examples) {
        const auto trace = forward(model, {e.ids, {}, {}}).value();
        for (Index q = 0; q < std::ssize(e.ids); ++q) {
            if (e.targets[static_cast<std::size_t>(q)] < 0) continue;
            ++asked;
            const auto earlier = std::find(e.ids.begin(), e.ids.end(), e.ids[static_cast<std::size_t>(q)]);
            const Index key = earlier - e.ids.begin() + 1;
            for (std::size_t layer = 0; layer < trace->sites[0].layers.size(); ++layer)
                for (int h = 0; h < model->config.decoder.attention.heads; ++h)
                    mass[{layer, h}] += static_cast<double>(trace->sites[0].layers[layer]->weights(h)(q, key));
        }
    }
    double best = 0;
    for (const auto& [head, m] : mass) best = std::max(best, m / static_cast<double>(asked));
    return best;
}

double median(std::vector<double> x) {
    std::nth_element(x.begin(), x.begin() + std::ssize(x) / 2, x.end());
    return x[x.size() / 2];
}

/// What is learned, and how.
struct Learner {
    explicit Learner(const Options& o)
        : config(gpt2(o)), weights(randomParameters(config, static_cast<std::uint64_t>(o.at("seed")))),
          state(beginOptimizer(weights)), model(pack(config, weights)) {
        options.rate = o.at("rate");
    }
    /// Seconds of gradients, optimizer and packing.
    std::array<double, 3> step(const std::vector<TaskExample>& examples) {
        const double start = now();
        last = gradients(model, examples, found).value();
        const double middle = now();
        static_cast<void>(optimize(options, found.sum, weights, state).value());
        const double optimized = now();
        model = pack(config, weights);
        return {middle - start, optimized - middle, now() - optimized};
    }

    ModelConfig config;
    Parameters weights;
    OptimizerState state;
    OptimizerOptions options;
    ModelPtr model;
    Gradients found;
    BatchResult last;
};

json times(Options o) {
    o.insert({{"rate", 3e-3}, {"layers", 2}, {"d-model", 64}, {"heads", 4}, {"vocabulary", 64}, {"batch", 32}, {"length", 48}});
    Learner learner(o);
    Rng rng(1);
    std::vector<double> all, forward, backward, optimizer, packing;
    for (const double start = now(); now() - start < o.at("seconds") || all.size() < 20;) {
        const std::vector<TaskExample> examples = batch(rng, o);
        const double before = now();
        static_cast<void>(loss(learner.model, examples).value());
        forward.push_back(now() - before);
        const auto [gradient, adam, pack] = learner.step(examples);
        all.push_back(gradient + adam + pack);
        backward.push_back(gradient - forward.back());
        optimizer.push_back(adam);
        packing.push_back(pack);
    }
    return {{"ms", median(all) * 1e3},
            {"ms_least", *std::min_element(all.begin(), all.end()) * 1e3},
            {"ms_forward", median(forward) * 1e3},
            {"ms_backward", median(backward) * 1e3},
            {"ms_optimizer", median(optimizer) * 1e3},
            {"ms_pack", median(packing) * 1e3},
            {"steps", all.size()}};
}

json learn(const Options& given) {
    const Task& task = *findTask("induction");
    TrainOptions o = defaultOptions(task);
    o.seed = static_cast<std::uint64_t>(given.at("seed"));
    for (auto [name, value] : {std::pair{"layers", &o.layers}, {"heads", &o.heads}, {"d-model", &o.dModel},
                               {"batch", &o.batch}, {"length", &o.length}})
        if (given.contains(name)) *value = static_cast<int>(given.at(name));
    if (given.contains("rate")) o.rate = given.at("rate");
    Result<Trainer> begun = Trainer::begin(o);
    Trainer& trainer = begun.value();
    Rng rng(77);
    std::vector<TaskExample> unseen;
    for (int i = 0; i < 32; ++i) unseen.push_back(task.example(rng, o.length, TaskPart::Unseen));
    json out{{"curve", json::array()}};
    for (double spent = 0; spent < given.at("learn");) {
        const double start = now();
        const TrainStep step = trainer.step().value();
        spent += now() - start;
        if (step.step % 25 != 0) continue;
        const BatchResult result = loss(trainer.model(), unseen).value();
        const double mass = inductionMass(trainer.model(), unseen);
        out["curve"].push_back({{"step", step.step},
                                {"seconds", spent},
                                {"loss", result.loss},
                                {"accuracy", static_cast<double>(result.correct) / static_cast<double>(result.asked)},
                                {"mass", mass}});
        if (mass >= 0.9 && !out.contains("seconds_to_head")) out["seconds_to_head"] = spent;
    }
    return out;
}

} // namespace

int main(int argc, char** argv) {
    Options o{{"seconds", 3}, {"learn", 0}, {"seed", 0}};
    for (int i = 1; i + 1 < argc; i += 2) o[std::string(argv[i]).substr(2)] = std::stod(argv[i + 1]);
    json out{{"kernels", kernels().name}, {"threads", std::thread::hardware_concurrency()}};
    out.update(o.at("learn") > 0 ? learn(o) : times(o));
    std::cout << out.dump() << '\n';
}
