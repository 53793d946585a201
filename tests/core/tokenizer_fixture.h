// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/tokenizer_texts.h"
#include "tests/core/io_fixture.h"

#include <zlib.h>

namespace headscope::test {

/// What is in a golden file that zlib has packed.
inline std::string inflatedGolden(const std::string& name) {
    const std::string packed = readBytes(golden(name));
    std::string text(std::size_t{1} << 22, '\0');
    auto size = static_cast<uLongf>(text.size());
    const int result = uncompress(reinterpret_cast<Bytef*>(text.data()), &size,
                                  reinterpret_cast<const Bytef*>(packed.data()), static_cast<uLong>(packed.size()));
    EXPECT_EQ(result, Z_OK) << name;
    text.resize(size);
    return text;
}

inline Result<TokenizerPtr> tokenizerOf(const std::string& json) {
    TokenizerTexts texts;
    texts.tokenizerJson = json;
    return makeTokenizer(texts);
}

} // namespace headscope::test
