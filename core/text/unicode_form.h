// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/normalizer.h"

namespace headscope {

/// The version of Unicode whose decompositions and marks the library knows.
inline constexpr int kFormTables = 9;

/// NFC, NFD, NFKC or NFKD of the text (Unicode Standard Annex 15), with the library's way to keep the ranges: what a
/// character is taken apart into stands for it and for additions to it, in the order after sorting the marks.
void transformToForm(AlignedText& text, UnicodeForm form);

} // namespace headscope
