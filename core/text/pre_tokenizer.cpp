// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/pre_tokenizer.h"

#include "core/text/normalizer.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <functional>

namespace headscope {
namespace {

/// The library's table of punctuation is as old as this; see unicode.h.
constexpr int kCategoryTables = 8;

/// A part of a word: a match of the pattern or what lies between two.
struct Part {
    ByteRange range;
    bool match = false;
};
using Parts = std::vector<Part>;

std::uint32_t narrow(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

Parts partsOf(const std::vector<ByteRange>& matches, std::size_t size) {
    Parts parts;
    std::uint32_t end = 0;
    for (const ByteRange& match : matches) {
        if (end < match.begin) parts.push_back({{end, match.begin}, false});
        parts.push_back({match, true});
        end = match.end;
    }
    if (end < size) parts.push_back({{end, narrow(size)}, false});
    return parts;
}

/// Every character for which `is` holds is a match by itself.
Parts partsWhere(std::string_view text, const std::function<bool(char32_t)>& is) {
    std::vector<ByteRange> matches;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        if (is(nextCodePoint(text, at))) matches.push_back({narrow(begin), narrow(at)});
    }
    return partsOf(matches, text.size());
}

/// Joins what the behaviour wants joined and leaves out what it wants removed.
std::vector<ByteRange> pieces(Parts parts, SplitBehaviour behaviour) {
    std::vector<ByteRange> found;
    const bool backwards = behaviour == SplitBehaviour::MergedWithNext;
    if (backwards) std::reverse(parts.begin(), parts.end());
    bool previous = false; // was the part before a match
    for (const Part& part : parts) {
        const bool join = behaviour == SplitBehaviour::Contiguous                        ? part.match == previous
                          : behaviour == SplitBehaviour::MergedWithPrevious || backwards ? part.match && !previous
                                                                                         : false;
        previous = part.match;
        if (join && !found.empty() && backwards)
            found.back().begin = part.range.begin;
        else if (join && !found.empty())
            found.back().end = part.range.end;
        else if (behaviour != SplitBehaviour::Removed || !part.match)
            found.push_back(part.range);
    }
    if (backwards) std::reverse(found.begin(), found.end());
    return found;
}

bool isPunctuation(char32_t c) {
    if (c < 0x80) return c > ' ' && c < 0x7F && !std::isalnum(static_cast<int>(c));
    return inCategories(c, category::punctuation, kCategoryTables);
}

bool isNumeric(char32_t c) {
    return inCategories(c, category::number);
}

const Regex& gpt2Pattern() {
    static const Regex pattern =
        Regex::compile(R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)").value();
    return pattern;
}

/// The words of one pre-tokenization step.
class Splitter {
public:
    explicit Splitter(std::vector<Word>& words) : m_words(words) {}

    /// Cuts every word that is no token yet at the parts that `find` gives.
    Status split(SplitBehaviour behaviour, const std::function<Result<Parts>(const AlignedText&)>& find) {
        std::vector<Word> cut;
        cut.reserve(m_words.size());
        for (Word& word : m_words) {
            if (word.token) {
                cut.push_back(std::move(word));
                continue;
            }
            Result<Parts> parts = find(word.text);
            if (!parts) return parts.error();
            for (const ByteRange& piece : pieces(std::move(*parts), behaviour))
                if (piece.begin < piece.end) cut.push_back({word.text.slice(piece.begin, piece.end), {}});
        }
        m_words = std::move(cut);
        return {};
    }
    Status splitWhere(SplitBehaviour behaviour, const std::function<bool(char32_t)>& is) {
        return split(behaviour, [&](const AlignedText& text) -> Result<Parts> { return partsWhere(text.text(), is); });
    }
    Status splitAt(SplitBehaviour behaviour, const Regex& pattern, bool invert) {
        return split(behaviour, [&](const AlignedText& text) -> Result<Parts> {
            const Result<std::vector<ByteRange>> matches = pattern.findAll(text.text());
            if (!matches) return matches.error();
            Parts parts = partsOf(*matches, text.text().size());
            for (Part& part : parts) part.match ^= invert;
            return parts;
        });
    }
    void eachText(const std::function<void(AlignedText&)>& change) {
        for (Word& word : m_words)
            if (!word.token) change(word.text);
    }

