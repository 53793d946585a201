// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// A range of bytes, the end not in it.
struct ByteRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// One character of a changed text and what became of the old ones: 0 it stands for one old character, 1 it was added
/// after the character before it, −n it stands for one and the n old ones after it are gone.
struct Change {
    char32_t character = 0;
    int change = 0;
};

/// A piece of the typed text while it is normalized and split: what it has become, and for every byte of that the range
/// in the typed text it comes from. The ranges follow the rules of the library `tokenizers`, where an added
/// character takes the range of the one before it.
class AlignedText {
public:
    explicit AlignedText(std::string_view typed);

    const std::string& text() const { return m_text; }
    bool empty() const { return m_text.empty(); }
    /// Which part of the typed text the piece was cut from.
    ByteRange source() const { return m_source; }
    /// Where bytes [begin, end) of text() come from; an empty range is counted from the piece's source.
    ByteRange typed(std::uint32_t begin, std::uint32_t end) const;

    AlignedText slice(std::uint32_t begin, std::uint32_t end) const;

    /// All of the text becomes `changes`; the first `removed` characters have gone without one to stand for them.
    void transform(const std::vector<Change>& changes, std::size_t removed = 0);
    void filter(const std::function<bool(char32_t)>& keep);
    void map(const std::function<char32_t(char32_t)>& to);
    void prepend(std::string_view added);
    /// Every range (ascending, of text()) becomes `content`.
    void replace(const std::vector<ByteRange>& ranges, std::string_view content);
    void strip(bool left, bool right);

private:
    AlignedText() = default;
    void transformRange(ByteRange range, const std::vector<Change>& changes, std::size_t removed);

    std::string m_text;
    std::vector<ByteRange> m_origins; ///< one for each byte of m_text
    ByteRange m_source;
};

} // namespace headscope
