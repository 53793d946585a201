// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/finite_run.h"

#include "core/model/finite.h"

namespace headscope {
namespace {

Error damaged(const OpenedModel& opened, const std::string& where, const std::stop_token& stop) {
    if (!opened.learning.empty())
        return {ErrorCode::Input, "training",
                "the numbers have grown beyond what can be computed with in " + where +
                    "; go back to an earlier step and take a smaller learning rate"};
    if (const Status tensors = checkTensors(opened.folder, stop); !tensors) return tensors.error();
    return {ErrorCode::Input, opened.folder,
            "its numbers grow beyond what can be computed with in " + where +
                ", though every weight is finite; do weights and config.json belong together?"};
}

} // namespace

Status checkFinite(const OpenedModel& opened, const ModelTrace& trace, std::stop_token stop) {
    const std::optional<std::string> where = firstNotFinite(trace);
    return where ? Status(damaged(opened, *where, stop)) : Status();
}

Result<Matrix> finiteLogits(const ModelRun& run, std::span<const Index> rows, std::stop_token stop) {
    Result<Matrix> out = logits(*run.trace, rows, stop);
    if (!out || allFinite({out->data(), static_cast<std::size_t>(out->size())})) return out;
    return damaged(*run.opened, "the output head", stop);
}

} // namespace headscope
