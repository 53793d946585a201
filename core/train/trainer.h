// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/train/checkpoint.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace headscope {

struct TrainerState;

/// A model while it learns. Not for several threads at once.
class Trainer {
public:
    /// Random weights. Usage error for an unknown task and for sizes that cannot work, naming the option.
    static Result<Trainer> begin(const TrainOptions& options);
    /// Goes on, bit for bit, with what save() wrote; where model.safetensors was changed since, with its weights. Io or
    /// Input error for a folder that is not one of ours and where
    /// train.json, config.json and the checkpoint have different shapes.
    static Result<Trainer> resume(const std::string& folder);
    Trainer(Trainer&&) noexcept;
    Trainer& operator=(Trainer&&) noexcept;
    ~Trainer();

    /// One batch: forward, backward, AdamW. Input error when the loss is no number; the weights are then those before
    /// the step. Cancelled when stopped, the same way.
    Result<TrainStep> step(std::stop_token stop = {});
    /// The learning rate from the next step on, above 0.
    void setRate(double rate);
    /// Goes on with these weights, of a model of the same shape. What the optimizer remembers stays; a head that was
    /// kept out and has something to say in these weights is kept out no longer.
    void replace(const Model& model);
    /// Goes back to an earlier step of this run and its weights. What the optimizer remembers is of later steps: it
    /// begins anew, with a warm-up.
    void goBack(const TrainStep& reached, const Model& model);
    /// The head's rows of W_O are 0 from here on, whatever is learned. The model has the head.
    void keepOut(const HeadPlace& place);
    std::int64_t steps() const;
    /// The last step's outcome, also of a run that was resumed.
    const TrainStep& reached() const;
    const TrainOptions& options() const;
    const Task& task() const;
    /// The weights as they are now. Never changes: the next step makes another.
    const ModelPtr& model() const;
    /// Writes a Hugging Face folder (config.json, model.safetensors, tokenizer.json) with train.json and the
    /// optimizer's state: all of it or, where that fails, what was there before. A process that ends in between leaves
    /// a folder that resume() takes, before or behind this step.
    Status save(const std::string& folder) const;
    /// The same for other weights of this run, as goBack() would take them, and without a head as keepOut() would.
    Status saveAt(const std::string& folder, const TrainStep& reached, const Model& model,
                  const std::optional<HeadPlace>& without) const;

private:
    explicit Trainer(std::unique_ptr<TrainerState> state);
    std::unique_ptr<TrainerState> m_state;
};

struct Evaluation {
    std::int64_t sentences = 0;
    double accuracy = 0; ///< share of the targets that were the most probable token
    std::optional<double> best;
};
/// On examples that no training has seen. Usage error for a model that cannot read the task's examples; Input
/// error for one whose loss on them is no number; Cancelled.
Result<Evaluation> evaluate(const ModelPtr& model, const Task& task, int length, std::int64_t sentences,
                            std::uint64_t seed, std::stop_token stop = {});

} // namespace headscope