    Status operator()(const BertPreTokenizer&) {
        if (Status status = splitWhere(SplitBehaviour::Removed, isWhiteSpace); !status) return status;
        return splitWhere(SplitBehaviour::Isolated, isPunctuation);
    }
    Status operator()(const ByteLevelPreTokenizer& step);
    Status operator()(const MetaspacePreTokenizer& step);
    Status operator()(const WhitespacePreTokenizer&);
    Status operator()(const WhitespaceSplit&) { return splitWhere(SplitBehaviour::Removed, isWhiteSpace); }
    Status operator()(const Punctuation& step) { return splitWhere(step.behaviour, isPunctuation); }
    Status operator()(const Digits& step) {
        return splitWhere(step.individual ? SplitBehaviour::Isolated : SplitBehaviour::Contiguous, isNumeric);
    }
    Status operator()(const PatternSplit& step) { return splitAt(step.behaviour, step.pattern, step.invert); }
    Status operator()(const DelimiterSplit& step) {
        return splitWhere(SplitBehaviour::Removed, [&](char32_t c) { return c == step.delimiter; });
    }
    Status operator()(const FixedLength& step) {
        return split(SplitBehaviour::Isolated, [&](const AlignedText& text) -> Result<Parts> {
            Parts parts;
            std::size_t count = 0;
            for (std::size_t at = 0; at < text.text().size(); ++count) {
                if (count % step.length == 0) parts.push_back({{narrow(at), 0}, false});
                nextCodePoint(text.text(), at);
                parts.back().range.end = narrow(at);
            }
            return parts;
        });
    }

private:
    std::vector<Word>& m_words;
};

Status Splitter::operator()(const ByteLevelPreTokenizer& step) {
    if (step.addPrefixSpace)
        eachText([](AlignedText& text) {
            if (!text.text().starts_with(' ')) text.prepend(" ");
        });
    if (step.useRegex)
        if (Status status = splitAt(SplitBehaviour::Isolated, gpt2Pattern(), false); !status) return status;
    eachText(makeBytesVisible);
    return {};
}

Status Splitter::operator()(const WhitespacePreTokenizer&) {
    enum class Kind { Space, Word, Other };
    return split(SplitBehaviour::Removed, [](const AlignedText& text) -> Result<Parts> {
        Parts parts; // runs of one kind
        Kind previous = Kind::Space;
        for (std::size_t at = 0; at < text.text().size();) {
            const auto begin = narrow(at);
            const char32_t c = nextCodePoint(text.text(), at);
            const Kind kind = isWordCharacter(c) ? Kind::Word : isWhiteSpace(c) ? Kind::Space : Kind::Other;
            if (parts.empty() || kind != previous) parts.push_back({{begin, 0}, kind == Kind::Space});
            parts.back().range.end = narrow(at);
            previous = kind;
        }
        return parts;
    });
}

Status Splitter::operator()(const MetaspacePreTokenizer& step) {
    std::string mark;
    appendUtf8(mark, step.replacement);
    eachText([&](AlignedText& text) {
        std::vector<ByteRange> spaces;
        for (std::uint32_t at = 0; at < text.text().size(); ++at)
            if (text.text()[at] == ' ') spaces.push_back({at, at + 1});
        text.replace(spaces, mark);
        const bool wanted =
            step.prepend == PrependScheme::Always || (step.prepend == PrependScheme::First && text.source().begin == 0);
        if (wanted && !text.text().starts_with(mark)) text.prepend(mark);
    });
    if (!step.split) return {};
    return splitWhere(SplitBehaviour::MergedWithNext, [&](char32_t c) { return c == step.replacement; });
}

} // namespace

Status preTokenize(const std::vector<PreTokenizer>& steps, std::vector<Word>& words) {
    Splitter splitter(words);
    for (const PreTokenizer& step : steps) {
        if (Status status = std::visit(splitter, step); !status) return status;
        // A step leaves no empty word.
        std::erase_if(words, [](const Word& word) { return !word.token && word.text.empty(); });
    }
    return {};
}

} // namespace headscope
