// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/tokenizer_parts.h"

#include <string_view>

namespace headscope {

/// Puts the steps that a section of tokenizer.json describes behind those that the parts have; `null` describes none.
/// A Sequence is taken apart. Input error, its place from the section on: an unknown type (with the known ones), a
/// value of the wrong kind, a template that names an unknown token.
Status readNormalizer(std::string_view json, TokenizerParts& parts);
Status readPreTokenizer(std::string_view json, TokenizerParts& parts);
Status readPostProcessor(std::string_view json, TokenizerParts& parts);
Status readDecoder(std::string_view json, TokenizerParts& parts);

} // namespace headscope
