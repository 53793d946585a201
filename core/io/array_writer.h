// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/array.h"
#include "core/io/safe_file.h"

namespace headscope {

/// A text that travels with arrays: a member of an .npz archive, an entry of safetensors' metadata.
struct NamedText {
    std::string name;
    std::string text;
};

/// Each writes everything into `file` without committing it, array by array as they are produced. False: the file
/// failed (its commit() says why) or a source's sink was told to stop; what was written is of no use then. `goOn` is
/// asked between pieces.
using GoOn = std::function<bool()>;

/// A ZIP archive of stored members: `texts` under their names, then NAME.npy for every array. ZIP64 where needed.
bool writeNpz(SafeFile& file, const std::vector<ArraySource>& arrays, const std::vector<NamedText>& texts,
              const GoOn& goOn);
/// Arrays lie in the order given: 8-byte numbers first keeps all of them aligned. `texts` become `__metadata__`.
bool writeSafetensors(SafeFile& file, const std::vector<ArraySource>& arrays, const std::vector<NamedText>& texts,
                      const GoOn& goOn);
/// {"NAME": nested lists …}; numbers are the shortest that read back the same, NaN and Inf are null, an array
/// without numbers is [].
bool writeJsonArrays(SafeFile& file, const std::vector<ArraySource>& arrays, const GoOn& goOn);

/// Appends the shortest decimal form that reads back as the same float, with a point in every language.
void appendNumber(std::string& text, float value);
void appendNumber(std::string& text, std::int64_t value);

} // namespace headscope
