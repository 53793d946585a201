// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/session/analyze.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <thread>

namespace headscope {
namespace {

using testing::HasSubstr;

std::shared_ptr<Matrix> someMatrix(Index rows, Index cols, std::uint64_t seed = 1) {
    auto m = std::make_shared<Matrix>(rows, cols);
    Rng rng(seed);
    for (Index i = 0; i < m->size(); ++i) m->data()[i] = static_cast<Scalar>(rng.uniform(-1, 1));
    return m;
}

/// A layer file of this shape, full of numbers.
SandboxFiles fileOf(const AttentionConfig& c, Index dIn) {
    SandboxFiles files;
    files.config = c;
    auto w = std::make_shared<AttentionWeights>();
    w->wq = *someMatrix(c.dModel, Index{c.heads} * c.dK);
    w->wk = *someMatrix(dIn, Index{c.kvHeads} * c.dK);
    w->wv = *someMatrix(dIn, Index{c.kvHeads} * c.dV);
    w->wo = *someMatrix(Index{c.heads} * c.dV, c.dModel);
    files.weights = w;
    return files;
}

AttentionConfig smallShape() {
    AttentionConfig c;
    c.dModel = 12;
    c.heads = 3;
    c.kvHeads = 3;
    c.dK = 4;
    c.dV = 5;
    return c;
}

Session fromFile(const std::string& text) {
    Session s;
    s.text = text;
    s.sandbox.weights = WeightSource::File;
    s.sandbox.weightsFile = "layer.npz";
    return s;
}

SandboxFilesPtr shared(SandboxFiles files) {
    return std::make_shared<const SandboxFiles>(std::move(files));
}

TEST(ResolveConfig, fillsWhatIsNotSet) {
    AttentionConfig c = *resolveConfig({}, {});
    EXPECT_EQ(c, AttentionConfig{});
    Sandbox s;
    s.dModel = 100;
    s.heads = 6;
    c = *resolveConfig(s, {});
    EXPECT_EQ(c.kvHeads, 6);
    EXPECT_EQ(c.dK, 16);
    EXPECT_EQ(c.dV, 16);
    s.dModel = 2;
    EXPECT_EQ(resolveConfig(s, {})->dK, 1);
}

TEST(ResolveConfig, refusesWhatCannotBe) {
    const auto refuse = [](auto change, const char* place) {
        Sandbox s;
        change(s);
        const auto result = resolveConfig(s, {});
        ASSERT_FALSE(result.ok()) << place;
        EXPECT_EQ(result.error().code, ErrorCode::Usage);
        EXPECT_EQ(result.error().place, place);
    };
    refuse([](Sandbox& s) { s.heads = 0; }, "--heads");
    refuse([](Sandbox& s) { s.heads = -3; }, "--heads");
    refuse([](Sandbox& s) { s.dK = 0; }, "--d-k");
    refuse([](Sandbox& s) { s.dV = -1; }, "--d-v");
    refuse([](Sandbox& s) { s.dModel = 0; }, "--d-model");
    refuse([](Sandbox& s) { s.kvHeads = 3; }, "--kv-heads");
    refuse([](Sandbox& s) { s.temperature = 0; }, "--temperature");
    refuse([](Sandbox& s) { s.dropout = 1; }, "--dropout");
    refuse([](Sandbox& s) { s.dModel = 2'000'000'000, s.heads = 2'000'000'000, s.dK = 2'000'000'000; }, "--d-k");
}

TEST(ResolveConfig, takesTheShapeOfFiles) {
    const AttentionConfig shape = smallShape();
    Sandbox s = fromFile("").sandbox;
    s.score = ScoreKind::Cosine;
    s.bias = true; // a file decides for itself
    AttentionConfig expected = shape;
    expected.score = ScoreKind::Cosine;
    EXPECT_EQ(*resolveConfig(s, fileOf(shape, 12)), expected);
    s.dK = 4;
    EXPECT_TRUE(resolveConfig(s, fileOf(shape, 12)).ok());
    s.dK = 8;
    const auto refused = resolveConfig(s, fileOf(shape, 12));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Usage);
    EXPECT_THAT(refused.error().message(),
                testing::AllOf(HasSubstr("--d-k"), HasSubstr("8"), HasSubstr("layer.npz"), HasSubstr("4")));
}

TEST(ResolveConfig, takesTheWidthOfTheInput) {
    SandboxFiles files;
    files.input = someMatrix(3, 20);
    Sandbox s;
    s.inputFile = "x.npy";
    EXPECT_EQ(resolveConfig(s, files)->dModel, 20);
    EXPECT_EQ(resolveConfig(s, files)->dK, 5);
    s.dModel = 64;
    ASSERT_FALSE(resolveConfig(s, files).ok());
    EXPECT_EQ(resolveConfig(s, files).error().code, ErrorCode::Usage);
    EXPECT_THAT(resolveConfig(s, files).error().message(),
                testing::AllOf(HasSubstr("64"), HasSubstr("x.npy"), HasSubstr("20")));
}

TEST(Analyze, inputWithoutTextCountsItsTokens) {
    SandboxFiles files;
    files.input = someMatrix(3, 20);
    Session s;
    s.sandbox.inputFile = "x.npy";
    const AnalysisPtr a = *analyze(s, shared(files));
    ASSERT_EQ(a->queries.size(), 3U);
    EXPECT_EQ(a->queries[2].text, "2");
    EXPECT_EQ(a->queries[2].begin, -1);
    EXPECT_EQ(a->positions, Positions::None);
    EXPECT_EQ(*a->trace->input, *files.input);
    s.text = "four words are here";
    const auto refused = analyze(s, shared(files));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Input);
    EXPECT_THAT(refused.error().message(), testing::AllOf(HasSubstr("x.npy"), HasSubstr("4"), HasSubstr("3")));
    s.text = "three words here";
    s.sandbox.positions = Positions::Sinusoidal;
    EXPECT_FALSE(*(*analyze(s, shared(files)))->trace->input == *files.input);
}

TEST(Analyze, secondInputMakesItCross) {
    SandboxFiles files;
    files.input = someMatrix(3, 20);
    files.input2 = someMatrix(5, 20, 2);
    Session s;
    s.sandbox.inputFile = "x.npy";
    s.sandbox.input2File = "y.npy";
    const AnalysisPtr a = *analyze(s, shared(files));
    EXPECT_TRUE(a->cross);
    EXPECT_EQ(a->keys.size(), 5U);
    EXPECT_EQ(a->pictures[0].pixels.cols(), 5);
    files.input2 = someMatrix(5, 21);
    const auto refused = analyze(s, shared(files));
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message(), testing::AllOf(HasSubstr("y.npy"), HasSubstr("20"), HasSubstr("21")));
}

TEST(Analyze, layerFilesAreUsed) {
    const SandboxFiles files = fileOf(smallShape(), 12);
    const AnalysisPtr a = *analyze(fromFile("one two three"), shared(files));
    EXPECT_EQ(a->trace->weightsUsed, files.weights);
    EXPECT_EQ(a->heads(), 3);
    EXPECT_FALSE(a->designs[0].has_value());
    EXPECT_EQ(a->measures[0].kept, -1);
    Session sum = fromFile("one two three");
    sum.sandbox.combine = Combine::Sum;
    const auto refused = analyze(sum, shared(files));
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message(),
                testing::AllOf(HasSubstr("layer.npz"), HasSubstr("15×12"), HasSubstr("5×12")));
}

