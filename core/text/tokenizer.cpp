// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/tokenizer.h"

#include "core/text/tokenizer_parts.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <cassert>

namespace headscope {
namespace {

/// Ranges are 32-bit numbers, and normalization may make several bytes of one.
constexpr std::size_t kLongestText = std::size_t{1} << 28;

/// Where the characters of a text begin, to count in them: the library's ranges do, and so it cuts white space from
/// them.
class CharacterPlaces {
public:
    explicit CharacterPlaces(std::string_view text) : m_characterOf(text.size() + 1) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t begin = at;
            nextCodePoint(text, at);
            std::fill(m_characterOf.begin() + static_cast<std::ptrdiff_t>(begin),
                      m_characterOf.begin() + static_cast<std::ptrdiff_t>(at), m_begins.size());
            m_begins.push_back(static_cast<std::int64_t>(begin));
        }
        m_characterOf.back() = m_begins.size();
        m_begins.push_back(static_cast<std::int64_t>(text.size()));
    }

    /// The character that this byte belongs to.
    std::int64_t characterOf(std::uint32_t byte) const {
        return static_cast<std::int64_t>(m_characterOf[std::min<std::size_t>(byte, m_characterOf.size() - 1)]);
    }
    std::int64_t byteOf(std::int64_t character) const {
        return m_begins[std::min(static_cast<std::size_t>(character), m_begins.size() - 1)];
    }

private:
    std::vector<std::size_t> m_characterOf; ///< by byte, and one more for the end
    std::vector<std::int64_t> m_begins;     ///< by character, and one more for the end
};

Status check(std::string_view text) {
    if (text.size() > kLongestText)
        return Error{ErrorCode::Input, "", "the text is longer than 256 MiB; give a shorter one"};
    if (const std::int64_t at = firstInvalidUtf8(text); at >= 0)
        return Error{ErrorCode::Input, "",
                     "byte " + std::to_string(at) + " (from 0) is not UTF-8; save the text as UTF-8"};
    return {};
}

/// Pieces that begin a word in vocabularies that mark spaces so.
bool beginsWithMark(const std::string& text) {
    return text.starts_with("\u2581");
}

/// The tokens of one text, ranges in code points of it.
Result<std::vector<Token>> encodeText(const TokenizerParts& parts, std::string_view text, int sequence,
                                      const CharacterPlaces& places) {
    Result<std::vector<Word>> words = parts.added.split(text, parts.normalizer);
    if (!words) return words.error();
    if (Status status = preTokenize(parts.preTokenizer, *words); !status) return status.error();
    std::vector<Token> tokens;
    std::int64_t wordNumber = -1;
    for (Word& word : *words) {
        Result<std::vector<WordToken>> pieces =
            word.token ? std::vector<WordToken>{*std::move(word.token)} : parts.model->tokenize(word.text.text());
        if (!pieces) return pieces.error();
        const AddedToken* added = word.token ? parts.added.token(pieces->front().id) : nullptr;
        bool first = true;
        for (WordToken& piece : *pieces) {
            Token token;
            token.id = piece.id;
            const std::string* entry = parts.model->vocabulary().entry(piece.id);
            token.text = !piece.text.empty() || !entry ? std::move(piece.text) : *entry;
            const ByteRange range = word.text.typed(piece.begin, piece.end);
            token.begin = places.characterOf(range.begin);
            // The end lies behind the whole of the last character that it reaches into only at the end of the text.
            token.end = places.characterOf(range.end);
            token.special = added && added->special;
            token.segment = token.sequence = sequence;
            if (first || (!added && beginsWithMark(token.text))) ++wordNumber;
            token.word = wordNumber;
            first = false;
            tokens.push_back(std::move(token));
        }
    }
    return tokens;
}

} // namespace

Tokenizer::Tokenizer(std::unique_ptr<const TokenizerParts> parts) : m_parts(std::move(parts)) {
    assert(m_parts && m_parts->model);
}

Tokenizer::~Tokenizer() = default;

Result<std::vector<Token>> Tokenizer::encode(std::string_view text, bool addSpecial) const {
    return encodeAll({text}, addSpecial);
}

