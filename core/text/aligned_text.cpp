// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/aligned_text.h"

#include "core/text/unicode.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace headscope {
namespace {

std::uint32_t narrow(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

} // namespace

AlignedText::AlignedText(std::string_view typed) : m_text(typed), m_source{0, narrow(typed.size())} {
    m_origins.reserve(typed.size());
    for (std::size_t at = 0; at < typed.size();) {
        const std::size_t begin = at;
        nextCodePoint(typed, at);
        m_origins.insert(m_origins.end(), at - begin, {narrow(begin), narrow(at)});
    }
}

ByteRange AlignedText::typed(std::uint32_t begin, std::uint32_t end) const {
    if (begin == end) return {m_source.begin + begin, m_source.begin + end};
    if (begin > end || end > m_origins.size()) return {begin, end};
    return {m_origins[begin].begin, m_origins[end - 1].end};
}

AlignedText AlignedText::slice(std::uint32_t begin, std::uint32_t end) const {
    AlignedText piece;
    piece.m_text = m_text.substr(begin, end - begin);
    piece.m_origins.assign(m_origins.begin() + begin, m_origins.begin() + end);
    piece.m_source = typed(begin, end);
    return piece;
}

void AlignedText::transform(const std::vector<Change>& changes, std::size_t removed) {
    // Characters that were added to the very beginning come from nowhere and are no part of "all" to the library.
    const auto first = std::find_if(m_origins.begin(), m_origins.end(),
                                    [](const ByteRange& origin) { return origin.begin != origin.end; });
    const auto begin =
        first == m_origins.end() ? m_origins.size() : static_cast<std::size_t>(first - m_origins.begin());
    transformRange({narrow(begin), narrow(m_text.size())}, changes, removed);
}

void AlignedText::transformRange(ByteRange range, const std::vector<Change>& changes, std::size_t removed) {
    std::size_t at = range.begin; // behind the old characters that are used up
    const auto useUp = [&](std::size_t count) {
        for (; count > 0 && at < range.end; --count) nextCodePoint(m_text, at);
    };
    useUp(removed);
    std::string text = m_text.substr(0, range.begin);
    std::vector<ByteRange> origins(m_origins.begin(), m_origins.begin() + range.begin);
    text.reserve(m_text.size());
    origins.reserve(m_text.size());
    for (const Change& change : changes) {
        ByteRange origin{m_source.begin, m_source.begin};
        if (change.change <= 0 && !m_origins.empty())
            origin = m_origins[std::min(at, m_origins.size() - 1)];
        else if (change.change > 0 && at > 0)
            origin = m_origins[at - 1];
        if (change.change <= 0) useUp(1 + static_cast<std::size_t>(-change.change));
        appendUtf8(text, change.character);
        origins.insert(origins.end(), utf8Length(change.character), origin);
    }
    text.append(m_text, range.end);
    origins.insert(origins.end(), m_origins.begin() + range.end, m_origins.end());
    m_text = std::move(text);
    m_origins = std::move(origins);
}

void AlignedText::filter(const std::function<bool(char32_t)>& keep) {
    std::vector<Change> changes;
    changes.reserve(m_text.size());
    std::size_t leading = 0;
    bool all = true;
    for (std::size_t at = 0; at < m_text.size();) {
        const char32_t c = nextCodePoint(m_text, at);
        if (keep(c)) {
            changes.push_back({c, 0});
            continue;
        }
        all = false;
        if (changes.empty())
            ++leading;
        else
            --changes.back().change;
    }
    if (!all) transform(changes, leading);
}

void AlignedText::map(const std::function<char32_t(char32_t)>& to) {
    std::vector<Change> changes;
    changes.reserve(m_text.size());
    bool changed = false;
    for (std::size_t at = 0; at < m_text.size();) {
        const char32_t c = nextCodePoint(m_text, at);
        changes.push_back({to(c), 0});
        changed |= changes.back().character != c;
    }
    if (changed) transform(changes);
}

void AlignedText::prepend(std::string_view added) {
    if (m_text.empty() || added.empty()) return;
    std::vector<Change> changes;
    for (std::size_t at = 0; at < added.size();) changes.push_back({nextCodePoint(added, at), changes.empty() ? 0 : 1});
    std::size_t end = 0;
    const char32_t first = nextCodePoint(m_text, end);
    changes.push_back({first, 1});
    transformRange({0, narrow(end)}, changes, 0);
}

void AlignedText::replace(const std::vector<ByteRange>& ranges, std::string_view content) {
    if (ranges.empty()) return;
    std::string text;
    std::vector<ByteRange> origins;
    text.reserve(m_text.size());
    origins.reserve(m_text.size());
    std::uint32_t kept = 0;
    const auto keepUntil = [&](std::uint32_t end) {
        text.append(m_text, kept, end - kept);
        origins.insert(origins.end(), m_origins.begin() + kept, m_origins.begin() + end);
    };
    for (const ByteRange& range : ranges) {
        keepUntil(range.begin);
        const ByteRange origin = range.end > 0 ? m_origins[range.end - 1] : ByteRange{m_source.begin, m_source.begin};
        text += content;
        origins.insert(origins.end(), content.size(), origin);
        kept = range.end;
    }
    keepUntil(narrow(m_text.size()));
    m_text = std::move(text);
    m_origins = std::move(origins);
}

void AlignedText::strip(bool left, bool right) {
    std::size_t begin = 0;
    std::size_t leading = 0;
    for (std::size_t at = 0; left && at < m_text.size(); ++leading) {
        if (!isWhiteSpace(nextCodePoint(m_text, at))) break;
        begin = at;
    }
    std::size_t end = m_text.size();
    while (right && end > begin) {
        const std::size_t before = codePointBefore(m_text, end);
        std::size_t at = before;
        if (!isWhiteSpace(nextCodePoint(m_text, at))) break;
        end = before;
    }
    if (begin == 0 && end == m_text.size()) return;
    std::vector<Change> changes;
    for (std::size_t at = begin; at < end;) changes.push_back({nextCodePoint(m_text, at), 0});
    transform(changes, leading);
}

} // namespace headscope
