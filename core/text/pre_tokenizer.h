// SPDX-License-Identifier: GPL-3.0-or-later
// The middle steps of a tokenizer: they cut the text into words. Each struct is one `type` of tokenizer.json's
// pre_tokenizer.
#pragma once

#include "core/text/aligned_text.h"
#include "core/text/regex.h"
#include "core/text/token_model.h"

#include <optional>
#include <variant>
#include <vector>

namespace headscope {

/// What becomes of the matches of a pattern.
enum class SplitBehaviour { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

struct BertPreTokenizer {};
struct ByteLevelPreTokenizer {
    bool addPrefixSpace = true;
    bool useRegex = true;
};
enum class PrependScheme { First, Never, Always };
struct MetaspacePreTokenizer {
    char32_t replacement = U'\u2581';
    PrependScheme prepend = PrependScheme::Always;
    bool split = true;
};
/// Words and runs of what is neither word nor space.
struct WhitespacePreTokenizer {};
struct WhitespaceSplit {};
struct Punctuation {
    SplitBehaviour behaviour = SplitBehaviour::Isolated;
};
struct Digits {
    bool individual = false;
};
struct PatternSplit {
    Regex pattern;
    SplitBehaviour behaviour = SplitBehaviour::Isolated;
    bool invert = false;
};
struct DelimiterSplit {
    char32_t delimiter = U' ';
};
struct FixedLength {
    std::size_t length = 5; ///< in code points
};

using PreTokenizer =
    std::variant<BertPreTokenizer, ByteLevelPreTokenizer, MetaspacePreTokenizer, WhitespacePreTokenizer,
                 WhitespaceSplit, Punctuation, Digits, PatternSplit, DelimiterSplit, FixedLength>;

/// A word on its way, or a typed special token, which is never cut again.
struct Word {
    AlignedText text;
    std::optional<WordToken> token;
};

/// Input error only where a regular expression gives up.
Status preTokenize(const std::vector<PreTokenizer>& steps, std::vector<Word>& words);

} // namespace headscope
