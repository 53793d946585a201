// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/model/model_config.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// Which examples: no text is in both, so that accuracy is measured on what was never trained on.
enum class TaskPart { Train, Unseen };

/// One text of a task with what is to be learned of it.
struct TaskExample {
    std::vector<int> ids;        ///< [n] of the encoder or the only stack, special tokens included
    std::vector<int> decoderIds; ///< [n_decoder] with the start token; encoder–decoders only
    /// Of the stack that the output head reads: the id that is to be predicted at each position, −1 where nothing is
    /// asked. Shifted already: a decoder's targets[i] is what comes after position i.
    std::vector<int> targets;
};

/// Sizes that the task learns well with; every one can be changed.
struct TaskDefaults {
    int layers = 2; ///< of each stack
    int heads = 4;
    int dModel = 64;
    int batch = 32;
    int length = 16; ///< tokens of an example at most, special ones included (of the longer side)
    int steps = 1000;
    double rate = 1e-3; ///< the learning rate after warm-up
};

/// Something to learn: a generator of texts with targets, and the words it is written in.
class Task {
public:
    virtual ~Task() = default;
    virtual std::string_view name() const = 0; ///< of the command line: "induction"
    /// One sentence: what the heads have to find out.
    virtual std::string_view discovery() const = 0;
    virtual ModelKind kind() const = 0;
    virtual TaskDefaults defaults() const = 0;
    /// The shortest `length` that can hold an example.
    virtual int shortest() const = 0;
    /// How many positions examples of that length take at most.
    virtual int positions(int length) const { return length; }
    /// Entry i is token id i: pad 0, unk 1, begin 2, end 3, mask 4, then the words.
    virtual const std::vector<std::string>& vocabulary() const = 0;
    /// tokenizer.json for that vocabulary; the text of an example gives the example's ids.
    virtual std::string tokenizerJson() const = 0;
    /// tokenizer_config.json beside it: without it transformers' AutoTokenizer takes another tokenizer of the family.
    virtual std::string tokenizerConfigJson() const = 0;
    /// The next one of a stream: the same generator state gives the same example. length ≥ shortest(); at most
    /// positions(length) tokens.
    virtual TaskExample example(Rng& rng, int length, TaskPart part) const = 0;
    /// What a person types for it, and for encoder–decoders what the decoder has so far (text2), without special
    /// tokens.
    virtual std::string text(const TaskExample& example) const = 0;
    virtual std::optional<std::string> text2(const TaskExample&) const { return std::nullopt; }
    /// The accuracy nobody can exceed over these examples, where the generator leaves a free choice.
    virtual std::optional<double> best(std::span<const TaskExample>) const { return std::nullopt; }
};

/// All thirteen, in the order of the command line's list.
std::span<const Task* const> tasks();
/// Null for an unknown name.
const Task* findTask(std::string_view name);

} // namespace headscope
