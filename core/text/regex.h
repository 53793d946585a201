// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/text/aligned_text.h"

#include <memory>
#include <string_view>
#include <vector>

namespace headscope {

struct RegexProgram;

/// A regular expression as tokenizers write them: Oniguruma's syntax without captures that are read back. It backtracks
/// like the library's engine, so that the first alternative that fits wins, but on a stack of its own, and it gives up
/// with an error where a pattern needs far more steps than the text has characters. Our own, because the tables of
/// characters decide where words end: they must be the ones that the other steps use.
class Regex {
public:
    /// Input error with the place in the pattern for wrong or unknown syntax.
    static Result<Regex> compile(std::string_view pattern);
    /// Matches the text itself.
    static Regex literal(std::string_view text);

    /// All matches from the left, without overlap, as ranges of bytes; an empty match that touches the one before it is
    /// none. Input error where the pattern needs too many steps.
    Result<std::vector<ByteRange>> findAll(std::string_view text) const;

private:
    explicit Regex(std::shared_ptr<const RegexProgram> program) : m_program(std::move(program)) {}
    std::shared_ptr<const RegexProgram> m_program;
};

} // namespace headscope
