// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/sandbox.h"

#include "core/base/memory.h"
#include "core/sources/designed_weights.h"
#include "core/sources/designs.h"
#include "core/sources/positions.h"
#include "core/sources/random_weights.h"
#include "core/sources/sandbox_notes.h"
#include "core/sources/token_vectors.h"

#include <algorithm>

namespace headscope {
namespace {

using std::to_string;

Error cannotBe(std::string place, std::string detail) {
    return {ErrorCode::Usage, std::move(place), std::move(detail)};
}
Error doesNotFit(std::string place, std::string detail) {
    return {ErrorCode::Input, std::move(place), std::move(detail)};
}

std::string shapeOf(const Matrix& m) {
    return to_string(m.rows()) + "×" + to_string(m.cols());
}

/// Takes over a size from a file unless the dial was given and says otherwise.
Status fromFile(const char* option, const std::optional<int>& dial, Index found, const std::string& file, int& size) {
    if (dial && *dial != found)
        return cannotBe(option, "found " + to_string(*dial) + ", but " + file + " has " + to_string(found) +
                                    "; leave it out or give that number");
    size = static_cast<int>(found);
    return {};
}

/// The sizes that no file decides; d_model is known.
void fillFromDials(const Sandbox& s, AttentionConfig& c) {
    c.heads = s.heads.value_or(c.heads);
    c.kvHeads = s.kvHeads.value_or(c.heads);
    const int perHead = std::max(1, c.dModel / std::max(1, c.heads));
    c.dK = s.dK.value_or(perHead);
    c.dV = s.dV.value_or(perHead);
}

Status takeShapeFrom(const AttentionConfig& file, const Sandbox& s, AttentionConfig& c) {
    const struct {
        const char* option;
        const std::optional<int>& dial;
        int found;
        int& size;
    } sizes[] = {{"--d-model", s.dModel, file.dModel, c.dModel},
                 {"--heads", s.heads, file.heads, c.heads},
                 {"--kv-heads", s.kvHeads, file.kvHeads, c.kvHeads},
                 {"--d-k", s.dK, file.dK, c.dK},
                 {"--d-v", s.dV, file.dV, c.dV}};
    for (const auto& [option, dial, found, size] : sizes)
        if (Status status = fromFile(option, dial, found, s.weightsFile, size); !status) return status;
    c.bias = file.bias;
    return {};
}

bool fromWeightsFile(const Sandbox& s, const SandboxFiles& files) {
    return s.weights == WeightSource::File && files.config && files.weights;
}

/// The vectors of one side before positions: the file's, or made from the words in `width` numbers.
Result<Matrix> vectorsOf(const std::vector<Token>& tokens, const std::shared_ptr<const Matrix>& file,
                         const std::string& path, Index width) {
    if (!file) return tokenVectors(tokens, width);
    if (file->cols() != width)
        return doesNotFit(path, "expected " + to_string(width) + " numbers a row, found the shape " + shapeOf(*file));
    if (file->rows() != static_cast<Index>(tokens.size()))
        return doesNotFit(path, "expected one row per token: the text has " + to_string(tokens.size()) +
                                    " tokens, the file " + to_string(file->rows()) + " rows");
    return *file;
}

void addPositions(Matrix& x, Positions positions, std::uint64_t seed) {
    if (positions == Positions::None) return;
    const Matrix p = positions == Positions::Sinusoidal ? sinusoidalPositions(x.rows(), x.cols())
                                                        : learnedPositions(x.rows(), x.cols(), seed);
    std::transform(x.data(), x.data() + x.size(), p.data(), x.data(), [](Scalar a, Scalar b) { return a + b; });
}

Status checkFileWeights(const AttentionWeights& w, const AttentionConfig& c, const Sandbox& s) {
    const Index joined = static_cast<Index>(c.combine == Combine::Concat ? c.heads : 1) * c.dV;
    if (w.wo.rows() == joined && w.wo.cols() == c.dModel) return {};
    return doesNotFit(s.weightsFile, "its output matrix is " + shapeOf(w.wo) + ", but joining the heads by " +
                                         (c.combine == Combine::Concat ? "concat" : "sum or mean") + " needs " +
                                         to_string(joined) + "×" + to_string(c.dModel) +
                                         (c.combine == Combine::Concat ? "" : "; use --combine concat"));
}

/// Whether the dials of this layer make the weights that are known.
bool makes(const Sandbox& s, const SandboxLayer& layer, const KnownWeights& known) {
    if (!known.weights || s.weights == WeightSource::File || known.source != s.weights || known.seed != s.seed)
        return false;
    AttentionConfig config = known.config;
    config.temperature = layer.attention.config.temperature; // neither is looked at when weights are made
    config.dropout = layer.attention.config.dropout;
    return config == layer.attention.config && known.positions == layer.positions && known.designs == layer.designs;
}

/// The weights and what is said of designed ones.
Status chooseWeights(const Sandbox& s, const SandboxFiles& files, Index dIn, const KnownWeights& known,
                     SandboxLayer& layer) {
    const AttentionConfig& c = layer.attention.config;
    layer.designs.resize(static_cast<std::size_t>(c.heads));
    if (fromWeightsFile(s, files)) {
        layer.attention.weights = files.weights;
        return checkFileWeights(*files.weights, c, s);
    }
    const bool designed = s.weights == WeightSource::Designed;
    std::vector<Design> designs;
    for (int h = 0; designed && h < c.heads; ++h) designs.push_back(designOf(s, h));
    std::ranges::copy(designs, layer.designs.begin());
    if (makes(s, layer, known)) {
        layer.attention.weights = known.weights;
        return {};
    }
    if (!designed) {
        layer.attention.weights = std::make_shared<AttentionWeights>(randomWeights(c, dIn, s.seed));
        return {};
    }
    AttentionWeights weights = designedWeights(c, designs, layer.positions, s.seed);
    if (c.bias) addRandomBiases(weights, c, s.seed);
    layer.attention.weights = std::make_shared<AttentionWeights>(std::move(weights));
    return {};
}

/// Whether there is memory for the layer's tables, before any of them is made: vectors, weights, projections, contexts,
/// and keys and values once more in the order of the kernels.
Status checkRoom(const AttentionConfig& c, Index keyWidth, std::size_t queries, std::size_t keys) {
    const double model = c.dModel, width = static_cast<double>(keyWidth);
    const double q = static_cast<double>(c.heads) * c.dK, context = static_cast<double>(c.heads) * c.dV;
    const double kv = static_cast<double>(c.kvHeads) * (c.dK + c.dV);
    const double joined = c.combine == Combine::Concat ? context : c.dV;
    const double weights = model * (q + joined) + width * kv;
    const double perQuery = 2 * model + q + context + 2.0 * c.heads;
    const double numbers =
        weights + static_cast<double>(queries) * perQuery + static_cast<double>(keys) * (width + 2 * kv);
    return checkMemory(numbers * sizeof(Scalar), "memory",
                       "a layer of d_model " + to_string(c.dModel) + " and " + to_string(c.heads) + " heads on " +
                           to_string(queries) + " tokens");
}

/// The width of the key vectors: a layer for cross-attention may have another one than its queries.
Result<Index> keyWidth(const Sandbox& s, const SandboxFiles& files, const AttentionConfig& c, bool cross) {
    if (!fromWeightsFile(s, files)) return c.dModel;
    const Index width = files.weights->wk.rows();
    if (!cross && width != c.dModel)
        return doesNotFit(s.weightsFile, "its keys have " + to_string(width) + " numbers and its queries " +
                                             to_string(c.dModel) +
                                             ", so it attends from one text to another; give a second text");
    return width;
}

} // namespace

Result<AttentionConfig> resolveConfig(const Sandbox& s, const SandboxFiles& files) {
    AttentionConfig c;
    c.score = s.score;
    c.temperature = s.temperature;
    c.combine = s.combine;
    c.dropout = s.dropout;
    c.bias = s.bias;
    if (fromWeightsFile(s, files)) {
        if (Status status = takeShapeFrom(*files.config, s, c); !status) return status.error();
    } else {
        c.dModel = s.dModel.value_or(c.dModel);
        if (files.input)
            if (Status status = fromFile("--d-model", s.dModel, files.input->cols(), s.inputFile, c.dModel); !status)
                return status.error();
        fillFromDials(s, c);
    }
    if (Status status = validate(c); !status) return status.error();
    return c;
}

Result<SandboxLayer> buildSandbox(const Sandbox& s, const SandboxFiles& files, const std::vector<Token>& queries,
                                  const std::vector<Token>* keys, const KnownWeights& known) {
    const auto config = resolveConfig(s, files);
    if (!config) return config.error();
    SandboxLayer layer;
    AttentionInput& attention = layer.attention;
    attention.config = *config;
    attention.seed = s.seed;
    const bool fromFiles = files.input || files.input2;
    layer.positions = s.positions.value_or(fromFiles ? Positions::None : Positions::Sinusoidal);

    const auto width = keyWidth(s, files, *config, keys != nullptr);
    if (!width) return width.error();
    if (Status status = checkRoom(*config, *width, queries.size(), (keys ? *keys : queries).size()); !status)
        return status.error();
    auto x = vectorsOf(queries, files.input, s.inputFile, config->dModel);
    if (!x) return x.error();
    addPositions(*x, layer.positions, s.seed);
    attention.queries = std::make_shared<const Matrix>(std::move(*x));
    attention.keys = attention.queries;
    if (keys) {
        auto y = vectorsOf(*keys, files.input2, s.input2File, *width);
        if (!y) return y.error();
        addPositions(*y, layer.positions, s.seed);
        attention.keys = std::make_shared<const Matrix>(std::move(*y));
    }
    auto mask = Mask::make(s.mask, attention.queries->rows(), attention.keys->rows(), config->heads);
    if (!mask) return mask.error();
    attention.mask = std::move(*mask);
    if (Status status = chooseWeights(s, files, *width, known, layer); !status) return status.error();
    layer.notes = designNotes(layer, fromFiles);
    layer.notes.insert(layer.notes.end(), files.notes.begin(), files.notes.end());
    return layer;
}

const char* name(Positions positions) {
    switch (positions) {
    case Positions::Sinusoidal:
        return "sinusoidal";
    case Positions::None:
        return "none";
    case Positions::Learned:
        return "learned";
    }
    return "";
}

const char* name(After after) {
    switch (after) {
    case After::Nothing:
        return "nothing";
    case After::Mlp:
        return "mlp";
    case After::Rnn:
        return "rnn";
    }
    return "";
}

} // namespace headscope
