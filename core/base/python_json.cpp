// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/python_json.h"

#include <string_view>

namespace headscope {

void replaceNotNumbers(std::string& json) {
    bool inString = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (inString && json[i] == '\\') {
            ++i;
        } else if (json[i] == '"') {
            inString = !inString;
        } else if (!inString) {
            for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
                if (json.compare(i, word.size(), word) != 0) continue;
                json.replace(i, word.size(), "null" + std::string(word.size() > 4 ? word.size() - 4 : 0, ' '));
                i += 3;
                break;
            }
        }
    }
}

} // namespace headscope
