// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/fixture.h"
#include "ui/selection.h"
#include "ui/views/describe.h"
#include "ui/views/shown.h"

#include <numeric>

using namespace headscope;
using headscope::test::analysisOf;

namespace {

/// The sentence for a state, with the extent set as the window sets it.
std::string sentence(const Analysis& a, const ViewState& state, const std::function<void(Selection&)>& hover = {}) {
    Selection selection;
    selection.setState(state);
    selection.setExtent(a.heads(), static_cast<int>(a.queries.size()), static_cast<int>(a.keys.size()));
    if (hover) hover(selection);
    return describe(a, selection).toStdString();
}

Token token(const std::string& text) {
    Token t;
    t.text = text;
    return t;
}

} // namespace

TEST(Describe, SaysWhatTheHeadDoesAsAWhole) {
    const AnalysisPtr a = analysisOf("the cat sat on the mat");
    ViewState state;
    const std::string previous = percent(a->measures[0].previous).toStdString();
    EXPECT_EQ(sentence(*a, state), "Head 1 reads mostly the previous token (" + previous + ").");
    state.head = 3;
    EXPECT_NE(sentence(*a, state).find("Head 4 reads mostly the same token ("), std::string::npos);
    state.head = 2;
    state.direction = Direction::IsReadBy;
    EXPECT_NE(sentence(*a, state).find("Head 3 most read is “the₁”, with "), std::string::npos);
    EXPECT_EQ(headTitle(*a, 1).toStdString(), "Head 2 · next token");
    EXPECT_EQ(headTag(*a, 0).toStdString(), "previous " + previous);
}

TEST(Describe, AShareOfSomeRowsIsNotThatOfAll) {
    Session session;
    session.text = "no man is an island";
    session.text2 = "an island is no home";
    const AnalysisPtr a = analysisOf(session); // "man" has no key of its own
    EXPECT_EQ(headTag(*a, 3).toStdString(), "same " + percent(a->measures[3].kept).toStdString() + " in 4 of 5 rows");
    EXPECT_EQ(headWords(headCharacter(*a, 3)).join(QStringLiteral("; ")).toStdString(), "same in 4 of 5 rows; same 4/5; same; same");
    ViewState state;
    state.head = 3;
    EXPECT_NE(sentence(*a, state).find("reads mostly the same token in the 4 of 5 rows that have one ("), std::string::npos);
    EXPECT_EQ(headCharacter(*a, 0).rows, QString()) << "all but the first row have a previous token";
}

// A row without the named key reads something else, and says nothing of the name.
TEST(Describe, OnlyRowsWithTheNamedKeyCount) {
    EXPECT_EQ(sentence(*analysisOf("hello"), {}), "Head 1 reads mostly the first token (100 %).");
    const AnalysisPtr two = analysisOf("hello world");
    const std::string share = percent(two->weight(0, 1, 0)).toStdString();
    EXPECT_EQ(sentence(*two, {}), "Head 1 reads mostly the previous token in the 1 of 2 rows that have one (" + share + ").");
    Session session;
    session.text = "one two three four five six seven";
    session.text2 = "a b";
    const AnalysisPtr a = analysisOf(session); // rows 3 to 7 have no key before them
    EXPECT_EQ(a->measures[0].previousRows, 2);
    EXPECT_NE(headCharacter(*a, 0).name.toStdString(), "previous token");
    EXPECT_NE(measuredTag(a->measures[0], false).left(8).toStdString(), "previous");
}

TEST(Describe, NamesAHeadWithoutDesignFromItsNumbers) {
    Analysis a = *analysisOf("the cat sat on the mat");
    a.designs.assign(a.designs.size(), std::nullopt);
    for (HeadMeasures& m : a.measures) m.kept = -1;
    EXPECT_EQ(headCharacter(a, 0).name.toStdString(), "previous token");
    EXPECT_DOUBLE_EQ(headCharacter(a, 0).share, a.measures[0].previous);
    EXPECT_EQ(headCharacter(a, 3).name.toStdString(), "same token") << "more than the token itself";
    a.measures[0] = {};
    a.measures[0].entropy = 0.95;
    EXPECT_TRUE(headCharacter(a, 0).name.isEmpty());
    EXPECT_EQ(headTag(a, 0).toStdString(), "spread out");
    EXPECT_EQ(headWords(headCharacter(a, 0)).join(QStringLiteral("; ")).toStdString(), "spread out; spread; spr.");
    EXPECT_EQ(sentence(a, {}), "Head 1 spreads its attention (95 % of what uniform would be).");
}

