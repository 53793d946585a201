// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/model_writer.h"

#include "core/base/transpose.h"
#include "core/io/array_writer.h"
#include "core/io/number_format.h"
#include "core/model/parameters.h"
#include "core/sources/config_json.h"
#include "core/sources/tensor_places.h"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>

namespace headscope {
namespace {

/// What stands in one place: a matrix as training has it, and its bias.
struct Part {
    const Matrix* w = nullptr;    ///< [in, out], a table [rows, width] or a vector [1, width]
    const Matrix* bias = nullptr; ///< [1, out]
    bool turns = false;           ///< whether w is a matrix of a product, whose layout is the row's
};

Part part(const LinearParameters& layer) {
    return {&layer.w, &layer.bias, true};
}
Part part(const NormWeights& norm) {
    return {&norm.weight, &norm.bias, false};
}
Part part(const Matrix& table) {
    return {&table, nullptr, false};
}

Part ofBlock(const BlockParameters& b, Slot slot) {
    switch (slot) {
    case Slot::SelfQ:
        return part(b.self.q);
    case Slot::SelfK:
        return part(b.self.k);
    case Slot::SelfV:
        return part(b.self.v);
    case Slot::SelfO:
        return part(b.self.o);
    case Slot::SelfNorm:
        return part(b.selfNorm);
    case Slot::CrossQ:
        return part(b.cross.q);
    case Slot::CrossK:
        return part(b.cross.k);
    case Slot::CrossV:
        return part(b.cross.v);
    case Slot::CrossO:
        return part(b.cross.o);
    case Slot::CrossNorm:
        return part(b.crossNorm);
    case Slot::Up:
        return part(b.up);
    case Slot::Down:
        return part(b.down);
    case Slot::MlpNorm:
        return part(b.mlpNorm);
    default:
        return {}; // nothing that can be trained has it
    }
}

Part partOf(const Parameters& p, const TensorPlace& at) {
    const StackParameters& stack = at.decoder ? p.decoder : p.encoder;
    switch (at.row->slot) {
    case Slot::Tokens:
        return part(p.tokens);
    case Slot::TokenTypes:
        return part(p.tokenTypes);
    case Slot::Positions:
        return part(stack.positions);
    case Slot::EmbeddingNorm:
        return part(stack.embeddingNorm);
    case Slot::FinalNorm:
        return part(stack.finalNorm);
    case Slot::HeadTransform:
        return part(p.head.transform);
    case Slot::HeadNorm:
        return part(p.head.norm);
    case Slot::HeadTokens:
        return part(p.head.tokens);
    default:
        return ofBlock(stack.blocks[static_cast<std::size_t>(at.block)], at.row->slot);
    }
}

/// Several [rows, width] beside one another.
Matrix beside(std::initializer_list<const Matrix*> parts) {
    Matrix all((*parts.begin())->rows(), (*parts.begin())->cols() * static_cast<Index>(parts.size()));
    for (Index r = 0; r < all.rows(); ++r) {
        auto to = all.row(r).begin();
        for (const Matrix* m : parts) to = std::ranges::copy(m->row(r), to).out;
    }
    return all;
}

/// Hands the numbers on as the file has them, a piece at a time.
template <class T, class Convert> bool send(const Matrix& m, const ArraySource::Sink& sink, Convert convert) {
    constexpr Index pieceSize = 1 << 14;
    std::vector<T> piece;
    for (Index first = 0; first < m.size(); first += pieceSize) {
        const Index count = std::min(pieceSize, m.size() - first);
        piece.resize(static_cast<std::size_t>(count));
        std::transform(m.data() + first, m.data() + first + count, piece.begin(), convert);
        if (!sink(piece.data(), piece.size() * sizeof(T))) return false;
    }
    return true;
}

/// The tensors of a model under the names of its family.
class TensorList {
public:
    TensorList(const ModelFamily& family, const Model& model, DType dtype)
        : m_family(family), m_model(model), m_dtype(dtype), m_weights(std::make_shared<Parameters>(unpack(model))) {}

    std::vector<ArraySource> take() {
        const std::vector<TensorRow> rows = rowsOf(m_family);
        const ModelConfig& c = m_model.config;
        for (const TensorRow& row : rows)
            for (const TensorPlace& at : placesOf(row, c.kind, {c.encoder.layers, c.decoder.layers})) add(at);
        std::ranges::sort(m_arrays, {}, &ArraySource::name);
        return std::move(m_arrays);
    }

private:
    void add(const TensorPlace& at) {
        const auto place = std::tuple(at.row->slot, at.decoder, at.block);
        if (!m_done.insert(place).second) return; // a second name of the same
        const std::string name = (isHead(at.row->slot) ? "" : std::string(m_family.prefix)) + at.name;
        if (at.row->slot == Slot::SelfQkv) return addQkv(at, name);
        if (at.row->slot == Slot::HeadBias) return addHeadBias(name);
        const Part part = partOf(*m_weights, at);
        if (!part.w || part.w->empty()) return;
        if (part.turns) {
            addMatrix(name + ".weight", at.row->layout, {part.w});
        } else {
            const bool isVector = part.bias != nullptr; // a norm's
            addPlain(name + ".weight", *part.w,
                     isVector ? std::vector{part.w->cols()} : std::vector{part.w->rows(), part.w->cols()});
        }
        if (part.bias && !part.bias->empty()) addPlain(name + ".bias", *part.bias, {part.bias->cols()});
    }

