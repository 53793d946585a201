// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/analyze.h"
#include "core/sources/examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace headscope {
namespace {

using testing::Contains;
using testing::HasSubstr;

AnalysisPtr run(const Session& session) {
    auto result = analyze(session, nullptr);
    EXPECT_TRUE(result.ok()) << (result ? "" : result.error().message());
    return result ? *result : nullptr;
}

Session sessionOf(const std::string& text) {
    Session s;
    s.text = text;
    return s;
}

/// The least share of a row's mass, over all rows of the head that have a promise, on the keys where promises() is
/// true; 2 when no row has one.
double leastKept(const Analysis& a, int head) {
    double least = 2;
    const Matrix weights = a.trace->weights(head); // [n_q, n_k]
    for (Index i = 0; i < weights.rows(); ++i) {
        double kept = 0;
        bool promised = false;
        for (Index j = 0; j < weights.cols(); ++j)
            if (promises(*a.designs[static_cast<std::size_t>(head)], a.queries, a.keys, i, j)) {
                kept += static_cast<double>(weights(i, j));
                promised = true;
            }
        if (promised) least = std::min(least, kept);
    }
    return least;
}

class Examples : public testing::TestWithParam<std::size_t> {};

TEST_P(Examples, designedHeadsKeepTheirPromiseInEveryRow) {
    const Example& example = examples()[GetParam()];
    const std::vector<std::vector<Design>> choices = {
        {}, {Design::Self, Design::Similar, Design::Same, Design::Next}, {Design::Similar, Design::Previous}};
    for (const auto& designs : choices) {
        for (const TokenUnit unit : {TokenUnit::Words, TokenUnit::Characters}) {
            Session s = sessionOf(example.text);
            s.text2 = example.text2;
            s.sandbox.designs = designs;
            s.sandbox.unit = unit;
            const AnalysisPtr a = run(s);
            if (a->queries.size() > 64 || a->keys.size() > 64) continue;
            for (int h = 0; h < a->heads(); ++h) {
                const auto design = a->designs[static_cast<std::size_t>(h)];
                EXPECT_GE(leastKept(*a, h), 0.9)
                    << example.title << ", head " << h << ", " << name(*design) << ", unit " << static_cast<int>(unit);
            }
        }
    }
}
INSTANTIATE_TEST_SUITE_P(All, Examples, testing::Range<std::size_t>(0, examples().size()));

TEST(DesignedHeads, positionsAreExactWhateverTheDial) {
    const struct {
        int dModel, heads, kvHeads, dK;
        ScoreKind score;
    } dials[] = {{64, 4, 4, 2, ScoreKind::ScaledDot},     {64, 4, 1, 16, ScoreKind::ScaledDot},
                 {64, 4, 2, 16, ScoreKind::Dot},          {128, 8, 8, 5, ScoreKind::Dot},
                 {16, 2, 2, 8, ScoreKind::ScaledDot},     {64, 4, 4, 16, ScoreKind::Euclidean},
                 {768, 12, 12, 64, ScoreKind::ScaledDot}, {24, 3, 3, 7, ScoreKind::Euclidean}};
    for (const auto& d : dials) {
        Session s = sessionOf(examples()[3].text); // 37 tokens
        s.sandbox.dModel = d.dModel;
        s.sandbox.heads = d.heads;
        s.sandbox.kvHeads = d.kvHeads;
        s.sandbox.dK = d.dK;
        s.sandbox.score = d.score;
        const AnalysisPtr a = run(s);
        for (int h = 0; h < a->heads(); ++h)
            if (*a->designs[static_cast<std::size_t>(h)] != Design::Same) {
                EXPECT_GE(leastKept(*a, h), 0.9) << d.dModel << " " << d.heads << " " << d.kvHeads << " " << d.dK;
            }
    }
}

TEST(DesignedHeads, learnedPositionsWorkAsFarAsTheyReach) {
    Session s = sessionOf(examples().front().text);
    s.sandbox.positions = Positions::Learned;
    s.sandbox.seed = 3;
    AnalysisPtr a = run(s);
    for (int h = 0; h < a->heads(); ++h) EXPECT_GE(leastKept(*a, h), 0.9) << h;
    s.text = examples()[3].text;
    EXPECT_THAT(run(s)->notes, Contains(HasSubstr("solved for the first")));
}

TEST(DesignedHeads, theWeightsDoNotDependOnTheText) {
    const AnalysisPtr a = run(sessionOf("one two three"));
    const AnalysisPtr b = run(sessionOf("quite another and longer sentence"));
    EXPECT_EQ(a->trace->weightsUsed->wq, b->trace->weightsUsed->wq);
    EXPECT_EQ(a->trace->weightsUsed->wk, b->trace->weightsUsed->wk);
}

TEST(DesignedHeads, valuesCarryTheReadWord) {
    // Head `previous` alone: the output at place i is, in its slice, the content of token i − 1.
    Session s = sessionOf("red green blue");
    s.sandbox.heads = 1;
    const AnalysisPtr a = run(s);
    const AnalysisPtr plain = [&] {
        Session none = s;
        none.sandbox.positions = Positions::None;
        return run(none);
    }();
    double same = 0, other = 0;
    for (Index c = 0; c < 64; ++c) {
        same += static_cast<double>(a->trace->output(2, c)) * static_cast<double>((*plain->trace->input)(1, c));
        other += static_cast<double>(a->trace->output(2, c)) * static_cast<double>((*plain->trace->input)(2, c));
    }
    EXPECT_GT(same, 2 * std::abs(other));
}

TEST(DesignedHeads, saysWhatItCannotKeep) {
    Session causal = sessionOf(examples().front().text);
    causal.sandbox.mask.causal = true;
    AnalysisPtr a = run(causal);
    EXPECT_THAT(a->notes, Contains(HasSubstr("Head 2 (next)")));
    EXPECT_THAT(a->notes, Contains(HasSubstr("the mask forbids what is looked for")));
    EXPECT_LT(a->measures[1].kept, 0.2);
    EXPECT_GT(a->measures[0].kept, 0.9);

    Session none = sessionOf(examples().front().text);
    none.sandbox.positions = Positions::None;
    EXPECT_THAT(run(none)->notes, Contains(HasSubstr("Without position vectors")));

    Session cosine = sessionOf(examples().front().text);
    cosine.sandbox.score = ScoreKind::Cosine;
    EXPECT_THAT(run(cosine)->notes, Contains(HasSubstr("Cosine")));
    cosine.sandbox.temperature = 0.02;
    EXPECT_GE(leastKept(*run(cosine), 0), 0.9);
}

/// Whether a note that begins "Head 2 (" or "Heads 1, 2 and 6 (" speaks of the head.
bool namesHead(const std::string& note, int head) {
    if (!note.starts_with("Head")) return false;
    std::istringstream words(note.substr(0, note.find('(')));
    for (std::string word; words >> word;)
        if (word == std::to_string(head) || word == std::to_string(head) + ",") return true;
    return false;
}

TEST(DesignedHeads, headsOfWhichTheSameIsToBeSaidShareASentence) {
    Session s = sessionOf(examples().front().text);
    s.sandbox.heads = 6;
    s.sandbox.designs = {Design::Next, Design::Same, Design::Next, Design::First, Design::Next, Design::Self};
    s.sandbox.mask.causal = true;
    const AnalysisPtr a = run(s);
    EXPECT_THAT(a->notes, Contains(testing::StartsWith("Heads 1, 3 and 5 (next): ")));
    EXPECT_EQ(std::ranges::count_if(a->notes, [](const std::string& note) { return namesHead(note, 3); }), 1);
}

TEST(DesignedHeads, aNoteStandsWhereverARowFallsShort) {
    for (const int dModel : {1, 2, 3, 5, 8, 11, 16, 40})
        for (const int heads : {1, 3, 6}) {
            Session s = sessionOf(examples()[2].text);
            s.sandbox.dModel = dModel;
            s.sandbox.heads = heads;
            s.sandbox.designs = {Design::Previous, Design::Same, Design::Similar, Design::First, Design::Self};
            const AnalysisPtr a = run(s);
            for (int h = 0; h < heads; ++h) {
                const bool said = std::ranges::any_of(a->notes, [&](const std::string& note) {
                    return namesHead(note, h + 1);
                });
                const double least = leastKept(*a, h);
                if (std::abs(least - 0.9) > 1e-4) {
                    EXPECT_EQ(said, least < 0.9) << dModel << " " << heads << " " << h;
                }
            }
        }
}

TEST(DesignedHeads, crossAttentionPromisesNothingBeyondTheKeys) {
    Session s = sessionOf("one two three four five six");
    s.text2 = "uno dos tres";
    const AnalysisPtr a = run(s);
    for (Index j = 0; j < 3; ++j) {
        EXPECT_FALSE(promises(Design::Self, a->queries, a->keys, 4, j));
        EXPECT_FALSE(promises(Design::Same, a->queries, a->keys, 0, j));
    }
    EXPECT_TRUE(promises(Design::Next, a->queries, a->keys, 2, 2));
    EXPECT_EQ(a->measures[3].kept, -1);
    for (int h = 0; h < 3; ++h) EXPECT_GE(leastKept(*a, h), 0.9);
}

TEST(ExampleTexts, areEnoughAndVaried) {
    const auto& all = examples();
    ASSERT_GE(all.size(), 12U);
    EXPECT_EQ(all.front().text, "The animal didn't cross the street because it was too tired");
    std::size_t longest = 0, pairs = 0;
    for (const Example& e : all) {
        EXPECT_EQ(firstInvalidUtf8(e.text), -1);
        EXPECT_FALSE(e.title.empty());
        longest = std::max(longest, tokenize(e.text, TokenUnit::Words).size());
        pairs += e.text2.has_value();
    }
    EXPECT_GE(longest, 300U);
    EXPECT_GE(pairs, 1U);
    const auto far = tokenize(all[3].text, TokenUnit::Words); // "The key … was": subject and verb
    const auto place = [&](std::string_view word) { return std::ranges::find(far, word, &Token::text) - far.begin(); };
    EXPECT_GT(place("was") - place("key"), 20);
}

} // namespace
} // namespace headscope
