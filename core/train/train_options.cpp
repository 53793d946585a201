// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/train_options.h"

#include "core/base/memory.h"
#include "core/base/plain_number.h"
#include "core/train/word_task.h"

#include <cmath>

namespace headscope {
namespace {

constexpr int mostLayers = 4096;
constexpr int mostOfSize = 1 << 24;

Error usageAt(std::string option, std::string detail) {
    return {ErrorCode::Usage, std::move(option), std::move(detail)};
}

std::string listOfTasks() {
    std::string list;
    for (const Task* task : tasks()) list.append(list.empty() ? "" : ", ").append(task->name());
    return list;
}

Status checkRange(const char* option, int value, int least, int most) {
    if (value >= least && value <= most) return {};
    return usageAt(option,
                   std::to_string(value) + " cannot be; from " + std::to_string(least) + " to " + std::to_string(most));
}

/// Numbers of the weights, roughly and without overflow.
double estimateParameters(const ModelConfig& c) {
    const double d = c.dModel, cross = c.kind == ModelKind::EncoderDecoder ? 4 : 0;
    const double blocks = 12.0 * c.encoder.layers + (12.0 + cross) * c.decoder.layers;
    return d * (blocks * d + c.vocabulary + 2.0 * c.maxPositions);
}

StackConfig stackOf(const TrainOptions& o, bool causal) {
    StackConfig stack;
    stack.layers = o.layers;
    AttentionConfig& a = stack.attention;
    a.dModel = o.dModel;
    a.heads = a.kvHeads = o.heads;
    a.dK = a.dV = o.dModel / o.heads;
    a.bias = true;
    stack.feedForward = 4 * o.dModel;
    stack.causal = causal;
    return stack;
}

void shapeAsGpt2(const TrainOptions& o, ModelConfig& c) {
    c.family = "gpt2";
    c.familyName = "GPT-2";
    c.decoder = stackOf(o, true);
    c.normPlace = NormPlace::Before;
    c.finalNorm = true;
    c.normEps = 1e-5;
    c.activation = Activation::GeluTanh;
    c.special.bos = kBeginId;
    c.special.eos = {kEndId};
}

void shapeAsBert(const TrainOptions& o, ModelConfig& c) {
    c.family = "bert";
    c.familyName = "BERT";
    c.encoder = stackOf(o, false);
    c.tokenTypes = 2;
    c.embeddingNorm = true;
    c.special.cls = kBeginId;
    c.special.sep = kEndId;
    c.special.mask = kMaskId;
}

void shapeAsBart(const TrainOptions& o, ModelConfig& c) {
    c.family = "bart";
    c.familyName = "BART";
    c.encoder = stackOf(o, false);
    c.decoder = stackOf(o, true);
    c.positionOffset = 2;
    c.embeddingNorm = true;
    c.normEps = 1e-5;
    c.decoderStart = kBeginId;
    c.special.bos = kBeginId;
    c.special.eos = {kEndId};
}

} // namespace

TrainOptions defaultOptions(const Task& task) {
    const TaskDefaults d = task.defaults();
    return {std::string(task.name()), 0, d.layers, d.heads, d.dModel, d.batch, d.length, d.rate, {}};
}

Result<const Task*> taskOf(const std::string& name) {
    if (const Task* task = findTask(name)) return task;
    return usageAt("task", "there is no task \"" + name + "\"; known are " + listOfTasks());
}

Status checkOptions(const Task& task, const TrainOptions& o) {
    for (const Status& s :
         {checkRange("--layers", o.layers, 1, mostLayers), checkRange("--heads", o.heads, 1, mostOfSize),
          checkRange("--d-model", o.dModel, 1, mostOfSize / 4), checkRange("--batch", o.batch, 1, mostOfSize),
          checkRange("--length", o.length, 1, mostOfSize)})
        if (!s) return s;
    if (o.dModel % o.heads != 0)
        return usageAt("--heads", std::to_string(o.heads) + " heads cannot share --d-model " +
                                      std::to_string(o.dModel) + " evenly; choose a divisor of it");
    if (o.length < task.shortest())
        return usageAt("--length", std::to_string(o.length) + " holds no example of " + std::string(task.name()) +
                                       "; it needs at least " + std::to_string(task.shortest()));
    if (!std::isfinite(o.rate) || o.rate <= 0)
        return usageAt("--rate", plainNumber(o.rate) + " is not a number above 0");
    for (const HeadPlace& place : o.without)
        if (Status s = checkHead(trainedShape(task, o), place); !s) return s;
    // Weights twice, two moments and the gradients of every group.
    constexpr double trees = 13;
    const double bytes = trees * sizeof(Scalar) * estimateParameters(trainedShape(task, o));
    return checkMemory(bytes, std::string(task.name()), "the training",
                       "choose fewer --layers, a smaller --d-model or a shorter --length");
}

ModelConfig trainedShape(const Task& task, const TrainOptions& o) {
    ModelConfig c;
    c.kind = task.kind();
    c.dModel = c.embeddingWidth = o.dModel;
    c.vocabulary = static_cast<int>(task.vocabulary().size());
    c.maxPositions = task.positions(o.length);
    c.special.pad = kPadId;
    switch (c.kind) {
    case ModelKind::Decoder:
        shapeAsGpt2(o, c);
        break;
    case ModelKind::Encoder:
        shapeAsBert(o, c);
        break;
    case ModelKind::EncoderDecoder:
        shapeAsBart(o, c);
        break;
    }
    return c;
}

} // namespace headscope
