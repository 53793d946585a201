// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"
#include "core/base/result.h"

#include <span>
#include <string>

namespace headscope {

/// Where an option may be used; a set of these.
enum In : unsigned {
    InWindow = 1,
    InExport = 2,
    InTrace = 4,
    InModels = 8,
    InDownload = 16,
    InPredict = 32,
    InTokenize = 64,
    InTrain = 128,
    InEvaluate = 256,
    InVerbs = InExport | InTrace,
    OnAttention = InWindow | InVerbs,
    OnText = OnAttention | InPredict,
    Everywhere = OnText | InTokenize | InModels | InDownload | InTrain | InEvaluate
};

/// One row of the table that parsing, --help and the man page are made from.
struct Option {
    unsigned where;
    const char* group;    ///< the heading in the help; rows of a group stand together
    const char* name;     ///< "--heads", or two names: "-o, --output"
    const char* argument; ///< what follows, as the help writes it; null: a switch, which also takes =on and =off
    const char* help;
    Status (*set)(Command& command, const std::string& value); ///< Usage error without a place

    bool isCalled(std::string_view word) const;
};

std::span<const Option> options();
/// Groups of options that only the sandbox has.
extern const char* const sandboxDials;
extern const char* const sandboxVectors;

/// A verb of the program, in this version or a later one.
struct VerbInfo {
    const char* name;
    std::optional<Verb> verb; ///< empty: not in this version
    const char* help;
};
std::span<const VerbInfo> verbs();
unsigned placeOf(Verb verb);

} // namespace headscope
