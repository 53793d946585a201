// SPDX-License-Identifier: GPL-3.0-or-later
// What a pass through a model promises beside its numbers: rows taken over are the same bits, readers see everything,
// wrong input is an error.
#include "tests/core/precision/model_cases.h"

#include "core/base/rng.h"
#include "core/model/positions.h"

#include <atomic>
#include <cmath>
#include <thread>

using namespace headscope;
using namespace headscope::testing;

namespace {

void expectSameLayer(const LayerTrace& a, const LayerTrace& b, const std::string& where) {
    EXPECT_EQ(*a.input, *b.input) << where;
    EXPECT_EQ(*a.keyInput, *b.keyInput) << where;
    EXPECT_EQ(a.q, b.q) << where;
    EXPECT_EQ(a.k, b.k) << where;
    EXPECT_EQ(a.v, b.v) << where;
    EXPECT_EQ(a.context, b.context) << where;
    EXPECT_EQ(a.output, b.output) << where;
    EXPECT_EQ(a.rowMax, b.rowMax) << where;
    EXPECT_EQ(a.rowSum, b.rowSum) << where;
    for (int h = 0; h < a.config.heads; ++h) EXPECT_EQ(a.weights(h), b.weights(h)) << where << " head " << h;
}

void expectSameBits(const ModelTrace& a, const ModelTrace& b) {
    ASSERT_EQ(a.sites.size(), b.sites.size());
    for (std::size_t s = 0; s < a.sites.size(); ++s) {
        ASSERT_EQ(a.sites[s].hidden.size(), b.sites[s].hidden.size());
        const std::string site(siteName(a.sites[s].site));
        for (std::size_t i = 0; i < a.sites[s].hidden.size(); ++i)
            EXPECT_EQ(*a.sites[s].hidden[i], *b.sites[s].hidden[i]) << site << ".hidden." << i;
        for (std::size_t i = 0; i < a.sites[s].layers.size(); ++i)
            expectSameLayer(*a.sites[s].layers[i], *b.sites[s].layers[i], site + "." + std::to_string(i));
    }
}

ModelTracePtr pass(const ModelPtr& model, const ModelInput& input, ModelTracePtr previous = nullptr) {
    ForwardOptions options;
    options.previous = std::move(previous);
    return forward(model, input, options).value();
}

/// Edits of a text: what stays in front is taken over, and nothing else.
void checkReuse(const ModelPtr& model, const ModelInput& start, std::vector<int> ModelInput::*edited, bool causal) {
    const ModelTracePtr before = pass(model, start);
    const std::size_t n = (start.*edited).size();
    for (const std::size_t at : {n / 3, n - 1, n}) {
        ModelInput next = start;
        next.tokenTypes.clear();
        std::vector<int>& ids = next.*edited;
        if (at < n) {
            ids[at] = (ids[at] + 1) % model->config.vocabulary;
        } else {
            ids.push_back(ids.front());
        }
        const ModelTracePtr fresh = pass(model, next);
        const ModelTracePtr reused = pass(model, next, before);
        expectSameBits(*reused, *fresh);
        EXPECT_EQ(reused->reused, causal ? static_cast<Index>(at) : 0);
        expectSameBits(*pass(model, start, fresh), *pass(model, start)); // and back: shorter, or changed again
    }
}

class ModelForward : public ::testing::TestWithParam<std::string> {};

TEST_P(ModelForward, RowsTakenOverHaveTheSameBits) {
    ModelCase c = openCase(GetParam());
    ASSERT_TRUE(c.model);
    c.input.tokenTypes.clear();
    const ModelKind kind = c.model->config.kind;
    checkReuse(c.model, c.input, &ModelInput::ids, kind == ModelKind::Decoder);
    if (kind == ModelKind::EncoderDecoder) checkReuse(c.model, c.input, &ModelInput::decoderIds, true);
}

TEST_P(ModelForward, LongTextsAreTakenOverAcrossBlocksOfRows) {
    ModelCase c = openCase(GetParam());
    ASSERT_TRUE(c.model);
    if (c.model->config.kind != ModelKind::Decoder || c.model->config.maxPositions > 0) return;
    Rng rng(3);
    c.input.ids.clear();
    for (int i = 0; i < 150; ++i) c.input.ids.push_back(static_cast<int>(rng.next() % 50));
    checkReuse(c.model, c.input, &ModelInput::ids, true);
}

TEST_P(ModelForward, WatchersSeeEveryWeightAlsoOfRowsTakenOver) {
    const ModelCase c = openCase(GetParam());
    ASSERT_TRUE(c.model);
    ForwardOptions options;
    for (int round = 0; round < 2; ++round) {
        std::atomic<int> rows = 0;
        options.watcher = [&](Site, int) -> WeightsReader {
            return [&](const WeightsBlock& block) {
                for (Index r = 0; r < block.rows; ++r) {
                    double sum = 0;
                    for (Index j = block.firstKey; j < block.lastKey; ++j)
                        sum += static_cast<double>(block.data[r * block.stride + j]);
                    rows += std::abs(sum - 1) < 1e-5;
                }
            };
        };
        const auto trace = forward(c.model, c.input, options);
        ASSERT_TRUE(trace);
        Index expected = 0;
        for (const SiteTrace& site : (*trace)->sites)
            for (const auto& layer : site.layers) expected += layer->config.heads * layer->queries();
        EXPECT_EQ(rows, expected);
        options.previous = *trace;
    }
}

INSTANTIATE_TEST_SUITE_P(Families, ModelForward, ::testing::ValuesIn(modelNames()), [](const auto& family) {
    std::string name = family.param;
    for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    return name;
});

Error errorOf(const ModelPtr& model, ModelInput input) {
    const auto trace = forward(model, std::move(input));
    EXPECT_FALSE(trace);
    return trace ? Error{} : trace.error();
}

TEST(ModelInputs, WhatCannotBeIsAnError) {
    const ModelPtr gpt2 = openCase("gpt2").model;
    EXPECT_EQ(errorOf(gpt2, {}).message(), "text: the text has no tokens; the model needs at least one");
    EXPECT_EQ(
        errorOf(gpt2, {{1, 2, 60}, {}, {}}).message(),
        "text: token 2 has the id 60, but the model knows ids from 0 to 59; the tokenizer belongs to another model");
    EXPECT_NE(errorOf(gpt2, {{-1}, {}, {}}).message().find("id -1"), std::string::npos);
    EXPECT_EQ(errorOf(gpt2, {std::vector<int>(41, 3), {}, {}}).message(),
              "text: the text has 41 tokens, more than the 40 that the model can read; shorten it");
    EXPECT_TRUE(forward(gpt2, {std::vector<int>(40, 3), {}, {}}));
    const ModelPtr bert = openCase("bert").model;
    EXPECT_TRUE(forward(bert, {{3, 4}, {0, 1}, {}}));
    EXPECT_NE(errorOf(bert, {{3, 4}, {0, 2}, {}}).message().find("type 2"), std::string::npos);
    const ModelPtr bart = openCase("bart").model;
    EXPECT_NE(errorOf(bart, {{3}, {}, {77}}).message().find("second text"), std::string::npos);
    EXPECT_EQ(pass(bart, {{3}, {}, {}})->input.decoderIds, std::vector<int>{2});
    EXPECT_EQ(logits(*pass(openCase("bert_bare").model, {{3}, {}, {}}), {}).error().code, ErrorCode::Usage);
}

TEST(ModelInputs, AStopIsHeard) {
    const ModelPtr gpt2 = openCase("gpt2").model;
    std::stop_source source;
    ForwardOptions options;
    options.stop = source.get_token();
    options.watcher = [&](Site, int layer) {
        if (layer == 1) source.request_stop();
        return WeightsReader{};
    };
    const auto trace = forward(gpt2, {{3, 4, 5}, {}, {}}, options);
    ASSERT_FALSE(trace);
    EXPECT_EQ(trace.error().code, ErrorCode::Cancelled);
}

TEST(ModelPositions, BucketsOfRelativePositions) {
    // Raffel et al.'s own defaults, from the formula in float64.
    const RelativeConfig config;
    const auto both = [&](Index d) { return relativeBucket(d, config, false); };
    EXPECT_EQ(both(0), 0);
    EXPECT_EQ(both(-7), 7);
    EXPECT_EQ(both(7), 23);
    EXPECT_EQ(both(-8), 8);
    EXPECT_EQ(both(-16), 10);
    EXPECT_EQ(both(-127), 15);
    EXPECT_EQ(both(-5000), 15);
    EXPECT_EQ(both(5000), 31);
    const auto causal = [&](Index d) { return relativeBucket(d, config, true); };
    EXPECT_EQ(causal(5), 0);
    EXPECT_EQ(causal(-15), 15);
    EXPECT_EQ(causal(-16), 16);
    EXPECT_EQ(causal(-32), 21);
    EXPECT_EQ(causal(-128), 31);
}

} // namespace
