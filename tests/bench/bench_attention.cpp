// SPDX-License-Identifier: GPL-3.0-or-later
// Times of the attention layer and of the machine's sgemm, as one JSON object. Never fails on a time.
//   bench_attention [--lengths 16,64,…] [--seconds S] [--only sgemm|forward|memory]
#include "core/attention/attention.h"
#include "core/base/kernels.h"
#include "core/base/rng.h"

#include <nlohmann/json.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

extern "C" {
void openblas_set_num_threads(int threads);
char* openblas_get_corename();
void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc);
}

using namespace headscope;
using nlohmann::json;

namespace {

constexpr int dModel = 768;
constexpr int heads = 12;

Matrix randomMatrix(Rng& rng, Index rows, Index cols, double limit) {
    Matrix m(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Scalar& x : m.row(i)) x = static_cast<Scalar>(rng.uniform(-limit, limit));
    return m;
}

AttentionInput makeInput(Index n, bool causal) {
    Rng rng(static_cast<std::uint64_t>(n));
    AttentionInput in;
    in.config.dModel = dModel;
    in.config.heads = in.config.kvHeads = heads;
    in.config.dK = in.config.dV = dModel / heads;
    in.config.bias = true;
    AttentionWeights w;
    for (Matrix* m : {&w.wq, &w.wk, &w.wv, &w.wo}) *m = randomMatrix(rng, dModel, dModel, 0.06);
    for (Matrix* b : {&w.bq, &w.bk, &w.bv, &w.bo}) *b = randomMatrix(rng, 1, dModel, 0.1);
    in.weights = std::make_shared<const AttentionWeights>(std::move(w));
    in.queries = in.keys = std::make_shared<const Matrix>(randomMatrix(rng, n, dModel, 1.7));
    MaskSpec spec;
    spec.causal = causal;
    in.mask = Mask::make(spec, n, n, heads).value();
    in.seed = 0;
    return in;
}

double seconds(const std::function<void()>& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Times {
    double least = 0;
    double median = 0;
    int runs = 0;
};

/// Again and again for about `budget` seconds, at least five times, after two runs to warm up.
Times repeat(double budget, const std::function<void()>& body) {
    body();
    body();
    std::vector<double> all;
    for (double spent = 0; spent < budget || all.size() < 5;) {
        all.push_back(seconds(body));
        spent += all.back();
    }
    std::sort(all.begin(), all.end());
    return {all.front(), all[all.size() / 2], static_cast<int>(all.size())};
}

json toJson(const Times& t) {
    return {{"ms", t.median * 1e3}, {"ms_least", t.least * 1e3}, {"runs", t.runs}};
}

/// Every weight is read: the sum of all heads' cells must be heads · n.
double sumCells(const WeightsBlock& b) {
    float lanes[16] = {};
    for (Index r = 0; r < b.rows; ++r) {
        const Scalar* row = b.data + r * b.stride;
        Index j = b.firstKey;
        for (; j + 16 <= b.lastKey; j += 16)
            for (Index l = 0; l < 16; ++l) lanes[l] += row[j + l];
        for (; j < b.lastKey; ++j) lanes[0] += row[j];
    }
    double sum = 0;
    for (const float lane : lanes) sum += static_cast<double>(lane);
    return sum;
}

/// Floating-point operations that the mask lets be needed: four projections, scores and context.
double operations(Index n, bool causal) {
    const auto rows = static_cast<double>(n);
    const double cells = causal ? rows * (rows + 1) / 2 : rows * rows;
    return 8 * rows * dModel * dModel + 4 * cells * dModel;
}

json forward(Index n, bool causal, double budget) {
    const AttentionInput in = makeInput(n, causal);
    double total = 0;
    const Times t = repeat(budget, [&] {
        std::atomic<double> sum = 0;
        const auto trace = attend(in, {}, [&](const WeightsBlock& b) { sum += sumCells(b); });
        total = sum;
    });
    json j = toJson(t);
    j["n"] = n;
    j["causal"] = causal;
    j["sum"] = total; // heads · n
    j["gflops"] = operations(n, causal) / t.median * 1e-9;
    return j;
}

json sgemm(double budget) {
    constexpr int n = 2048;
    std::vector<float> a(n * n, 0.5F), b(n * n, 0.25F), c(n * n);
    openblas_set_num_threads(static_cast<int>(std::min(2U, std::thread::hardware_concurrency())));
    const Times t =
        repeat(budget, [&] { cblas_sgemm(101, 111, 111, n, n, n, 1.0F, a.data(), n, b.data(), n, 0.0F, c.data(), n); });
    json j = toJson(t);
    j["core"] = openblas_get_corename();
    j["gflops"] = 2.0 * n * n * n / t.median * 1e-9;
    j["gflops_most"] = 2.0 * n * n * n / t.least * 1e-9;
    return j;
}

/// Peak resident memory of the whole process after one pass at 4,096 tokens.
json memory() {
    rusage before{};
    getrusage(RUSAGE_SELF, &before);
    const auto trace = attend(makeInput(4096, false)).value();
    rusage after{};
    getrusage(RUSAGE_SELF, &after);
    return {{"n", trace->queries()},
            {"peak_mb", static_cast<double>(after.ru_maxrss) / 1024},
            {"before_mb", static_cast<double>(before.ru_maxrss) / 1024}};
}

} // namespace

int main(int argc, char** argv) {
    std::string lengths = "16,64,128,512,1024,2048";
    std::string only;
    double budget = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--lengths") lengths = argv[i + 1];
        if (option == "--seconds") budget = std::atof(argv[i + 1]);
        if (option == "--only") only = argv[i + 1];
    }
    json out{{"kernels", kernels().name}, {"threads", std::thread::hardware_concurrency()}};
    if (only.empty() || only == "memory") out["memory"] = memory(); // first: the peak never falls
    if (only.empty() || only == "sgemm") out["sgemm"] = sgemm(budget);
    if (only.empty() || only == "forward") {
        std::istringstream list(lengths);
        for (std::string n; std::getline(list, n, ',');)
            for (const bool causal : {false, true}) out["forward"].push_back(forward(std::stol(n), causal, budget));
    }
    std::cout << out.dump(1) << '\n';
}