TEST(Analyze, aLayerWithAnotherKeyWidthNeedsASecondText) {
    const SandboxFiles files = fileOf(smallShape(), 7);
    Session s = fromFile("one two three");
    const auto refused = analyze(s, shared(files));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Input);
    s.text2 = "uno dos";
    const AnalysisPtr a = *analyze(s, shared(files));
    EXPECT_EQ(a->trace->keyInput->cols(), 7);
}

TEST(Analyze, textWithoutATokenIsEmpty) {
    for (const char* text : {"", "   ", "\n\t"}) {
        Session s;
        s.text = text;
        const AnalysisPtr a = *analyze(s, nullptr);
        EXPECT_TRUE(a->empty());
        EXPECT_EQ(a->heads(), 0);
        EXPECT_TRUE(a->pictures.empty());
        s.text = "words";
        s.text2 = text;
        EXPECT_TRUE((*analyze(s, nullptr))->empty());
    }
    Session wrong;
    wrong.sandbox.heads = 0;
    EXPECT_FALSE(analyze(wrong, nullptr).ok());
}

TEST(Analyze, everyDialGivesFiniteNumbers) {
    for (const WeightSource weights : {WeightSource::Designed, WeightSource::Random})
        for (const ScoreKind score : {ScoreKind::ScaledDot, ScoreKind::Dot, ScoreKind::Cosine, ScoreKind::Euclidean})
            for (const Combine combine : {Combine::Concat, Combine::Sum, Combine::Mean})
                for (const After after : {After::Nothing, After::Mlp, After::Rnn})
                    for (const Positions positions : {Positions::Sinusoidal, Positions::None, Positions::Learned})
                        for (const int dModel : {1, 7, 30}) {
                            Session s;
                            s.text = "a rose is a rose";
                            s.sandbox.weights = weights;
                            s.sandbox.score = score;
                            s.sandbox.combine = combine;
                            s.sandbox.after = after;
                            s.sandbox.positions = positions;
                            s.sandbox.dModel = dModel;
                            s.sandbox.dV = 3;
                            s.sandbox.bias = true;
                            s.sandbox.heads = 6;
                            s.sandbox.kvHeads = 2;
                            s.sandbox.designs = {Design::Similar, Design::Same, Design::Self};
                            const auto result = analyze(s, nullptr);
                            ASSERT_TRUE(result.ok());
                            const AnalysisPtr& a = *result;
                            EXPECT_EQ(a->following == nullptr, after == After::Nothing);
                            const Matrix& out = a->following ? *a->following : a->trace->output;
                            ASSERT_EQ(out.rows(), 5);
                            ASSERT_EQ(out.cols(), dModel);
                            for (Index i = 0; i < out.size(); ++i)
                                ASSERT_TRUE(std::isfinite(static_cast<double>(out.data()[i])));
                            for (const HeadPicture& p : a->pictures)
                                for (const Scalar sum : p.rowSum) ASSERT_NEAR(static_cast<double>(sum), 1, 1e-5);
                        }
}

