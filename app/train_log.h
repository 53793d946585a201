// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/descriptor.h"
#include "core/train/trainer.h"

#include <string>

namespace headscope {

/// The file of --log: one JSON line a step, there as soon as the step is made, so that others can follow it.
class TrainLog {
public:
    /// Writes nothing when `path` is empty. A resumed run's lines come below those that are there. Io error.
    static Result<TrainLog> open(const std::string& path, bool resume);
    Status add(const TrainStep& step, double seconds);

private:
    std::string m_path;
    Descriptor m_file;
};

} // namespace headscope