    void addQkv(const TensorPlace& at, const std::string& name) {
        assert(!at.row->perHead); // no family that is written
        const StackParameters& stack = at.decoder ? m_weights->decoder : m_weights->encoder;
        const AttentionParameters& a = stack.blocks[static_cast<std::size_t>(at.block)].self;
        addMatrix(name + ".weight", at.row->layout, {&a.q.w, &a.k.w, &a.v.w});
        const Matrix bias = beside({&a.q.bias, &a.k.bias, &a.v.bias});
        addPlain(name + ".bias", bias, {bias.cols()});
    }

    /// Without a transform it is a constant of shape [1, vocabulary] that the class always saves.
    void addHeadBias(const std::string& name) {
        const HeadParameters& head = m_weights->head;
        const Index count = m_model.config.vocabulary;
        const Matrix bias = head.bias.empty() ? Matrix(1, count) : head.bias;
        addPlain(name, bias, head.transform.w.empty() ? std::vector<Index>{1, count} : std::vector<Index>{count});
    }

    void addMatrix(const std::string& name, Layout layout, std::initializer_list<const Matrix*> parts) {
        Matrix m = beside(parts);
        if (layout == Layout::OutIn) m = transposed(m);
        addPlain(name, m, {m.rows(), m.cols()});
    }

    void addPlain(const std::string& name, const Matrix& m, std::vector<Index> shape) {
        const auto values = std::make_shared<const Matrix>(m);
        const auto produce = [values, dtype = m_dtype](const ArraySource::Sink& sink) {
            if (dtype == DType::F16)
                send<std::uint16_t>(*values, sink, [](Scalar x) { return toHalf(static_cast<float>(x)); });
            else
                send<float>(*values, sink, [](Scalar x) { return static_cast<float>(x); });
        };
        m_arrays.push_back({name, std::move(shape), m_dtype, produce});
    }

    const ModelFamily& m_family;
    const Model& m_model;
    DType m_dtype;
    std::shared_ptr<Parameters> m_weights;
    std::set<std::tuple<Slot, bool, int>> m_done;
    std::vector<ArraySource> m_arrays;
};

const ModelFamily* familyToWrite(const std::string& type) {
    const std::vector<std::string> written = writtenFamilies();
    if (std::ranges::find(written, type) == written.end()) return nullptr;
    const auto all = modelFamilies();
    const auto at = std::ranges::find(all, type, &ModelFamily::type);
    return at == all.end() ? nullptr : &*at;
}

} // namespace

std::vector<std::string> writtenFamilies() {
    std::vector<std::string> types;
    for (const ConfigWriter& writer : configWriters()) types.emplace_back(writer.type);
    return types;
}

Status addModel(const ModelToWrite& from, FileGroup& files) {
    const Model& model = *from.model;
    const ModelFamily* family = familyToWrite(model.config.family);
    if (!family) {
        std::string list;
        for (const std::string& type : writtenFamilies()) list.append(list.empty() ? "" : ", ").append(type);
        return Error{ErrorCode::Usage, "model",
                     "models of the family " + model.config.familyName + " cannot be written; known are " + list};
    }
    if (Status s = canTrain(model); !s) return s;
    const bool tied = model.weights.head.tokens == model.weights.tokens;
    const DType dtype = from.precision == WeightPrecision::Float16 ? DType::F16 : DType::F32;
    const std::vector<ArraySource> arrays = TensorList(*family, model, dtype).take();
    if (Status s = files.add("model.safetensors",
                             [&](SafeFile& file) {
                                 writeSafetensors(file, arrays, {{"format", "pt"}}, [] { return true; });
                             });
        !s)
        return s;
    if (Status s = files.add("config.json", [&](SafeFile& file) { file.write(configJson(model.config, tied)); }); !s)
        return s;
    if (Status s = files.add("tokenizer.json", [&](SafeFile& file) { file.write(from.tokenizer); }); !s) return s;
    return files.add("tokenizer_config.json", [&](SafeFile& file) { file.write(from.tokenizerConfig); });
}

Status writeModel(const ModelToWrite& from, const std::string& folder) {
    Result<FileGroup> files = FileGroup::begin(folder);
    if (!files) return files.error();
    if (Status s = addModel(from, *files); !s) return s;
    return files->commit();
}

} // namespace headscope