TEST(Describe, SaysWhereInAModelTheHeadIs) {
    Analysis a = *test::analysisOfModel("the cat sat", "models/google/bert", 5);
    ViewState state;
    state.head = 3;
    EXPECT_EQ(headTitle(a, 3).toStdString(), "Layer 6 · head 4 · same token");
    EXPECT_EQ(sentence(a, state).rfind("Layer 6, head 4: reads mostly the ", 0), 0u) << sentence(a, state);
    EXPECT_EQ(sentence(a, state, [](Selection& s) { s.hoverQuery(2); }).rfind("Layer 6, head 4: “sat” reads ", 0), 0u);
    EXPECT_EQ(modelLabel(a).toStdString(), "google/bert");
    EXPECT_EQ(pairNote(a), QString());
    a.part = Pairs::AB;
    EXPECT_EQ(headTitle(a, 3).toStdString(), "Layer 6 · A → B · head 4 · same token");
    EXPECT_EQ(pairNote(a).toStdString(), "the rest of each row went to A");
    a.part = Pairs::BA;
    EXPECT_EQ(pairNote(a).toStdString(), "the rest of each row went to B");
    a.part = Pairs::All;
    a.site = Site::Cross;
    EXPECT_EQ(headName(a, 3).toStdString(), "Cross-attention · layer 6 · head 4");
    EXPECT_EQ(sentence(a, state).rfind("Cross-attention, layer 6, head 4: ", 0), 0u) << sentence(a, state);
    EXPECT_EQ(modelLabel(*analysisOf("the cat sat")), QString()) << "the sandbox is no model";
}

TEST(Describe, ReadsAQueryAKeyAndACell) {
    const AnalysisPtr a = analysisOf("the cat sat on a mat");
    const auto hoverQuery = [](Selection& s) { s.hoverQuery(2); };
    EXPECT_EQ(sentence(*a, {}, hoverQuery),
              "Head 1: “sat” reads " + percent(a->weight(0, 2, 1)).toStdString() + " from “cat”.");
    const auto hoverKey = [](Selection& s) { s.hoverKey(2); };
    EXPECT_EQ(sentence(*a, {}, hoverKey),
              "Head 1: “sat” is read by “on” (" + percent(a->weight(0, 3, 2)).toStdString() + ").");
    const auto hoverCell = [](Selection& s) { s.hoverCell(1, 2, 3); };
    const Scalar w = a->weight(1, 2, 3);
    EXPECT_EQ(sentence(*a, {}, hoverCell),
              "Head 2: “sat” reads " + percent(w).toStdString() + " from “on” (" + exact(w).toStdString() + ").");
}

TEST(Describe, TellsRepeatedWordsApart) {
    const AnalysisPtr a = analysisOf("the cat sat on the mat");
    EXPECT_EQ(tokenLabel(a->queries, 0).toStdString(), "the₁");
    EXPECT_EQ(tokenLabel(a->queries, 1).toStdString(), "cat");
    EXPECT_EQ(tokenLabel(a->queries, 4).toStdString(), "the₂");
    const std::string cell = sentence(*a, {}, [](Selection& s) { s.hoverCell(0, 4, 0); });
    EXPECT_EQ(cell.rfind("Head 1: “the₂” reads ", 0), 0u) << cell;
    EXPECT_NE(cell.find("from “the₁” ("), std::string::npos) << cell;
}

TEST(Describe, BetweenTwoTextsThereIsNoDistance) {
    Analysis a = *analysisOf("the cat sat on the mat");
    a.designs.assign(a.designs.size(), std::nullopt);
    a.measures[0] = {};
    EXPECT_NE(sentence(a, {}).find("tokens away on average"), std::string::npos);
    a.cross = true;
    EXPECT_EQ(sentence(a, {}), "Head 1 gives its strongest key 0 % of a row on average.");
}

TEST(Describe, SumsSeveralTokens) {
    const AnalysisPtr a = analysisOf("the cat sat on a mat");
    ViewState state;
    state.pinnedQueries = {2, 3};
    const double share = (a->weight(0, 2, 1) + a->weight(0, 3, 1)) / 2.0;
    const std::string found = sentence(*a, state);
    EXPECT_EQ(found.rfind("Head 1: “sat” + “on” together read on average ", 0), 0u) << found;
    EXPECT_NE(found.find(percent(share).toStdString() + " from “cat”"), std::string::npos) << found;
    state.pinnedQueries = {2};
    state.pinnedKeys = {0, 1};
    const double both = static_cast<double>(a->weight(0, 2, 0)) + static_cast<double>(a->weight(0, 2, 1));
    EXPECT_EQ(sentence(*a, state), "Head 1: “sat” reads " + percent(both).toStdString() + " from “the” + “cat” (" +
                                       exact(both).toStdString() + ").");
    state.pinnedQueries = {0, 1, 2, 3, 4};
    state.pinnedKeys = {};
    EXPECT_NE(sentence(*a, state).find("+ 2 more together read"), std::string::npos);
}

