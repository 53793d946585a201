// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// The code points of a text without regard to case (Unicode simple case folding). What is not UTF-8 becomes U+FFFD.
std::u32string folded(std::string_view utf8);

/// What a word's spelling consists of, as hashes, ascending, each once: its beginnings of 1 … 6 characters and its
/// pairs of neighbouring characters, without regard to case. Words that begin alike share most of them.
std::vector<std::uint64_t> spellingParts(std::string_view word);

/// How alike two spellings are: shared parts ÷ √(product of both counts), 0 … 1. Both as from spellingParts.
double alikeness(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b);

} // namespace headscope
