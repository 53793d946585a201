// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/analyze.h"

#include <functional>
#include <optional>
#include <span>

namespace headscope {

/// A token that a model would put somewhere.
struct Prediction {
    std::int64_t id = 0;
    std::string text; ///< as the tokenizer decodes it alone; "id 55" where it has no entry for the id
    double probability = 0;
};

/// What stands at a mask, or comes after a token.
struct PositionPrediction {
    Index position = 0;                  ///< of the mask, or of the token whose successor is predicted
    std::vector<Prediction> predictions; ///< the most probable first
};

/// Where a model has something to say of this text: every mask of an encoder, the last token of a decoder. Usage error
/// for a model without an output head, Input error for an encoder's text without a mask.
Result<std::vector<Index>> predictedPositions(const ModelRun& run);

/// Positions of these queries of a model's picture, in their order, where the output head speaks of them: a decoder
/// predicts what follows (a folded word's last token), an encoder what it would put in their place (the first). None
/// for queries of the encoder of two stacks, and for what nobody typed in an encoder.
std::vector<Index> positionsOf(const Analysis& analysis, std::span<const int> queries);

/// The `top` most probable tokens at each position, softmax over the whole vocabulary. Usage error for a model
/// without an output head; Cancelled.
Result<std::vector<PositionPrediction>> predict(const ModelRun& run, std::span<const Index> positions, int top,
                                                std::stop_token stop = {});

/// One of the run's texts with a token more.
struct FilledText {
    bool second = false; ///< it is the second text
    std::string text;
};

/// Whether a token is text by itself: one that the tokenizer has, not a special one, and no byte of a longer character.
bool isText(const ModelRun& run, std::int64_t id);

/// Whether a token that is predicted at `position` has a place in the text: the range of the token that it replaces was
/// typed and is its own, or it goes behind the last one of a decoder.
bool canFillIn(const ModelRun& run, Index position);

/// The text with token `id` in place of the one at `position` (encoders), or in place of the one after it or behind the
/// last one (all others). Spaces stand where the tokenizer's vocabulary wants them. Nothing for tokens that are no text
/// and where canFillIn() says no.
std::optional<FilledText> fillIn(const ModelRun& run, Index position, std::int64_t id);

/// What a model adds to a text.
struct Continuation {
    std::vector<std::int64_t> ids; ///< without the end token
    std::string text;
    bool full = false; ///< there were fewer than asked for, since the model reads no longer text
    ModelRunPtr run; ///< over the text and all that was added but for the last token
};

/// The most probable token that the model's GenerationRules allow, again and again, `most` times at most, until the end
/// token or the model's last position: what transformers' greedy generate makes for max_new_tokens = most.
/// Decoders and encoder–decoders; Usage error for an encoder. `step` hears how many there are.
Result<Continuation> continueText(const ModelRunPtr& run, int most, std::stop_token stop = {},
                                  const std::function<void(int)>& step = {});

} // namespace headscope