Result<std::vector<Token>> Tokenizer::encodePair(std::string_view first, std::string_view second,
                                                 bool addSpecial) const {
    return encodeAll({first, second}, addSpecial);
}

Result<std::vector<Token>> Tokenizer::encodeAll(const std::vector<std::string_view>& texts, bool addSpecial) const {
    std::vector<CharacterPlaces> places;
    std::vector<std::vector<Token>> encoded;
    for (const std::string_view text : texts) {
        if (Status status = check(text); !status) return status.error();
        places.emplace_back(text);
        Result<std::vector<Token>> tokens = encodeText(*m_parts, text, static_cast<int>(encoded.size()), places.back());
        if (!tokens) return tokens.error();
        encoded.push_back(std::move(*tokens));
    }
    Result<std::vector<Token>> tokens = postProcess(m_parts->postProcessor, std::move(encoded), addSpecial);
    if (!tokens) return tokens.error();
    for (Token& token : *tokens) {
        if (token.sequence < 0) continue;
        const CharacterPlaces& place = places[static_cast<std::size_t>(token.sequence)];
        token.begin = place.byteOf(token.begin);
        token.end = place.byteOf(token.end);
    }
    return tokens;
}

std::string Tokenizer::decode(std::span<const std::int64_t> ids, bool skipSpecial) const {
    std::vector<std::string> tokens;
    for (const std::int64_t id : ids) {
        if (id < 0 || id >= size()) continue;
        const auto token = static_cast<TokenId>(id);
        const std::string* text = m_parts->added.decoded(token);
        if (!text) text = m_parts->model->vocabulary().entry(token);
        if (text && !(skipSpecial && m_parts->added.isSpecial(*text))) tokens.push_back(*text);
    }
    return decodeTokens(m_parts->decoder, std::move(tokens));
}

std::string Tokenizer::readable(std::int64_t id) const {
    const std::optional<std::string> text = entry(id);
    if (!text || m_parts->added.token(static_cast<TokenId>(id))) return text.value_or("");
    const auto has = [&](const auto& is) { return std::any_of(m_parts->decoder.begin(), m_parts->decoder.end(), is); };
    if (has([](const Decoder& step) { return std::holds_alternative<WordPieceDecoder>(step); })) return *text;
    std::string shown;
    if (!has([](const Decoder& step) { return std::holds_alternative<ByteLevelDecoder>(step); })) {
        for (std::size_t at = 0; at < text->size();) {
            const char32_t c = nextCodePoint(*text, at);
            appendUtf8(shown, c == U'\u2581' ? U' ' : c);
        }
        return shown;
    }
    std::string_view bytes = shown = bytesOfVisible(*text);
    std::string spelt;
    for (std::int64_t bad = firstInvalidUtf8(bytes); bad >= 0; bad = firstInvalidUtf8(bytes)) {
        spelt += bytes.substr(0, static_cast<std::size_t>(bad));
        spelt += byteTokenName(static_cast<unsigned char>(bytes[static_cast<std::size_t>(bad)]));
        bytes.remove_prefix(static_cast<std::size_t>(bad) + 1);
    }
    return spelt += bytes;
}

std::optional<std::string> Tokenizer::entry(std::int64_t id) const {
    if (id < 0 || id >= size()) return std::nullopt;
    if (const AddedToken* added = m_parts->added.token(static_cast<TokenId>(id))) return added->content;
    const std::string* text = m_parts->model->vocabulary().entry(static_cast<TokenId>(id));
    return text ? std::optional(*text) : std::nullopt;
}

std::optional<std::int64_t> Tokenizer::idOf(std::string_view entry) const {
    std::optional<TokenId> id = m_parts->added.find(entry);
    if (!id) id = m_parts->model->vocabulary().find(entry);
    return id ? std::optional<std::int64_t>(*id) : std::nullopt;
}

bool Tokenizer::isSpecial(std::int64_t id) const {
    const std::optional<std::string> text = entry(id);
    return text && m_parts->added.isSpecial(*text);
}

std::int64_t Tokenizer::size() const {
    return static_cast<std::int64_t>(std::max(m_parts->model->vocabulary().idLimit(), m_parts->added.idLimit()));
}

const SpecialIds& Tokenizer::special() const {
    return m_parts->special;
}

} // namespace headscope
