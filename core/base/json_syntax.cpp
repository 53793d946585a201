// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_syntax.h"

#include <algorithm>

namespace headscope {

Error jsonSyntaxError(std::string_view text, std::size_t byte) {
    if (byte > text.size()) // the parser counts the end as one more
        return {ErrorCode::Input, "", "the file ends in the middle; it was cut off or not written completely"};
    const std::string_view before = text.substr(0, byte > 0 ? byte - 1 : 0);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const std::size_t lineStart = before.rfind('\n') + 1; // npos + 1 = 0: the first line
    return {ErrorCode::Input, "",
            "this is not valid JSON: line " + std::to_string(lines + 1) + ", byte " +
                std::to_string(before.size() - lineStart + 1) + " cannot be read"};
}

Status checkJsonStart(std::string_view text) {
    if (text.empty()) return Error{ErrorCode::Input, "", "the file is empty"};
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) return jsonSyntaxError(text, nul + 1);
    return {};
}

} // namespace headscope
