// SPDX-License-Identifier: GPL-3.0-or-later
// Times of whole models of real shapes with random weights, and of what limits them, as one JSON object. Never fails on
// a time.
//   bench_model [--lengths 16,64,…] [--seconds S] [--models bert,gpt2,minilm,tinyllama] [--type f32|bf16] [--only
//   limits] bench_model --open FOLDER [--seconds S]      opens a folder again and again
#include "core/base/kernels.h"
#include "core/base/packing.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/model/forward.h"
#include "core/sources/model_folder.h"

#include <nlohmann/json.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

extern "C" {
void openblas_set_num_threads(int threads);
void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc);
}

using namespace headscope;
using nlohmann::json;

namespace {

struct Shape {
    const char* name;
    int dModel, layers, heads, kvHeads, feedForward, vocabulary;
    bool decoder, llama;
};
constexpr Shape shapes[] = {{"bert", 768, 12, 12, 12, 3072, 30522, false, false},
                            {"gpt2", 768, 12, 12, 12, 3072, 50257, true, false},
                            {"minilm", 384, 6, 12, 12, 1536, 30522, false, false},
                            {"tinyllama", 2048, 22, 32, 4, 5632, 32000, true, true}};

/// Every panel from a seed of its own, so that all cores can fill.
PackedMatrix randomPacked(Index rows, Index cols, PackedType type) {
    PackedMatrix m(rows, cols, type);
    const double limit = std::sqrt(3.0 / static_cast<double>(rows));
    parallelFor(m.panels(), [&](Index p) {
        Rng rng(static_cast<std::uint64_t>(p * 7919 + rows * 31 + cols));
        for (Index i = 0; i < rows * kernels().panel; ++i) {
            const auto x = static_cast<float>(rng.uniform(-limit, limit));
            if (type == PackedType::Native) {
                static_cast<Scalar*>(m.panel(p))[i] = x;
            } else {
                static_cast<std::uint16_t*>(m.panel(p))[i] =
                    static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16);
            }
        }
    });
    return m;
}

Linear linear(Index in, Index out, PackedType type, bool bias) {
    return {randomPacked(in, out, type), bias ? Matrix(1, out, 0.01F) : Matrix()};
}

NormWeights norm(Index width, bool bias) {
    return {Matrix(1, width, 1), bias ? Matrix(1, width, 0.01F) : Matrix()};
}

ModelConfig configOf(const Shape& s) {
    ModelConfig c;
    c.kind = s.decoder ? ModelKind::Decoder : ModelKind::Encoder;
    c.dModel = c.embeddingWidth = s.dModel;
    c.vocabulary = s.vocabulary;
    StackConfig& stack = s.decoder ? c.decoder : c.encoder;
    stack.layers = s.layers;
    stack.feedForward = s.feedForward;
    stack.causal = s.decoder;
    stack.attention.dModel = s.dModel;
    stack.attention.heads = s.heads;
    stack.attention.kvHeads = s.kvHeads;
    stack.attention.dK = stack.attention.dV = s.dModel / s.heads;
    c.normPlace = s.decoder ? NormPlace::Before : NormPlace::After;
    c.activation = s.llama ? Activation::Silu : s.decoder ? Activation::GeluTanh : Activation::Gelu;
    c.gated = s.llama;
    c.norm = s.llama ? NormKind::Rms : NormKind::Layer;
    c.embeddingNorm = !s.decoder;
    c.finalNorm = s.decoder;
    c.positions = s.llama ? PositionKind::Rotary : PositionKind::Learned;
    c.maxPositions = s.llama ? 0 : 1024;
    for (int i = 0; i < s.dModel / s.heads; i += 2)
        c.rotary.frequencies.push_back(
            static_cast<float>(std::pow(10000.0, -i * s.heads / static_cast<double>(s.dModel))));
    return c;
}

ModelPtr makeModel(const Shape& s, PackedType type) {
    auto model = std::make_shared<Model>();
    model->config = configOf(s);
    const Index d = s.dModel, kv = d / s.heads * s.kvHeads;
    const bool bias = !s.llama;
    ModelWeights& w = model->weights;
    w.tokens = w.head.tokens = std::make_shared<PackedMatrix>(randomPacked(d, s.vocabulary, type));
    StackWeights& stack = s.decoder ? w.decoder : w.encoder;
    if (!s.llama) stack.positions = randomPacked(d, 1024, type);
    if (!s.decoder) stack.embeddingNorm = norm(d, bias);
    if (s.decoder) stack.finalNorm = norm(d, bias);
    for (int i = 0; i < s.layers; ++i) {
        auto b = std::make_shared<BlockWeights>();
        b->self = {linear(d, d, type, bias),
                   linear(d, kv, type, bias),
                   linear(d, kv, type, bias),
                   linear(d, d, type, bias),
                   {},
                   {}};
        b->selfNorm = norm(d, bias);
        b->mlpNorm = norm(d, bias);
        b->up = linear(d, s.feedForward, type, bias);
        if (s.llama) b->gate = linear(d, s.feedForward, type, false);
        b->down = linear(s.feedForward, d, type, bias);
        stack.blocks.push_back(b);
    }
    return model;
}

/// Numbers in the matrices that every token is multiplied with.
double weightsOfLayers(const Shape& s) {
    const double d = s.dModel, kv = d / s.heads * s.kvHeads;
    return s.layers * (2 * d * d + 2 * d * kv + (s.llama ? 3 : 2) * d * s.feedForward);
}