TEST(Analyze, withoutPositionsEqualWordsReadAlike) {
    Session s;
    s.text = "a rose is a rose";
    s.sandbox.positions = Positions::None;
    s.sandbox.weights = WeightSource::Random;
    const AnalysisPtr a = *analyze(s, nullptr);
    EXPECT_EQ(a->row(2, 1), a->row(2, 4));
    EXPECT_EQ(a->column(2, 0), a->column(2, 3));
}

TEST(Analyze, stopsWhenAsked) {
    Session s;
    s.text = "to be stopped";
    std::stop_source stop;
    stop.request_stop();
    const auto result = analyze(s, nullptr, stop.get_token());
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
}

TEST(Analyze, takesWeightsFromBeforeWhereTheSameDialsMakeThem) {
    Session first;
    first.text = "a rose is a rose";
    first.sandbox.bias = true;
    const AnalysisPtr before = *analyze(first, nullptr);
    const std::pair<const char*, std::function<void(Session&)>> alike[] = {
        {"text", [](Session& s) { s.text = "is a rose a rose, then?"; }},
        {"cross", [](Session& s) { s.text2 = "another"; }},
        {"temperature", [](Session& s) { s.sandbox.temperature = 2; }},
        {"dropout", [](Session& s) { s.sandbox.dropout = 0.5; }},
        {"mask", [](Session& s) { s.sandbox.mask.causal = true; }},
    };
    const std::pair<const char*, std::function<void(Session&)>> others[] = {
        {"d_model", [](Session& s) { s.sandbox.dModel = 48; }},
        {"heads", [](Session& s) { s.sandbox.heads = 8; }},
        {"kv_heads", [](Session& s) { s.sandbox.kvHeads = 2; }},
        {"d_k", [](Session& s) { s.sandbox.dK = 8; }},
        {"d_v", [](Session& s) { s.sandbox.dV = 8; }},
        {"score", [](Session& s) { s.sandbox.score = ScoreKind::Euclidean; }},
        {"combine", [](Session& s) { s.sandbox.combine = Combine::Sum; }},
        {"bias", [](Session& s) { s.sandbox.bias = false; }},
        {"seed", [](Session& s) { s.sandbox.seed = 7; }},
        {"positions", [](Session& s) { s.sandbox.positions = Positions::Learned; }},
        {"designs", [](Session& s) { s.sandbox.designs = {Design::Similar}; }},
        {"random", [](Session& s) { s.sandbox.weights = WeightSource::Random; }},
    };
    const auto check = [&](const char* what, const std::function<void(Session&)>& change, bool taken) {
        SCOPED_TRACE(what);
        Session s = first;
        change(s);
        const AnalysisPtr alone = *analyze(s, nullptr);
        const AnalysisPtr after = *analyze(s, nullptr, {}, Depth::Full, before);
        EXPECT_EQ(after->trace->weightsUsed == before->trace->weightsUsed, taken);
        EXPECT_EQ(after->trace->weightsUsed->wq, alone->trace->weightsUsed->wq);
        EXPECT_EQ(after->trace->weightsUsed->bo, alone->trace->weightsUsed->bo);
        EXPECT_EQ(after->trace->output, alone->trace->output);
        EXPECT_EQ(after->notes, alone->notes);
    };
    for (const auto& [what, change] : alike) check(what, change, true);
    for (const auto& [what, change] : others) check(what, change, false);
}

TEST(Analyze, aFilesWeightsAreNeverTakenFromBefore) {
    const Session s = fromFile("a rose");
    const AnalysisPtr before = *analyze(s, shared(fileOf(smallShape(), 12)));
    SandboxFiles other = fileOf(smallShape(), 12);
    const auto weights = other.weights;
    EXPECT_EQ((*analyze(s, shared(std::move(other)), {}, Depth::Full, before))->trace->weightsUsed, weights);
}

TEST(Analyze, runsInSeveralThreadsAtOnce) {
    Session s;
    s.text = "the same sentence in two threads at the same time";
    const AnalysisPtr expected = *analyze(s, nullptr);
    std::vector<std::jthread> threads;
    std::atomic<int> different{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 5; ++i)
                if (!((*analyze(s, nullptr))->trace->output == expected->trace->output)) ++different;
        });
    threads.clear();
    EXPECT_EQ(different, 0);
}

} // namespace
} // namespace headscope
