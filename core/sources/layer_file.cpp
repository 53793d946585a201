// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/layer_file.h"

#include "core/io/tensor_file.h"
#include "core/sources/layer_names.h"

#include <cmath>
#include <filesystem>

namespace headscope {

namespace {

using Shape = std::vector<Index>;

/// Reads one layer's tensors; the first thing that is wrong is kept and ends the work.
class LayerReader {
public:
    LayerReader(const TensorFile& file, const LayerNames& names, const LayerRequest& request, std::stop_token stop)
        : m_file(file), m_names(names), m_request(request), m_stop(std::move(stop)) {}

    Result<LayerFromFile> read() {
        m_out.config.combine = m_request.combine;
        if (m_names.has(LayerPart::QueryKernel)) {
            readKeras();
        } else {
            readTorch();
        }
        if (m_error) return *m_error;
        return std::move(m_out);
    }

private:
    void readTorch();
    void readTorchFused(Index width);
    void readTorchSeparate(Index width);
    void readTorchOutput();
    void readTorchBiases(bool fused);
    bool chooseHeads(Index queryWidth, Index valueWidth);
    void readKeras();
    void readKerasOutput();

    std::string place(LayerPart part) const { return m_file.path() + ": " + showName(m_names.parts.at(part)); }
    void fail(const std::string& where, const std::string& detail, ErrorCode code = ErrorCode::Input) {
        if (!m_error) m_error = Error{code, where, detail};
    }
    const Shape* shape(LayerPart part, std::size_t rank, const char* meaning);
    bool expect(LayerPart part, const Shape& expected, const char* meaning);
    std::vector<Scalar> take(LayerPart part);
    Matrix matrix(LayerPart part, const Shape& expected, const char* meaning, Index rows);
    Matrix transposed(LayerPart part, const Shape& expected, const char* meaning);
    Matrix bias(LayerPart part, const Shape& expected, const char* meaning);

