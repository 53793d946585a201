// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/shown_tokens.h"

#include <algorithm>
#include <utility>

namespace headscope {
namespace {

/// One side of a matrix: tokens as shown, and the positions that each of them stands for.
struct Side {
    std::vector<Token> tokens;
    std::vector<Mask::Span> groups;
};

/// Without the space before a word, which many tokenizers count in; what is all spaces stays that.
std::string withoutSpace(const std::string& text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == std::string::npos ? text : text.substr(first);
}

/// A vocabulary's entry as people read it: "Ġcat" is "cat".
std::string readableText(const Tokenizer& tokenizer, const Token& token) {
    const std::string text = tokenizer.readable(token.id);
    return text.empty() ? token.text : withoutSpace(text);
}

Side sideOf(const std::vector<Token>& tokens, const Tokenizer& tokenizer) {
    Side side{tokens, {}};
    for (Index i = 0; i < std::ssize(tokens); ++i) {
        side.groups.push_back({i, i + 1});
        Token& token = side.tokens[static_cast<std::size_t>(i)];
        token.text = readableText(tokenizer, token);
    }
    return side;
}

/// The first text's part of a pair, or the second's: all that the template puts between the texts belongs to the first.
Side textOf(const Side& pair, bool second) {
    const auto border = std::ranges::find_if(pair.tokens, [](const Token& t) { return t.sequence == 1; });
    const Index at = border - pair.tokens.begin();
    return second ? Side{{border, pair.tokens.end()}, {pair.groups.begin() + at, pair.groups.end()}}
                  : Side{{pair.tokens.begin(), border}, {pair.groups.begin(), pair.groups.begin() + at}};
}

/// Whether two neighbours are pieces of one word.
bool sameWord(const Token& a, const Token& b) {
    return !a.special && !b.special && a.word >= 0 && a.word == b.word && a.sequence == b.sequence;
}

/// The word as it was typed; `typed` is the text that its range counts in.
std::string wordText(const Token& word, const std::string& typed) {
    if (word.begin < 0 || word.end <= word.begin || word.end > std::ssize(typed)) return word.text;
    return withoutSpace(
        typed.substr(static_cast<std::size_t>(word.begin), static_cast<std::size_t>(word.end - word.begin)));
}

Side folded(const Side& pieces, const std::string& text, const std::string& text2) {
    Side words;
    for (std::size_t i = 0; i < pieces.tokens.size(); ++i) {
        if (i > 0 && sameWord(pieces.tokens[i - 1], pieces.tokens[i])) {
            words.groups.back().end = pieces.groups[i].end;
            words.tokens.back().end = std::max(words.tokens.back().end, pieces.tokens[i].end);
        } else {
            words.tokens.push_back(pieces.tokens[i]);
            words.groups.push_back(pieces.groups[i]);
        }
    }
    for (std::size_t i = 0; i < words.tokens.size(); ++i) {
        Token& word = words.tokens[i];
        if (words.groups[i].end - words.groups[i].begin == 1) continue;
        word.text = wordText(word, word.sequence == 1 ? text2 : text);
    }
    return words;
}

} // namespace

void showTokens(Analysis& a, const ViewState& view) {
    const ModelRun& run = *a.run;
    const bool decoderAsks = a.site == Site::Decoder || a.site == Site::Cross;
    const Tokenizer& tokenizer = *run.opened->tokenizer;
    Side queries = sideOf(decoderAsks ? run.tokens2 : run.tokens, tokenizer);
    Side keys = sideOf(a.site == Site::Decoder ? run.tokens2 : run.tokens, tokenizer);
    a.cross = a.site == Site::Cross;
    // A second text of spaces has no tokens to choose.
    const bool second = std::ranges::any_of(run.tokens, [](const Token& t) { return t.sequence == 1; });
    const bool filtered = run.pair && second && view.pairs != Pairs::All;
    if (filtered) {
        a.part = view.pairs;
        queries = textOf(queries, view.pairs == Pairs::BA || view.pairs == Pairs::BB);
        keys = textOf(keys, view.pairs == Pairs::AB || view.pairs == Pairs::BB);
        a.cross = view.pairs == Pairs::AB || view.pairs == Pairs::BA;
        a.notes.push_back("Rows add up to what a word reads inside the chosen text; the rest goes to the other one.");
    }
    if (view.words) {
        // The decoder's ranges count in the second text.
        queries = folded(queries, decoderAsks ? a.text2 : a.text, a.text2);
        keys = folded(keys, a.site == Site::Decoder ? a.text2 : a.text, a.text2);
        a.notes.push_back("Sub-tokens are folded into words: their rows are averaged, their columns summed.");
    }
    a.allowed = a.trace->mask;
    if (filtered || std::ssize(queries.tokens) < a.trace->queries() || std::ssize(keys.tokens) < a.trace->keys()) {
        a.groups = std::make_shared<const TokenGroups>(TokenGroups{std::move(queries.groups), std::move(keys.groups)});
        a.allowed = groupedMask(*a.trace, *a.groups);
    }
    a.queries = std::move(queries.tokens);
    a.keys = std::move(keys.tokens);
}

} // namespace headscope
