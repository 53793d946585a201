// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/descriptor.h"
#include "core/train/trainer.h"

#include <string>

namespace headscope {

/// The file of --log: one JSON line a step, there as soon as the step is made, so that others can follow it.
class TrainLog {
public:
    /// A new file; what was there is gone. Writes nothing when `path` is empty. Io error.
    static Result<TrainLog> begin(const std::string& path);
    /// Goes on below the lines up to `step`, with their seconds; later ones, which a crash can leave, go. Io error, and
    /// Input error for a file with other lines, which stays as it is.
    static Result<TrainLog> goOn(const std::string& path, std::int64_t step);
    /// `seconds` since this call of the program.
    Status add(const TrainStep& step, double seconds);

private:
    static Result<TrainLog> open(const std::string& path, int flags);

    std::string m_path;
    Descriptor m_file;
    double m_before = 0; ///< seconds of earlier calls
};

} // namespace headscope
