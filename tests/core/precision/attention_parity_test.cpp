// SPDX-License-Identifier: GPL-3.0-or-later
// Against PyTorch and NumPy in float64: see tests/oracle/attention_parity.py.
#include "tests/core/precision/attention_cases.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <map>
#include <string>

namespace headscope::testing {
namespace {

using nlohmann::json;

constexpr double tolerance = sizeof(Scalar) == 4 ? 1e-5 : 1e-12;
const std::string folder = HEADSCOPE_SOURCE_DIR "/tests/golden/attention/";

const json& allCases() {
    static const json cases = json::parse(std::ifstream(folder + "cases.json"));
    return cases;
}

const std::vector<double>& allNumbers() {
    static_assert(std::endian::native == std::endian::little);
    static const std::vector<double> numbers = [] {
        std::ifstream file(folder + "expected.f64", std::ios::binary | std::ios::ate);
        std::vector<double> all(static_cast<std::size_t>(file.tellg()) / sizeof(double));
        file.seekg(0);
        file.read(reinterpret_cast<char*>(all.data()), static_cast<std::streamsize>(all.size() * sizeof(double)));
        return all;
    }();
    return numbers;
}

LayerShape shapeOf(const json& c) {
    static const std::map<std::string, ScoreKind> scores{{"scaled-dot", ScoreKind::ScaledDot},
                                                         {"dot", ScoreKind::Dot},
                                                         {"cosine", ScoreKind::Cosine},
                                                         {"euclidean", ScoreKind::Euclidean}};
    static const std::map<std::string, Combine> joins{
        {"concat", Combine::Concat}, {"sum", Combine::Sum}, {"mean", Combine::Mean}};
    LayerShape s;
    s.config = {c["d_model"],          c["heads"],       c["kv_heads"],          c["d_k"], c["d_v"],
                scores.at(c["score"]), c["temperature"], joins.at(c["combine"]), 0,        c["bias"]};
    s.queries = c["n_q"];
    s.keys = c["n_k"];
    s.keyWidth = c["d_in"];
    s.cross = c["cross"];
    return s;
}

MaskSpec maskOf(const json& m, Rng& rng, const LayerShape& s) {
    MaskSpec spec;
    spec.causal = m.value("causal", false);
    if (m.contains("window")) spec.window = m["window"].get<int>();
    if (m.contains("prefix")) spec.prefix = m["prefix"].get<int>();
    if (m.contains("padding")) spec.padding = m["padding"].get<std::vector<int>>();
    if (m.contains("free")) {
        auto grid = std::make_shared<MaskGrid>();
        *grid = {m["free"], s.queries, s.keys, {}};
        grid->cells.resize(static_cast<std::size_t>(grid->heads * grid->rows * grid->cols));
        for (std::uint8_t& cell : grid->cells) cell = rng.next() >> 62 != 0;
        spec.grid = grid;
    }
    return spec;
}

/// The greatest difference, relative where the expected number is above 1.
class Difference {
public:
    Difference(const json& c) : m_next(c["offset"]) {}
    void add(Scalar found) {
        const double expected = allNumbers().at(m_next++);
        const double d = std::abs(static_cast<double>(found) - expected) / std::max(1.0, std::abs(expected));
        m_most = std::isnan(d) ? HUGE_VAL : std::max(m_most, d);
    }
    void addRows(const Matrix& m, Index first) {
        for (Index i = first; i < m.rows(); ++i)
            for (const Scalar x : m.row(i)) add(x);
    }
    double most() const { return m_most; }

private:
    std::size_t m_next;
    double m_most = 0;
};

void expectParity(const json& c) {
    SCOPED_TRACE(c.dump());
    Rng rng(c["seed"].get<std::uint64_t>());
    const LayerShape shape = shapeOf(c);
    AttentionInput in = drawLayer(rng, shape);
    in.mask = Mask::make(maskOf(c["mask"], rng, shape), shape.queries, shape.keys, shape.config.heads).value();
    ASSERT_TRUE(validate(in.config).ok());
    const auto trace = run(std::move(in));
    const Index first = c["first_row"];
    Difference d(c);
    for (int h = 0; h < shape.config.heads; ++h) d.addRows(trace->scores(h), first);
    for (int h = 0; h < shape.config.heads; ++h) d.addRows(trace->weights(h), first);
    d.addRows(trace->output, first);
    EXPECT_LE(d.most(), tolerance);
}

struct Group {
    const char* by;
    const char* mask;
};

class Parity : public ::testing::TestWithParam<Group> {};

TEST_P(Parity, OfScoresWeightsAndOutput) {
    int count = 0;
    for (const json& c : allCases()) {
        if (c["by"] != GetParam().by || c["mask_kind"] != GetParam().mask) continue;
        expectParity(c);
        ++count;
    }
    EXPECT_GE(count, 5);
}

std::vector<Group> groups() {
    std::vector<Group> all;
    for (const char* by : {"mha", "sdpa", "numpy"})
        for (const char* mask : {"none", "causal", "window", "prefix", "padding", "free", "free-per-head", "several"})
            all.push_back({by, mask});
    return all;
}

std::string nameOf(const ::testing::TestParamInfo<Group>& info) {
    std::string name = std::string(info.param.by) + "_" + info.param.mask;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, Parity, ::testing::ValuesIn(groups()), nameOf);

TEST(ParityCases, AreAtLeastTwoHundredFromPyTorchAndEveryScoreWithEveryJoin) {
    int torch = 0;
    std::map<std::pair<std::string, std::string>, int> kinds;
    for (const json& c : allCases()) {
        torch += c["by"] != "numpy";
        ++kinds[{c["score"], c["combine"]}];
    }
    EXPECT_GE(torch, 200);
    EXPECT_EQ(kinds.size(), 12U);
}

} // namespace
} // namespace headscope::testing
