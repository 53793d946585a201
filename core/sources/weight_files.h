// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/tensor_file.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// The tensors of a model's folder, from model.safetensors or the files of model.safetensors.index.json, under the
/// names that a bare model's file has: without a family's prefix, and LayerNorm.gamma and .beta called .weight and
/// .bias.
class WeightFiles {
public:
    struct Tensor {
        const TensorFile* file = nullptr;
        std::string name; ///< in the file
        const TensorInfo* info = nullptr;
    };

    /// Io or Input errors naming the file, also for folders that hold weights in another format only.
    static Result<WeightFiles> open(const std::string& folder, std::string_view prefix);

    /// Null where there is none.
    const Tensor* find(const std::string& name) const;
    std::string place(const Tensor& tensor) const { return tensor.file->path() + ": " + showName(tensor.name); }
    /// Numbers of the floating-point tensors: lists of positions and the like are no parameters.
    std::uint64_t parameters() const { return m_parameters; }
    std::uint64_t bytes() const { return m_bytes; }
    const std::vector<std::string>& notes() const { return m_notes; }
    /// Io error when a file was written to since it was opened.
    Status unchanged() const;

private:
    Status openShards(const std::string& folder);
    void collect(std::string_view prefix);

    std::map<std::string, TensorFile> m_files;
    std::map<std::string, Tensor> m_tensors;
    std::uint64_t m_parameters = 0;
    std::uint64_t m_bytes = 0;
    std::vector<std::string> m_notes;
};

} // namespace headscope