TEST(Describe, TellsWhatIsMasked) {
    Session session;
    session.text = "the cat sat";
    session.sandbox.mask.causal = true;
    session.sandbox.mask.padding = {0};
    const AnalysisPtr a = analysisOf(session);
    EXPECT_EQ(sentence(*a, {}, [](Selection& s) { s.hoverCell(0, 1, 2); }),
              "Head 1: “cat” may not read “sat”: masked.");
    EXPECT_EQ(sentence(*a, {}, [](Selection& s) { s.hoverQuery(0); }),
              "Head 1: “the” may read nothing: its whole row is masked.");
    EXPECT_EQ(sentence(*a, {}, [](Selection& s) { s.hoverKey(0); }), "Head 1: “the” is read by nobody.");
}

TEST(Describe, SaysWhatDropoutDoes) {
    Session session;
    session.text = "the cat sat on a mat";
    session.sandbox.weights = WeightSource::Random;
    session.sandbox.dropout = 0.5;
    const AnalysisPtr a = analysisOf(session);
    const Matrix softmax = a->trace->softmax(0);
    int dropped = 0;
    for (int q = 0; q < 6; ++q) {
        for (int k = 0; k < 6; ++k) {
            const std::string said = sentence(*a, ViewState{}, [&](Selection& s) { s.hoverCell(0, q, k); });
            const bool isDropped = softmax(q, k) > 0 && a->weight(0, q, k) == 0;
            EXPECT_EQ(said.find("”: dropped") != std::string::npos, isDropped) << said;
            EXPECT_NE(said.find("(dropout 50 %: dropped weights are 0; kept weights ÷ 0.5, so rows need not sum to 1)."), std::string::npos) << said;
            dropped += isDropped;
        }
    }
    EXPECT_GT(dropped, 5);
    ViewState hiding;
    hiding.hidden = HiddenTokens::SpecialAndFirst;
    hiding.renormalise = true;
    EXPECT_EQ(sentence(*a, hiding).find("need not sum"), std::string::npos) << "they do again";
    EXPECT_EQ(sentence(*analysisOf("the cat"), ViewState{}).find("dropout"), std::string::npos);
}

TEST(Describe, SaysThatTokensAreHidden) {
    const AnalysisPtr a = analysisOf("the cat sat on a mat");
    ViewState state;
    state.hidden = HiddenTokens::SpecialAndFirst;
    EXPECT_EQ(sentence(*a, state, [](Selection& s) { s.hoverCell(2, 1, 0); }),
              "Head 3: “cat” reads " + percent(a->weight(2, 1, 0)).toStdString() + " from “the”, which is hidden (" +
                  exact(a->weight(2, 1, 0)).toStdString() + ") (first token hidden; rows no longer sum to 1).");
    state.renormalise = true;
    EXPECT_NE(sentence(*a, state).find("(first token hidden; rows renormalised)."), std::string::npos);
    for (int h = 0; h < 4; ++h) {
        for (Index q = 0; q < 6; ++q) {
            const std::vector<Scalar> row = shownRow(*a, state, h, q);
            EXPECT_EQ(row[0], 0);
            EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 1, 1e-5);
            for (Index k = 0; k < 6; ++k)
                EXPECT_NEAR(shownColumn(*a, state, h, k)[static_cast<std::size_t>(q)], row[static_cast<std::size_t>(k)],
                            1e-5);
        }
    }
}

TEST(Shown, WhatIsKeptIsTheRowWithoutItsHiddenKeys) {
    ViewState state;
    state.hidden = HiddenTokens::SpecialAndFirst;
    Session session;
    session.sandbox.weights = WeightSource::Random;
    for (int i = 0; i < 2500; ++i) session.text += "w" + std::to_string(i % 90) + " ";
    const AnalysisPtr a = analysisOf(session);
    const std::vector<Scalar>& kept = keptMass(*a, state, 1);
    for (const Index q : {0, 7, 2000}) {
        const std::vector<Scalar> row = a->row(1, q);
        EXPECT_NEAR(kept[static_cast<std::size_t>(q)], std::accumulate(row.begin() + 1, row.end(), 0.0), 1e-5);
    }
    EXPECT_TRUE(keptMass(*a, ViewState{}, 1).empty());
    EXPECT_TRUE(keptMass(*analysisOf(""), state, 0).empty());
}

