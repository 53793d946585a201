// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/post_processor.h"

#include "core/text/unicode.h"

#include <algorithm>
#include <iterator>

namespace headscope {
namespace {

/// What becomes one sequence in the end, part by part.
using Parts = std::vector<std::vector<Token>>;

Token templateToken(const TemplateToken& from, int segment) {
    Token token;
    token.id = from.id;
    token.text = from.text;
    token.special = true;
    token.segment = segment;
    token.sequence = -1;
    return token;
}

std::int64_t blanks(std::u32string_view text) {
    const auto visible =
        std::find_if(text.begin(), text.end(), [](char32_t c) { return c != U'\u0120' && !isWhiteSpace(c); });
    return visible - text.begin();
}

/// Ġ stands for a space in byte-level vocabularies.
void trimToken(Token& token, bool isFirst, bool addPrefixSpace) {
    std::u32string text;
    for (std::size_t at = 0; at < token.text.size();) text.push_back(nextCodePoint(token.text, at));
    std::int64_t leading = blanks(text);
    std::reverse(text.begin(), text.end());
    const std::int64_t trailing = blanks(text);
    if (leading > 0) {
        // One space may be the one that the pre-tokenizer put there: it has no place in the typed text.
        if ((isFirst || token.begin == 0) && addPrefixSpace && leading == 1) leading = 0;
        token.begin = std::min(token.begin + leading, token.end);
    }
    if (trailing > 0 && token.end >= trailing) token.end = std::max(token.end - trailing, token.begin);
}

void trim(const TrimOffsets& step, Parts& parts) {
    if (!step.trim) return;
    for (std::vector<Token>& part : parts)
        for (std::size_t i = 0; i < part.size(); ++i) trimToken(part[i], i == 0, step.addPrefixSpace);
}

void setSegment(std::vector<Token>& part, int segment) {
    for (Token& token : part) token.segment = segment;
}

Status process(const BertProcessing& step, Parts& parts, bool addSpecial) {
    if (!addSpecial) return {};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i == 0) parts[i].insert(parts[i].begin(), templateToken(step.cls, 0));
        parts[i].push_back(templateToken(step.sep, i == 0 ? 0 : 1));
    }
    return {};
}

Status process(const TrimOffsets& step, Parts& parts, bool) {
    trim(step, parts);
    return {};
}

Status process(const RobertaProcessing& step, Parts& parts, bool addSpecial) {
    trim(step.trim, parts);
    for (std::vector<Token>& part : parts) setSegment(part, 0);
    for (std::size_t i = 0; i < parts.size() && addSpecial; ++i) {
        parts[i].insert(parts[i].begin(), templateToken(i == 0 ? step.cls : step.sep, 0));
        parts[i].push_back(templateToken(step.sep, 0));
    }
    return {};
}

Status process(const TemplateProcessing& step, Parts& parts, bool addSpecial) {
    if (parts.size() > 2)
        return Error{ErrorCode::Input, "post_processor", "a template behind another one; there may be one"};
    Parts filled;
    for (const TemplatePiece& piece : parts.size() == 2 ? step.pair : step.single) {
        if (piece.sequence) {
            filled.push_back(parts[static_cast<std::size_t>(*piece.sequence)]);
            setSegment(filled.back(), piece.segment);
        } else if (addSpecial) {
            std::vector<Token>& tokens = filled.emplace_back();
            for (const TemplateToken& token : piece.tokens) tokens.push_back(templateToken(token, piece.segment));
        }
    }
    parts = std::move(filled);
    return {};
}

} // namespace

Result<std::vector<Token>> postProcess(const std::vector<PostProcessor>& steps, std::vector<std::vector<Token>> texts,
                                       bool addSpecial) {
    Parts parts = std::move(texts);
    for (const PostProcessor& step : steps) {
        const auto run = [&](const auto& one) { return process(one, parts, addSpecial); };
        if (Status status = std::visit(run, step); !status) return status.error();
    }
    std::vector<Token> sequence;
    for (std::vector<Token>& part : parts)
        sequence.insert(sequence.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    return sequence;
}

} // namespace headscope
