// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/overview.h"
#include "core/text/token.h"

#include <QStringList>
#include <optional>

namespace headscope {

class Selection;

/// One sentence on what is chosen, from the trace: "Head 3: “it” reads 62 % from “animal”, 21 % from “street”." For
/// the status bar, tooltips and screen readers. Without a chosen token: what the head does as a whole.
QString describe(const Analysis& analysis, const Selection& selection);
/// What the head does, from its numbers: the pattern its design keeps or that most of its mass lies on ("previous"),
/// and that share. No name when no pattern holds half of the mass, or only in fewer than half of the rows.
struct HeadCharacter {
    QString name;
    QString tag; ///< one word for it: "previous"; "spread out" or "mixed" for a head without a pattern
    double share = 0;
    QString rows; ///< "4 of 9 rows" when the share is that of some rows only, those with something to keep; else empty.
                  ///< That a text's first token has none before it, and its last none after it, goes without saying.
    QStringList shortTags; ///< the tag where there is little room, ever shorter: "spread", "spr."
    QString shortRows;     ///< "4/9"
};
/// The tag with its rows, from the longest form to the shortest: "induction in 2 of 6 rows", "induction 2/6", "induction",
/// "ind.".
QStringList headWords(const HeadCharacter& character);
HeadCharacter headCharacter(const Analysis& analysis, int head);
/// The tag of a small picture: "previous 98 %", "same 97 % in 4 of 5 rows", "mixed".
QString headTag(const Analysis& analysis, int head);
/// The same of a head of which only its measures are at hand.
QString measuredTag(const HeadMeasures& measures, bool cross);
/// What the heads of all layers do, found by their measures: "Layer 1, head 2 reads the previous token (98 %); layer 2,
/// head 3 the token that followed the same one before (94 %)". The clearest head of each pattern, at most `most` of
/// them; empty where no head keeps to one. Between two texts there are no such places: there it is the head that reads most
/// nearly one token at a time.
QString rolesSentence(const Overview& overview, int most = 3);
/// The head that keeps most clearly to a pattern, those of an induction head before all others; nothing where none does.
struct ClearestHead {
    int layer = 0;
    int head = 0;
};
std::optional<ClearestHead> clearestHead(const Overview& overview);
/// Whether somebody has taken the head away: it still attends, and nothing of it reaches the stream.
bool isTakenAway(const Analysis& analysis, int layer, int head);
/// "Head 3"; of a model with its place in it, "Layer 6 · head 4" or "Decoder · layer 6 · head 4".
QString headName(const Analysis& analysis, int head);
/// "A → B" where only those of two texts' words are shown: the queries' text and the keys'; else empty.
QString pairTitle(const Analysis& analysis);
/// Where the rest of each row went then: "the rest of each row went to A"; else empty.
QString pairNote(const Analysis& analysis);
/// "Layer 6", with "A → B" where only a part of two texts is shown; where there are several sites "Decoder · layer 6"; empty for the sandbox.
QString layerName(const Analysis& analysis);
/// "Layer 6, head 4", "Decoder, layer 6, head 4": as a sentence about any head of the model begins.
QString headPlace(const Analysis& analysis, int layer, int head);
/// "Decoder", where the model has several sites; else empty.
QString siteTitle(const Analysis& analysis);
/// The last parts of the model's folder, "google/bert", which is its name; empty for the sandbox.
QString modelLabel(const Analysis& analysis);
/// headName with the pattern, "Head 3 · same token".
QString headTitle(const Analysis& analysis, int head);
/// A token as it is shown anywhere: white space and control characters made visible, bidi controls isolated.
QString tokenLabel(const Token& token);
/// Its label at a place of a text: a word that stands there several times is told apart by a small number, "the₂".
QString tokenLabel(const std::vector<Token>& tokens, int position);
/// Percent with no more digits than the eye can use, in the current locale.
QString percent(double share);
/// A weight in two decimals, as short as the eye needs it.
QString shortNumber(double weight);
/// A weight with four significant digits, in the current locale.
QString exact(double weight);

} // namespace headscope
