// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/train/task.h"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace headscope {

/// What one head reads most strongly in a text.
struct Reading {
    std::string site; ///< "self", "encoder", "decoder", "cross"
    int layer = 0;
    int head = 0;
    Index query = 0;
    Index key = 0;
    double weight = 0;
};

/// A text and what every head of every layer does with it: who opens the model elsewhere can see that it is the same.
struct SelfTest {
    std::string text;
    std::optional<std::string> text2; ///< of encoder–decoders: what the decoder has so far
    std::vector<Reading> readings;
};

/// Of the first `count` unseen examples of the task. Errors are those of forward().
Result<std::vector<SelfTest>> makeSelfTests(const ModelPtr& model, const Task& task, int length, int count,
                                            std::stop_token stop = {});

} // namespace headscope
