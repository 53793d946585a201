// SPDX-License-Identifier: GPL-3.0-or-later
// What a trained model's folder holds beside the model: train.json and optimizer.safetensors.
#pragma once

#include "core/io/file_group.h"
#include "core/train/optimizer.h"
#include "core/train/self_test.h"
#include "core/train/train_options.h"

#include <string>

namespace headscope {

/// One step's outcome, on the examples it has just learned from (before learning).
struct TrainStep {
    std::int64_t step = 0; ///< steps made so far, this one included
    double loss = 0;       ///< mean cross-entropy of the targets, in nats
    double accuracy = 0;   ///< share of the targets that were the most probable token
};

/// What train.json says.
struct TrainRecord {
    TrainOptions options;
    TrainStep reached;
};

/// Io error where there is no folder or file, Input error naming file and key for what save() did not write.
Result<TrainRecord> readTrainRecord(const std::string& folder);
/// Whether the folder holds a train.json, readable or not.
bool isTrainedFolder(const std::string& folder);

/// Weights and what AdamW remembers, as numbers of 32 bits: all that going on needs but for the options. They stand in
/// one file, which is replaced as a whole, so they always belong together.
struct TrainState {
    Parameters weights;
    OptimizerState optimizer;
};

/// What train.json also says of a model that is done.
struct FinishedNotes {
    std::string command;        ///< that makes it
    std::int64_t sentences = 0; ///< unseen ones, from this seed, the accuracy is that on
    std::uint64_t seed = 0;
    double accuracy = 0;
    std::optional<double> best;
    std::vector<SelfTest> selfTests;
};
/// Adds train.json of a model that is done.
Status addFinished(const TrainRecord& record, const FinishedNotes& notes, FileGroup& files);

/// Adds a file of nothing but weights.
Status addWeights(const std::string& name, const Parameters& weights, FileGroup& files);
/// Into weights that have the shape already. Io or Input error naming what is missing or has another shape.
Status readWeights(const std::string& path, Parameters& weights);

/// Adds train.json and optimizer.safetensors.
Status addCheckpoint(const TrainRecord& record, const TrainState& state, FileGroup& files);
/// Where addCheckpoint() puts the state.
std::string checkpointFile(const std::string& folder);
/// Into a state that has the shape already. Input error naming the tensor that is missing or has another shape.
Status readCheckpoint(const std::string& folder, TrainState& state);

} // namespace headscope