    const TensorFile& m_file;
    const LayerNames& m_names;
    const LayerRequest& m_request;
    std::stop_token m_stop;
    LayerFromFile m_out;
    std::optional<Error> m_error;
};

Index product(const Shape& shape) {
    return static_cast<Index>(elementCount(shape).value_or(0));
}

/// A row-major [rows, cols] table out of `values`, from column `begin` of the transposed [in, out].
Matrix transpose(const std::vector<Scalar>& values, Index firstRow, Index rows, Index cols) {
    Matrix out(cols, rows);
    for (Index r = 0; r < rows; ++r)
        for (Index c = 0; c < cols; ++c) out(c, r) = values[static_cast<std::size_t>((firstRow + r) * cols + c)];
    return out;
}

Matrix asMatrix(const std::vector<Scalar>& values, Index rows) {
    Matrix out(rows, static_cast<Index>(values.size()) / rows);
    std::copy(values.begin(), values.end(), out.data());
    return out;
}

/// The tensor's shape, when it is there and has that many dimensions, none of them 0.
const Shape* LayerReader::shape(LayerPart part, std::size_t rank, const char* meaning) {
    if (m_error) return nullptr;
    const auto at = m_names.parts.find(part);
    if (at == m_names.parts.end()) {
        fail(m_file.path(), std::string("the layer ") + showName(m_names.prefix) + " lacks the tensor for " + meaning);
        return nullptr;
    }
    const Shape& found = m_file.tensors().at(at->second).shape;
    if (found.size() != rank || product(found) == 0) {
        fail(place(part),
             "expected " + std::to_string(rank) + " dimensions (" + meaning + "), found " + showShape(found));
        return nullptr;
    }
    return &found;
}

bool LayerReader::expect(LayerPart part, const Shape& expected, const char* meaning) {
    const Shape* found = shape(part, expected.size(), meaning);
    if (found && *found != expected)
        fail(place(part), "expected " + showShape(expected) + " (" + meaning + "), found " + showShape(*found));
    return !m_error;
}

/// The numbers of a tensor whose shape is known to be right; NaN and Inf are refused.
std::vector<Scalar> LayerReader::take(LayerPart part) {
    if (m_stop.stop_requested()) fail("", "stopped", ErrorCode::Cancelled);
    if (m_error) return {};
    Result<Array> array = m_file.read(m_names.parts.at(part));
    if (!array) {
        m_error = array.error();
        return {};
    }
    for (std::size_t i = 0; i < array->values.size(); ++i) {
        if (std::isfinite(array->values[i])) continue;
        fail(place(part), std::string(std::isnan(array->values[i]) ? "NaN" : "an infinite number") + " at " +
                              showIndex(i, array->shape) + "; only finite numbers can be computed with");
        return {};
    }
    return std::move(array->values);
}

Matrix LayerReader::matrix(LayerPart part, const Shape& expected, const char* meaning, Index rows) {
    if (!expect(part, expected, meaning)) return {};
    const std::vector<Scalar> values = take(part);
    return m_error ? Matrix{} : asMatrix(values, rows);
}

Matrix LayerReader::transposed(LayerPart part, const Shape& expected, const char* meaning) {
    if (!expect(part, expected, meaning)) return {};
    const std::vector<Scalar> values = take(part);
    return m_error ? Matrix{} : transpose(values, 0, expected[0], expected[1]);
}

/// [1, n]; zeros when the layer has biases but not this one.
Matrix LayerReader::bias(LayerPart part, const Shape& expected, const char* meaning) {
    if (!m_names.has(part)) return Matrix(1, product(expected));
    return matrix(part, expected, meaning, 1);
}

void LayerReader::readTorch() {
    for (const LayerPart part : {LayerPart::ExtraK, LayerPart::ExtraV})
        if (m_names.has(part))
            return fail(place(part), "the layer was made with add_bias_kv=True: it reads one more key, which no token "
                                     "stands for; such a layer is not read");
    const bool fused = m_names.has(LayerPart::InWeight);
    if (fused && m_names.has(LayerPart::QWeight))
        return fail(place(LayerPart::InWeight),
                    "the layer has separate projections (q_proj_weight) too; one form is expected");
    const Shape* out = shape(LayerPart::OutWeight, 2, "out_proj.weight");
    if (!out) return;
    const Index width = (*out)[0];
    m_out.config.dModel = static_cast<int>(width);
    if (fused) {
        readTorchFused(width);
    } else {
        readTorchSeparate(width);
    }
    readTorchOutput();
    readTorchBiases(fused);
}

/// PyTorch's states do not say how many heads share the width.
bool LayerReader::chooseHeads(Index queryWidth, Index valueWidth) {
    const int heads = m_request.heads.value_or(AttentionConfig{}.heads);
    if (heads < 1 || queryWidth % heads != 0 || valueWidth % heads != 0) {
        fail("--heads",
             "the layer in " + m_file.path() + " is " + std::to_string(queryWidth) +
                 " wide, which cannot be shared by " + std::to_string(heads) +
                 " heads; give the number of heads it was made with",
             ErrorCode::Usage);
        return false;
    }
    if (!m_request.heads)
        m_out.notes.push_back("The file does not say how many heads the layer has; " + std::to_string(heads) +
                              " are shown.");
    m_out.config.heads = m_out.config.kvHeads = heads;
    m_out.config.dK = static_cast<int>(queryWidth / heads);
    m_out.config.dV = static_cast<int>(valueWidth / heads);
    return true;
}

void LayerReader::readTorchFused(Index width) {
    if (!expect(LayerPart::InWeight, {3 * width, width}, "3 x d_model, d_model") || !chooseHeads(width, width)) return;
    const std::vector<Scalar> values = take(LayerPart::InWeight);
    if (m_error) return;
    m_out.weights.wq = transpose(values, 0, width, width);
    m_out.weights.wk = transpose(values, width, width, width);
    m_out.weights.wv = transpose(values, 2 * width, width, width);
}

void LayerReader::readTorchSeparate(Index width) {
    const Shape* q = shape(LayerPart::QWeight, 2, "q_proj_weight");
    const Shape* k = shape(LayerPart::KWeight, 2, "k_proj_weight");
    const Shape* v = shape(LayerPart::VWeight, 2, "v_proj_weight");
    if (m_error) return;
    if ((*k)[1] != (*v)[1])
        return fail(place(LayerPart::VWeight),
                    "keys are made from vectors of " + std::to_string((*k)[1]) + " numbers and values from " +
                        std::to_string((*v)[1]) +
                        "; here both come from the same sentence, so kdim and vdim must be equal");
    const Index in = (*k)[1];
    if (!chooseHeads((*q)[0], (*v)[0])) return;
    m_out.weights.wq = transposed(LayerPart::QWeight, {(*q)[0], width}, "heads x d_k, d_model");
    m_out.weights.wk = transposed(LayerPart::KWeight, {(*q)[0], in}, "heads x d_k, kdim");
    m_out.weights.wv = transposed(LayerPart::VWeight, {(*v)[0], in}, "heads x d_v, vdim");
}

void LayerReader::readTorchOutput() {
    const AttentionConfig& c = m_out.config;
    const bool concat = c.combine == Combine::Concat;
    const Index rows = concat ? Index{c.heads} * c.dV : Index{c.dV};
    m_out.weights.wo =
        transposed(LayerPart::OutWeight, {c.dModel, rows},
                   concat ? "d_model, heads x d_v" : "d_model, d_v: --combine sum and mean join the heads first");
}

void LayerReader::readTorchBiases(bool fused) {
    using enum LayerPart;
    AttentionConfig& c = m_out.config;
    AttentionWeights& w = m_out.weights;
    const bool separate = m_names.has(QBias) || m_names.has(KBias) || m_names.has(VBias);
    if (separate && (fused || m_names.has(InBias)))
        return fail(m_file.path(),
                    "the layer " + showName(m_names.prefix) + " has both in_proj and separate biases or weights");
    c.bias = separate || m_names.has(InBias) || m_names.has(OutBias);
    if (!c.bias || m_error) return;
    const Index qk = w.wq.cols();
    const Index v = w.wv.cols();
    w.bo = bias(OutBias, {c.dModel}, "d_model");
    if (!m_names.has(InBias)) {
        w.bq = bias(QBias, {qk}, "heads x d_k");
        w.bk = bias(KBias, {qk}, "heads x d_k");
        w.bv = bias(VBias, {v}, "heads x d_v");
        return;
    }
    const Matrix all = bias(InBias, {2 * qk + v}, "queries, keys and values");
    if (m_error) return;
    const auto part = [&](Index begin, Index count) {
        Matrix out(1, count);
        std::copy_n(all.data() + begin, count, out.data());
        return out;
    };
    w.bq = part(0, qk);
    w.bk = part(qk, qk);
    w.bv = part(2 * qk, v);
}

void LayerReader::readKeras() {
    using enum LayerPart;
    if (m_names.has(InWeight) || m_names.has(QWeight))
        return fail(m_file.path(), "the layer " + showName(m_names.prefix) +
                                       " has PyTorch's and Keras' tensors; one form is expected");
    const Shape* q = shape(QueryKernel, 3, "query/kernel [d_model, heads, d_k]");
    const Shape* k = shape(KeyKernel, 3, "key/kernel [d_model, heads, d_k]");
    const Shape* v = shape(ValueKernel, 3, "value/kernel [d_model, heads, d_v]");
    if (m_error) return;
    const Index width = (*q)[0], heads = (*q)[1], dK = (*q)[2], in = (*k)[0], kvHeads = (*k)[1], dV = (*v)[2];
    if (heads % kvHeads != 0)
        return fail(place(KeyKernel),
                    std::to_string(kvHeads) + " key heads do not divide the " + std::to_string(heads) + " query heads");
    AttentionConfig& c = m_out.config;
    c.dModel = static_cast<int>(width);
    c.heads = static_cast<int>(heads);
    c.kvHeads = static_cast<int>(kvHeads);
    c.dK = static_cast<int>(dK);
    c.dV = static_cast<int>(dV);
    AttentionWeights& w = m_out.weights;
    // Keras' order is ours: [in, heads, d] row-major is [in, heads · d].
    w.wq = matrix(QueryKernel, *q, "d_model, heads, d_k", width);
    w.wk = matrix(KeyKernel, {in, kvHeads, dK}, "key width, heads, d_k", in);
    w.wv = matrix(ValueKernel, {in, kvHeads, dV}, "key width, heads, d_v", in);
    readKerasOutput();
    c.bias = m_names.has(QueryBias) || m_names.has(KeyBias) || m_names.has(ValueBias) || m_names.has(OutputBias);
    if (!c.bias) return;
    w.bq = bias(QueryBias, {heads, dK}, "heads, d_k");
    w.bk = bias(KeyBias, {kvHeads, dK}, "heads, d_k");
    w.bv = bias(ValueBias, {kvHeads, dV}, "heads, d_v");
    w.bo = bias(OutputBias, {width}, "d_model");
}

void LayerReader::readKerasOutput() {
    const AttentionConfig& c = m_out.config;
    const LayerPart part = LayerPart::OutputKernel;
    if (c.combine == Combine::Concat) {
        m_out.weights.wo = matrix(part, {c.heads, c.dV, c.dModel}, "heads, d_v, d_model", Index{c.heads} * c.dV);
        return;
    }
    const char* meaning = "d_v, d_model: --combine sum and mean join the heads first";
    // One head's kernel [1, d_v, d_model] is the same table.
    const bool oneHead =
        m_names.has(part) && m_file.tensors().at(m_names.parts.at(part)).shape == Shape{1, c.dV, c.dModel};
    m_out.weights.wo = matrix(part, oneHead ? Shape{1, c.dV, c.dModel} : Shape{c.dV, c.dModel}, meaning, c.dV);
}

} // namespace

Result<LayerFromFile> readLayer(const std::string& path, const LayerRequest& request, std::stop_token stop) {
    const Result<TensorFile> file = TensorFile::open(path);
    if (!file) return file.error();
    std::vector<std::string> names;
    for (const auto& [name, info] : file->tensors()) names.push_back(name);
    const Result<LayerNames> layer = findLayer(names, request.prefix);
    if (!layer) return Error{layer.error().code, path, layer.error().detail};
    return LayerReader(*file, *layer, request, std::move(stop)).read();
}

LayerPlace splitLayerPlace(const std::string& argument) {
    const auto isFile = [](const std::string& path) {
        std::error_code error;
        return std::filesystem::is_regular_file(path, error);
    };
    if (isFile(argument)) return {argument, {}};
    for (std::size_t at = argument.rfind(':'); at != std::string::npos && at > 0; at = argument.rfind(':', at - 1))
        if (isFile(argument.substr(0, at))) return {argument.substr(0, at), argument.substr(at + 1)};
    for (const char* ending : {".safetensors:", ".npz:"})
        if (const std::size_t at = argument.find(ending); at != std::string::npos) {
            const std::size_t colon = argument.find(':', at);
            return {argument.substr(0, colon), argument.substr(colon + 1)};
        }
    return {argument, {}};
}

} // namespace headscope
