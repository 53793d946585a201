// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/values.h"

#include "core/base/plain_number.h"

#include <algorithm>
#include <charconv>
#include <climits>
#include <cmath>

namespace headscope {

namespace {

template <class T> bool readWhole(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

} // namespace

Error usage(std::string detail) {
    return {ErrorCode::Usage, "", std::move(detail)};
}

Result<std::int64_t> parseInteger(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    if (readWhole(text, value) && value >= least && value <= most) return value;
    return usage(quoted(text) + " is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

Result<std::uint64_t> parseSeed(std::string_view text) {
    std::uint64_t value = 0;
    if (readWhole(text, value)) return value;
    return usage(quoted(text) + " is not a whole number from 0 to " + std::to_string(UINT64_MAX));
}

Result<double> parseNumber(std::string_view text, double least, double most, bool open) {
    double value = 0;
    if (readWhole(text, value) && std::isfinite(value) && value >= least && value <= most && !(open && value == least))
        return value;
    return usage(quoted(text) + " is not a number " + (open ? "above " : "from ") + plainNumber(least) +
                 (open ? " and up to " : " to ") + plainNumber(most));
}

Result<std::vector<std::string>> parseList(std::string_view text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == ',')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    if (std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); }))
        return usage(quoted(text) + " has an empty part; write parts with a comma between them");
    return parts;
}

Result<std::vector<int>> parsePositions(std::string_view text) {
    const Result<std::vector<std::string>> parts = parseList(text);
    if (!parts.ok()) return parts.error();
    std::vector<int> positions;
    for (const std::string& part : *parts) {
        const Result<std::int64_t> position = parseInteger(part, 0, INT_MAX);
        if (!position.ok()) return position.error();
        positions.push_back(static_cast<int>(*position));
    }
    return positions;
}

Result<std::pair<double, double>> parseSize(std::string_view text, bool whole) {
    constexpr double most = 1'000'000;
    const std::size_t cross = text.find('x');
    if (cross == std::string_view::npos)
        return usage(quoted(text) + " is not of the form WIDTHxHEIGHT, for example 1200x800");
    double sides[2] = {};
    const std::string_view parts[2] = {text.substr(0, cross), text.substr(cross + 1)};
    for (int i = 0; i < 2; ++i) {
        const Result<double> side = parseNumber(parts[i], 0, most, true);
        if (!side.ok()) return side.error();
        if (whole && *side != std::floor(*side)) return usage(quoted(parts[i]) + " is not a whole number of pixels");
        sides[i] = *side;
    }
    return std::pair(sides[0], sides[1]);
}

Error unknownWord(std::string_view word, const std::string& known) {
    return usage("unknown value " + quoted(word) + "; known: " + known);
}

} // namespace headscope
