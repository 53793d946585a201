// SPDX-License-Identifier: GPL-3.0-or-later
// The values of options, read strictly and the same in every locale. Each function gives a Usage error without a place
// (the caller knows the option) for text that is not wholly the value asked for.
#pragma once

#include "core/base/result.h"
#include "core/session/names.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headscope {

Error usage(std::string detail);

/// A whole number from `least` to `most`.
Result<std::int64_t> parseInteger(std::string_view text, std::int64_t least, std::int64_t most);
/// A seed: any number of 64 bits.
Result<std::uint64_t> parseSeed(std::string_view text);
/// A finite number from `least` (or above it, when `open`) to `most`.
Result<double> parseNumber(std::string_view text, double least, double most, bool open = false);
/// "0,3,5": numbers from 0.
Result<std::vector<int>> parsePositions(std::string_view text);
/// "1200x800": two numbers above 0.
Result<std::pair<double, double>> parseSize(std::string_view text, bool whole);
/// The parts between commas, at least one; none may be empty.
Result<std::vector<std::string>> parseList(std::string_view text);

/// What an unknown word is answered with: it and the known ones.
Error unknownWord(std::string_view word, const std::string& known);

/// The value that a word of the command line and the files stands for.
template <class E> Result<E> parseWord(std::string_view text) {
    if (const std::optional<E> value = fromWord<E>(text)) return *value;
    return unknownWord(text, listWords<E>());
}

} // namespace headscope
