// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/collect.h"

#include "core/base/memory.h"
#include "core/sources/designs.h"

#include <utility>

namespace headscope {

Result<HeadCollector> beginCollecting(const Analysis& a, std::vector<std::shared_ptr<const KeySets>> promised) {
    const Index queries = std::ssize(a.queries), keys = std::ssize(a.keys);
    if (Status status = checkMemory(HeadCollector::bytesFor(queries, keys, a.config.heads), "memory",
                                    "a picture of " + std::to_string(a.config.heads) + " heads and " +
                                        std::to_string(queries) + " tokens");
        !status)
        return status.error();
    return HeadCollector(
        a.allowed, a.config.heads, {promisedKeys(Design::Same, a.queries, a.keys), !a.cross}, std::move(promised),
        {hiddenKeys(a.keys, HiddenTokens::Special), hiddenKeys(a.keys, HiddenTokens::SpecialAndFirst)});
}

void takeCollected(HeadCollector& collector, Analysis& a) {
    collector.finish();
    a.measures = std::move(collector.measures);
    a.pictures = std::move(collector.pictures);
    a.links = std::move(collector.links);
}

} // namespace headscope
