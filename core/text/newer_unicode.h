// SPDX-License-Identifier: GPL-3.0-or-later
// Where versions of Unicode differ: an ICU may be older than the library `tokenizers`, and some of the library's tables
// are much older than any ICU.
#pragma once

#include "core/text/unicode.h"

namespace headscope {

/// The category of a character that came with Unicode 15.1 or 16, for an ICU that does not know it; 0 for others.
Categories newerCategory(char32_t c);
/// Its lower case (as far as Unicode 17); the character itself where it has none.
char32_t newerLower(char32_t c);
/// The category that a character had in this version of Unicode and lost later; 0 where it never changed.
Categories formerCategory(char32_t c, int version);

} // namespace headscope
