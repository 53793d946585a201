// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/unknown_words.h"

#include <algorithm>

namespace headscope {

double unknownShare(const ModelRun& run) {
    const auto unknown = run.opened->tokenizer->special().unk;
    std::ptrdiff_t typed = 0, strange = 0;
    for (const auto* tokens : {&run.tokens, &run.tokens2}) {
        typed +=
            std::ranges::count_if(*tokens, [](const Token& token) { return token.begin >= 0 && token.sequence >= 0; });
        strange += std::ranges::count_if(*tokens, [&](const Token& token) { return unknown && token.id == *unknown; });
    }
    return typed > 0 ? static_cast<double>(strange) / static_cast<double>(typed) : 0;
}

} // namespace headscope
