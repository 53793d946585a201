// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/sources/environment.h"

namespace headscope {

/// How the Hugging Face Hub may be spoken to, from the same variables that its own programs read.
struct HubAccess {
    std::string endpoint = "https://huggingface.co"; ///< HF_ENDPOINT, without a slash at the end
    std::string token;                               ///< HF_TOKEN and its relatives; empty: none
    bool offline = false;                            ///< HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE
};

/// $HF_HOME, else $XDG_CACHE_HOME/huggingface, else ~/.cache/huggingface. Empty where there is no home.
std::string hubHome(const Environment& environment);

/// Usage error naming the variable for an endpoint that is no http(s) address and a token with control characters.
Result<HubAccess> hubAccess(const Environment& environment);

/// "ORG/NAME" or "NAME" by the Hub's rules. Usage error that says what is wrong.
Status checkHubName(const std::string& name);

} // namespace headscope