double seconds(const std::function<void()>& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Of all threads together: what a pass costs however busy the machine is.
double processorSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto inSeconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return inSeconds(usage.ru_utime) + inSeconds(usage.ru_stime);
}

json repeat(double budget, const std::function<void()>& body) {
    body();
    std::vector<double> all;
    double leastProcessor = 1e9;
    for (double spent = 0; spent < budget || all.size() < 5;) {
        const double before = processorSeconds();
        all.push_back(seconds(body));
        leastProcessor = std::min(leastProcessor, processorSeconds() - before);
        spent += all.back();
    }
    std::sort(all.begin(), all.end());
    return {{"ms", all[all.size() / 2] * 1e3},
            {"ms_least", all.front() * 1e3},
            {"ms_processor", leastProcessor * 1e3},
            {"runs", all.size()}};
}

/// All heads' weights are read (their sum is made) and, for decoders, the last token's logits.
json pass(const ModelPtr& model, const Shape& s, Index n, double budget) {
    ModelInput input;
    Rng rng(1);
    for (Index i = 0; i < n; ++i)
        input.ids.push_back(static_cast<int>(rng.next() % static_cast<std::uint64_t>(s.vocabulary)));
    std::atomic<double> sum = 0;
    ForwardOptions options;
    options.watcher = [&](Site, int) -> WeightsReader {
        return [&](const WeightsBlock& b) {
            float part[16] = {};
            for (Index r = 0; r < b.rows; ++r) {
                const Scalar* row = b.data + r * b.stride;
                Index k = b.firstKey;
                for (; k + 16 <= b.lastKey; k += 16)
                    for (Index l = 0; l < 16; ++l) part[l] += row[k + l];
                for (; k < b.lastKey; ++k) part[0] += row[k];
            }
            for (const float lane : part) sum += static_cast<double>(lane);
        };
    };
    const Index last[] = {n - 1};
    json j = repeat(budget, [&] {
        sum = 0;
        const auto trace = forward(model, input, options).value();
        if (s.decoder) sum += 0 * static_cast<double>(logits(*trace, last).value()(0, 0));
    });
    j["n"] = n;
    j["sum"] = sum.load(); // layers · heads · n
    const double cells = s.decoder ? 0.5 * static_cast<double>(n * (n + 1)) : static_cast<double>(n * n);
    j["gflop"] = (2 * weightsOfLayers(s) * static_cast<double>(n) + 4 * s.layers * cells * s.dModel) * 1e-9;
    return j;
}

/// What the machine can do at most: sgemm, and reading memory with all cores.
json limits(double budget) {
    constexpr int n = 2048;
    std::vector<float> a(n * n, 0.5F), b(n * n, 0.25F), c(n * n);
    openblas_set_num_threads(static_cast<int>(std::thread::hardware_concurrency()));
    json sgemm =
        repeat(budget, [&] { cblas_sgemm(101, 111, 111, n, n, n, 1.0F, a.data(), n, b.data(), n, 0.0F, c.data(), n); });
    constexpr std::size_t floats = std::size_t{1} << 26; // 256 MB, beyond every cache
    const std::vector<float> large(floats, 1);
    std::atomic<float> sink = 0;
    json read = repeat(budget, [&] {
        parallelFor(64, [&](Index part) {
            float lanes[64] = {};
            const float* from = large.data() + static_cast<std::size_t>(part) * (floats / 64);
            for (std::size_t i = 0; i < floats / 64; i += 64)
                for (std::size_t l = 0; l < 64; ++l) lanes[l] += from[i + l];
            sink = sink + lanes[0];
        });
    });
    const double flops = 2.0 * n * n * n, bytes = 4.0 * floats;
    return {{"gflops", flops / sgemm["ms_least"].get<double>() * 1e-6},
            {"gflops_per_processor", flops / sgemm["ms_processor"].get<double>() * 1e-6},
            {"gb_per_s", bytes / read["ms_least"].get<double>() * 1e-6}};
}

double peakMegabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

json run(const Shape& s, PackedType type, const std::string& lengths, double budget) {
    const ModelPtr model = makeModel(s, type);
    json out{{"model", s.name}, {"megabytes", weightsOfLayers(s) * (type == PackedType::Native ? 4e-6 : 2e-6)}};
    const double before = peakMegabytes();
    std::istringstream list(lengths);
    for (std::string n; std::getline(list, n, ',');) out["passes"].push_back(pass(model, s, std::stol(n), budget));
    out["megabytes_beyond_weights"] = peakMegabytes() - before;
    return out;
}

} // namespace

int main(int argc, char** argv) {
    std::string lengths = "16,64,128,512", models = "bert,gpt2,minilm", only, folder;
    double budget = 1;
    PackedType type = PackedType::Native;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i], value = argv[i + 1];
        if (option == "--lengths") lengths = value;
        if (option == "--models") models = value;
        if (option == "--only") only = value;
        if (option == "--open") folder = value;
        if (option == "--seconds") budget = std::atof(argv[i + 1]);
        if (option == "--type" && value == "bf16") type = PackedType::Brain;
    }
    json out{{"kernels", kernels().name}, {"threads", std::thread::hardware_concurrency()}};
    if (!folder.empty()) {
        out["open"] = repeat(budget, [&] { static_cast<void>(openModel(folder).value()); });
    } else {
        out["limits"] = limits(budget);
        if (only.empty())
            for (const Shape& s : shapes)
                if (models.find(s.name) != std::string::npos) out["models"].push_back(run(s, type, lengths, budget));
    }
    std::cout << out.dump(1) << '\n';
}
