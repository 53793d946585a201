// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/model_examples.h"

#include "core/train/task_examples.h"

#include <algorithm>
#include <utility>

namespace headscope {
namespace {

/// The mask as it is typed, where the model has one.
std::optional<std::string> maskOf(const OpenedModel& opened) {
    const auto id = opened.tokenizer->special().mask;
    return id ? opened.tokenizer->entry(*id) : std::nullopt;
}

std::vector<Example> forEncoder(const OpenedModel& opened) {
    std::vector<Example> all;
    const std::optional<std::string> mask = maskOf(opened);
    if (mask && opened.model->hasHead()) {
        const std::string& open = *mask;
        all = {{"A word left open", "The capital of France is " + open + ".", {}},
               {"A verb left open", "The animal didn't " + open + " the street because it was too tired.", {}},
               {"Two words left open", "The old " + open + " was so tired that it " + open + " all day.", {}},
               {"A pair, a word left open", "Where does the black cat sleep?", "The cat sleeps on the " + open + "."}};
    }
    all.push_back({"A pair: question and answer", "Where did the black cat sleep?", "It slept on the red sofa."});
    all.push_back(
        {"A pair: the same said twice", "A man is playing the guitar.", "Somebody is making music on a guitar."});
    return all;
}

std::vector<Example> forDecoder() {
    return {{"A story to continue", "Once upon a time, in a village by the sea, there lived", {}},
            {"A fact to continue", "The capital of France is", {}},
            {"A list to continue", "Monday, Tuesday, Wednesday,", {}},
            {"A name said before",
             "Ada Marsh keeps the lighthouse. Ben Holm cooks for the ship. When the ship comes in, Ada",
             {}},
            {"Who is meant", "Anna and Tom sat by the river, and Tom gave the last apple to", {}},
            {"Code to continue", "def add(a, b):\n    return", {}}};
}

std::vector<Example> forEncoderDecoder(const OpenedModel& opened) {
    const std::string cat = "The black cat sleeps on the red sofa.";
    // T5 was trained to be told what is wanted.
    if (opened.model->config.family == "t5")
        return {{"A translation", "translate English to German: " + cat, {}},
                {"A translation, begun", "translate English to German: " + cat, "Die schwarze Katze"},
                {"A summary",
                 "summarize: The piano came with the sea in November. It had no strings left. Three fishermen and a "
                 "mule carried it up the path, and it stood in the kitchen for nine years.",
                 {}}};
    if (const std::optional<std::string> mask = maskOf(opened))
        return {{"A word left open", "The black " + *mask + " sleeps on the red sofa.", {}},
                {"A word left open, begun", "The black " + *mask + " sleeps on the red sofa.", "The black"}};
    return {{"A sentence to translate", cat, {}},
            {"Names that stay", "Anna Holm moved from Oslo to Paris in 1969.", {}},
            {"A translation, begun", "Anna Holm moved from Oslo to Paris in 1969.", "Anna Holm"}};
}

/// What the tokenizer makes of both texts; nothing where the model cannot read that much, or nothing of it.
std::optional<std::vector<Token>> tokensOf(const OpenedModel& opened, const Example& example) {
    const Tokenizer& tokenizer = *opened.tokenizer;
    const ModelConfig& config = opened.model->config;
    const bool pair = example.text2 && config.kind == ModelKind::Encoder;
    const Result<std::vector<Token>> tokens =
        pair ? tokenizer.encodePair(example.text, *example.text2) : tokenizer.encode(example.text);
    const bool fits =
        tokens && !tokens->empty() && (config.maxPositions == 0 || std::ssize(*tokens) <= config.maxPositions);
    return fits ? std::optional(*tokens) : std::nullopt;
}

bool isKnown(const std::vector<Token>& tokens, const Tokenizer& tokenizer) {
    const auto unknown = tokenizer.special().unk;
    return std::ranges::none_of(tokens, [&](const Token& token) { return unknown && token.id == *unknown; });
}

/// Of a model that we have trained; none of another.
std::vector<Example> forTrained(const OpenedModel& opened) {
    const Task* task = taskOf(opened);
    if (!task || task->kind() != opened.model->config.kind) return {};
    const int most = opened.model->config.maxPositions;
    const int length = most - (task->positions(most) - most); // what comes on top of it has its place, too
    if (length < task->shortest()) return {};
    std::vector<Example> all = taskExamples(*task, length);
    // A folder's tokenizer can be another one by now.
    std::erase_if(all, [&](const Example& example) {
        const auto tokens = tokensOf(opened, example);
        return !tokens || !isKnown(*tokens, *opened.tokenizer);
    });
    return all;
}

std::vector<Example> forKind(const OpenedModel& opened) {
    switch (opened.model->config.kind) {
    case ModelKind::Encoder:
        return forEncoder(opened);
    case ModelKind::Decoder:
        return forDecoder();
    case ModelKind::EncoderDecoder:
        break;
    }
    return forEncoderDecoder(opened);
}

} // namespace

std::vector<Example> examplesFor(const OpenedModel& opened) {
    std::vector<Example> fitting = forTrained(opened);
    if (fitting.empty()) fitting = forKind(opened);
    std::erase_if(fitting, [&](const Example& example) { return !tokensOf(opened, example); });
    for (const Example& example : examples()) {
        if (example.text2) continue;
        const auto tokens = tokensOf(opened, example);
        if (tokens && isKnown(*tokens, *opened.tokenizer)) fitting.push_back(example);
    }
    return fitting;
}

} // namespace headscope