TEST(Describe, SurvivesAnEmptyTextAndPercentSigns) {
    EXPECT_EQ(sentence(*analysisOf(" "), {}), "No tokens: type a sentence.");
    const AnalysisPtr a = analysisOf("%1 %2 %3");
    ViewState state;
    state.pinnedQueries = {0, 1, 2, 3};
    const std::string found = sentence(*a, state);
    EXPECT_EQ(found.rfind("Head 1: “%₁” + “1” + “%₂” + 1 more together read on average ", 0), 0u) << found;
}

TEST(TokenLabel, MakesTheInvisibleVisible) {
    EXPECT_EQ(tokenLabel(token(" ")).toStdString(), "␣");
    EXPECT_EQ(tokenLabel(token("a\tb\n")).toStdString(), "a⇥b⏎");
    EXPECT_EQ(tokenLabel(token(std::string("\0", 1))).toStdString(), "␀");
    EXPECT_EQ(tokenLabel(token("\u202E")).toStdString(), "U+202E");
    EXPECT_EQ(tokenLabel(token("👩‍🔬")).toStdString(), "👩‍🔬") << "joiners inside an emoji stay";
    const QString arabic = tokenLabel(token("قطة"));
    EXPECT_EQ(arabic.front(), QChar(0x2068));
    EXPECT_EQ(arabic.back(), QChar(0x2069));
}

TEST(Percent, HasNoMoreDigitsThanTheEyeCanUse) {
    EXPECT_EQ(percent(0.6213).toStdString(), "62 %");
    EXPECT_EQ(percent(0.0413).toStdString(), "4.1 %");
    EXPECT_EQ(percent(0).toStdString(), "0 %");
    EXPECT_EQ(percent(1e-5).toStdString(), "< 0.1 %");
    EXPECT_EQ(percent(0.997).toStdString(), "99.7 %") << "not all";
    EXPECT_EQ(percent(1).toStdString(), "100 %");
    EXPECT_EQ(exact(0.62137).toStdString(), "0.6214");
}

TEST(Describe, SaysWhichHeadOfAllDoesWhat) {
    const auto a = std::make_shared<Analysis>();
    Overview overview;
    overview.of = a;
    overview.layers = 2;
    overview.heads = 2;
    overview.thumbs.resize(4);
    for (HeadThumb& thumb : overview.thumbs) thumb.measures.rows = 20;
    EXPECT_TRUE(rolesSentence(overview).isEmpty()) << "no head keeps to a pattern";
    EXPECT_FALSE(clearestHead(overview));
    const auto measures = [&](int layer, int head) -> HeadMeasures& {
        return overview.thumbs[static_cast<std::size_t>(2 * layer + head)].measures;
    };
    measures(0, 0).previousRows = measures(0, 1).previousRows = 19;
    measures(0, 0).previous = 0.7;
    measures(0, 1).previous = 0.98; // the clearer of the two
    measures(1, 0).inductionRows = 9;
    measures(1, 0).induction = 0.94;
    measures(1, 1).first = 0.96;
    EXPECT_EQ(rolesSentence(overview).toStdString(),
              "Layer 1, head 2 reads the previous token (98 %); Layer 2, head 1 the token that followed the same one "
              "before (94 %); Layer 2, head 2 the first token (96 %)");
    EXPECT_EQ(rolesSentence(overview, 1).toStdString(),
              "Layer 2, head 1 reads the token that followed the same one before (94 %)");
    ASSERT_TRUE(clearestHead(overview));
    EXPECT_EQ(clearestHead(overview)->layer, 1);
    EXPECT_EQ(clearestHead(overview)->head, 0) << "induction before what is clearer";
    a->cross = true;
    EXPECT_TRUE(rolesSentence(overview).isEmpty()) << "places of one text say nothing of another";
    measures(1, 1).confidence = 0.9;
    measures(0, 1).confidence = 0.95;
    EXPECT_EQ(rolesSentence(overview).toStdString(), "Layer 1, head 2 reads the other text one token at a time (95 %)");
    a->cross = false;
    measures(1, 0).inductionRows = 4; // of 20: too few to say so of the head
    EXPECT_EQ(clearestHead(overview)->head, 1);
}
