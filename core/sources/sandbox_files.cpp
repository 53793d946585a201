// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/number_format.h"
#include "core/sources/layer_file.h"
#include "core/sources/sandbox.h"

#include <algorithm>
#include <cmath>

namespace headscope {

namespace {

/// Token vectors [n, d] from an .npy file.
Result<std::shared_ptr<const Matrix>> readVectors(const std::string& path) {
    const Result<Array> array = readNpy(path);
    if (!array) return array.error();
    const auto fail = [&](const std::string& detail) { return Error{ErrorCode::Input, path, detail}; };
    if (array->shape.size() != 2 || array->values.empty())
        return fail("token vectors have the shape [tokens, d_model], found " + showShape(array->shape));
    if (!isFloat(array->dtype))
        return fail(std::string("token vectors are float16, float32 or float64, found ") + name(array->dtype));
    const Index cols = array->shape[1];
    for (std::size_t i = 0; i < array->values.size(); ++i) {
        if (std::isfinite(array->values[i])) continue;
        const Index at = static_cast<Index>(i);
        return fail(std::string(std::isnan(array->values[i]) ? "NaN" : "an infinite number") + " at token " +
                    std::to_string(at / cols) + ", dimension " + std::to_string(at % cols) +
                    "; only finite numbers can be computed with");
    }
    Matrix vectors(array->shape[0], cols);
    std::copy(array->values.begin(), array->values.end(), vectors.data());
    return std::make_shared<const Matrix>(std::move(vectors));
}

} // namespace

Result<SandboxFilesPtr> readFiles(const Sandbox& sandbox, std::stop_token stop) {
    auto files = std::make_shared<SandboxFiles>();
    if (sandbox.weights == WeightSource::File) {
        Result<LayerFromFile> layer =
            readLayer(sandbox.weightsFile, {sandbox.weightsPrefix, sandbox.heads, sandbox.combine}, stop);
        if (!layer) return layer.error();
        files->config = layer->config;
        files->weights = std::make_shared<const AttentionWeights>(std::move(layer->weights));
        files->notes = std::move(layer->notes);
    }
    for (const auto& [path, place] :
         {std::pair{&sandbox.inputFile, &files->input}, {&sandbox.input2File, &files->input2}}) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, "", "stopped"};
        if (path->empty()) continue;
        Result<std::shared_ptr<const Matrix>> vectors = readVectors(*path);
        if (!vectors) return vectors.error();
        *place = std::move(*vectors);
    }
    return SandboxFilesPtr(std::move(files));
}

bool sameFiles(const Sandbox& a, const Sandbox& b) {
    const auto weights = [](const Sandbox& s) { return s.weights == WeightSource::File; };
    if (weights(a) != weights(b) || a.inputFile != b.inputFile || a.input2File != b.input2File) return false;
    if (!weights(a)) return true;
    return a.weightsFile == b.weightsFile && a.weightsPrefix == b.weightsPrefix && a.heads == b.heads &&
           a.combine == b.combine;
}

} // namespace headscope
