// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/forward.h"
#include "core/sources/opened_model.h"
#include "core/text/token.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace headscope {

/// One text, or two, on the way through a model: what every layer and head did with it.
struct ModelRun {
    OpenedModelPtr opened;
    std::string text;
    std::optional<std::string> text2;
    std::vector<Token> tokens;  ///< of the only stack, or of the encoder
    std::vector<Token> tokens2; ///< of the decoder, when there are two stacks; its start token first
    bool pair = false;          ///< two texts in one sequence: Token::sequence tells them apart
    ModelTracePtr trace;        ///< null for texts without tokens
    double milliseconds = 0;    ///< the computation's time

    bool empty() const { return !trace; }
};
using ModelRunPtr = std::shared_ptr<const ModelRun>;

/// Encoders read one text or a pair, decoders one, encoder–decoders the first in the encoder and the second (or
/// nothing) after the start token in the decoder. `previous`, a run of the same model or null, saves what did not
/// change. Usage error for a second text that the model cannot take; Input error for more tokens than it has positions, and where a
/// damaged tensor gives numbers that are none;
/// Cancelled.
Result<ModelRunPtr> runModel(const OpenedModelPtr& opened, const std::string& text,
                             const std::optional<std::string>& text2, const ModelRunPtr& previous = {},
                             std::stop_token stop = {});

/// What of a session's second text a model takes: decoders continue one text and leave it aside.
std::optional<std::string> secondTextFor(const ModelConfig& config, const std::optional<std::string>& text2);

/// The sites in their order, the one that is shown first where nothing is asked: self, or cross, encoder, decoder.
std::vector<Site> sitesOf(const ModelConfig& config);

} // namespace headscope
