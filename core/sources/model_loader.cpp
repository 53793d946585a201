// SPDX-License-Identifier: GPL-3.0-or-later
// Which tensor goes where; how it is read is in weight_reader.cpp.
#include "core/sources/model_loader.h"

#include "core/base/packing.h"

#include <algorithm>

namespace headscope {
namespace {

PackedType packedType(DType dtype) {
    return dtype == DType::F16 ? PackedType::Half : dtype == DType::BF16 ? PackedType::Brain : PackedType::Native;
}

} // namespace

ModelLoader::ModelLoader(const ModelFamily& family, const FamilyTraits& traits, const WeightFiles& files,
                         ModelConfig config)
    : m_rows(rowsOf(family)), m_traits(traits), m_files(files), m_model(std::make_shared<Model>()) {
    m_model->config = std::move(config);
    for (const bool decoder : {false, true}) {
        const int layers = this->config(decoder).layers;
        const int blocks = traits.sharedBlocks > 0 ? std::min(traits.sharedBlocks, layers) : layers;
        for (int i = 0; i < blocks; ++i) m_blocks[decoder].push_back(std::make_shared<BlockWeights>());
        for (Index i = 0; i < layers; ++i)
            stack(decoder).blocks.push_back(m_blocks[decoder][static_cast<std::size_t>(i * blocks / layers)]);
    }
}

std::vector<TensorPlace> ModelLoader::places(const TensorRow& row) const {
    return placesOf(row, m_model->config.kind,
                    {static_cast<int>(m_blocks[false].size()), static_cast<int>(m_blocks[true].size())});
}

/// Whether this configuration has what the row names.
bool ModelLoader::wanted(const TensorPlace& at) const {
    const ModelConfig& c = m_model->config;
    switch (at.row->slot) {
    case Slot::Positions:
        return c.positions == PositionKind::Learned;
    case Slot::EmbeddingNorm:
        return c.embeddingNorm;
    case Slot::EmbeddingProjection: // ALBERT has it for equal widths, too; ELECTRA has not
        return c.embeddingWidth != c.dModel || m_files.find(at.name + ".weight");
    case Slot::Gate:
        return c.gated;
    default:
        return true;
    }
}

/// Whether the tensor is under the name of a later row of the same place.
bool ModelLoader::foundElsewhere(const TensorPlace& at) const {
    if (m_files.find(at.name + ".weight")) return false;
    for (const TensorRow& other : m_rows) {
        if (other.slot != at.row->slot) continue;
        for (const bool decoder : stacksOf(other, m_model->config.kind))
            if (decoder == at.decoder && m_files.find(nameIn(other, decoder, at.block) + ".weight")) return true;
    }
    return false;
}

bool ModelLoader::hasBias(BiasRule rule) const {
    switch (rule) {
    case BiasRule::With:
        return true;
    case BiasRule::Without:
        return false;
    case BiasRule::Attention:
        return m_traits.attentionBias;
    case BiasRule::Output:
        return m_traits.outputBias;
    case BiasRule::Mlp:
        return m_traits.mlpBias;
    }
    return false;
}

Status ModelLoader::plan() {
    planTokens();
    for (const TensorRow& row : m_rows) {
        if (isHead(row.slot) || row.slot == Slot::Tokens) continue;
        for (const TensorPlace& at : places(row)) {
            const std::string place =
                std::to_string(static_cast<int>(row.slot)) + (at.decoder ? "d" : "e") + std::to_string(at.block);
            if (!wanted(at) || foundElsewhere(at) || !m_done.insert(place).second) continue;
            planInstance(at);
        }
    }
    planHead();
    if (m_problems.empty()) return {};
    constexpr std::size_t shown = 6;
    std::string list;
    for (std::size_t i = 0; i < std::min(shown, m_problems.size()); ++i)
        list.append(i ? "; " : "").append(m_problems[i]);
    if (m_problems.size() > shown) list += "; and " + std::to_string(m_problems.size() - shown) + " more";
    return Error{ErrorCode::Input, "the weights", list};
}

void ModelLoader::planInstance(const TensorPlace& at) {
    const ModelConfig& c = m_model->config;
    const StackConfig& s = config(at.decoder);
    StackWeights& w = stack(at.decoder);
    BlockWeights& b = *m_blocks[at.decoder][static_cast<std::size_t>(at.block)];
    const AttentionConfig& a = s.attention;
    const Index d = c.dModel;
    const Index q = Index{a.heads} * a.dK;
    const Index kv = Index{a.kvHeads} * a.dK;
    switch (at.row->slot) {
    case Slot::TokenTypes:
        return planTable(at, m_model->weights.tokenTypes, c.embeddingWidth, c.tokenTypes);
    case Slot::Positions:
        return planTable(at, w.positions, c.embeddingWidth, Index{c.maxPositions} + c.positionOffset);
    case Slot::EmbeddingNorm:
        return planNorm(at, w.embeddingNorm, c.embeddingWidth);
    case Slot::EmbeddingProjection:
        return planLinear(at, m_model->weights.embeddingProjection, c.embeddingWidth, d);
    case Slot::FinalNorm:
        return planNorm(at, w.finalNorm, d);
    case Slot::RelativeBias:
        add({.plain = &w.relativeBias, .in = c.relative.buckets, .out = a.heads}, at.name + ".weight",
            {c.relative.buckets, a.heads});
        return;
    case Slot::SelfQ:
        return planLinear(at, b.self.q, d, q);
    case Slot::SelfK:
        return planLinear(at, b.self.k, d, kv);
    case Slot::SelfV:
        return planLinear(at, b.self.v, d, kv);
    case Slot::SelfQkv:
        return planQkv(at);
    case Slot::SelfO:
        return planLinear(at, b.self.o, q, d);
    case Slot::SelfNorm:
        return planNorm(at, b.selfNorm, d);
    case Slot::QNorm:
        return planNorm(at, b.self.qNorm, a.dK);
    case Slot::KNorm:
        return planNorm(at, b.self.kNorm, a.dK);
    case Slot::CrossQ:
        return planLinear(at, b.cross.q, d, q);
    case Slot::CrossK:
        return planLinear(at, b.cross.k, d, kv);
    case Slot::CrossV:
        return planLinear(at, b.cross.v, d, kv);
    case Slot::CrossO:
        return planLinear(at, b.cross.o, q, d);
    case Slot::CrossNorm:
        return planNorm(at, b.crossNorm, d);
    case Slot::Up:
        return planLinear(at, b.up, d, s.feedForward);
    case Slot::Gate:
        return planLinear(at, b.gate, d, s.feedForward);
    case Slot::Down:
        return planLinear(at, b.down, s.feedForward, d);
    case Slot::MlpNorm:
        return planNorm(at, b.mlpNorm, d);
    case Slot::Tokens:
    case Slot::HeadTransform:
    case Slot::HeadNorm:
    case Slot::HeadTokens:
    case Slot::HeadBias:
        break;
    }
    assert(false && "planned elsewhere");
}

void ModelLoader::planLinear(const TensorPlace& at, Linear& to, Index in, Index out) {
    const Layout layout = at.row->layout;
    const std::vector<Index> shape =
        layout == Layout::OutIn ? std::vector<Index>{out, in} : std::vector<Index>{in, out};
    add({.layout = layout, .packed = &to.w, .in = in, .out = out}, at.name + ".weight", shape);
    if (hasBias(at.row->bias)) add({.plain = &to.bias, .out = out}, at.name + ".bias", {out});
}

void ModelLoader::planQkv(const TensorPlace& at) {
    const AttentionConfig& a = config(at.decoder).attention;
    AttentionProjections& to = m_blocks[at.decoder][static_cast<std::size_t>(at.block)]->self;
    const Index in = m_model->config.dModel;
    const Index out = Index{a.heads} * a.dK;
    const Index group = at.row->perHead ? a.dK : out;
    const Layout layout = at.row->layout;
    Index part = 0;
    for (Linear* linear : {&to.q, &to.k, &to.v}) {
        Item item{.layout = layout,
                  .packed = &linear->w,
                  .in = in,
                  .out = out,
                  .first = part++ * group,
                  .group = group,
                  .step = 3 * group};
        const bool good =
            add(item, at.name + ".weight",
                layout == Layout::OutIn ? std::vector<Index>{3 * out, in} : std::vector<Index>{in, 3 * out});
        item.packed = nullptr;
        item.plain = &linear->bias;
        item.in = 1;
        if (hasBias(at.row->bias) && !add(item, at.name + ".bias", {3 * out})) return;
        if (!good) return; // once is enough
    }
}

void ModelLoader::planNorm(const TensorPlace& at, NormWeights& to, Index width) {
    add({.plain = &to.weight, .out = width}, at.name + ".weight", {width});
    if (hasBias(at.row->bias)) add({.plain = &to.bias, .out = width}, at.name + ".bias", {width});
}

void ModelLoader::planTable(const TensorPlace& at, PackedMatrix& to, Index width, Index count) {
    add({.packed = &to, .in = width, .out = count}, at.name + ".weight", {count, width});
}

/// The embedding; where the file has only the output matrix and both are one, that.
void ModelLoader::planTokens() {
    m_tokens = std::make_shared<PackedMatrix>();
    m_model->weights.tokens = m_tokens;
    const TensorPlace* chosen = nullptr;
    std::vector<TensorPlace> candidates;
    for (const Slot slot : {Slot::Tokens, Slot::HeadTokens})
        for (const TensorRow& row : m_rows)
            if (row.slot == slot && (slot == Slot::Tokens || m_traits.tied)) candidates.push_back(places(row).front());
    for (const TensorPlace& at : candidates)
        if (!chosen && m_files.find(at.name + ".weight")) chosen = &at;
    const TensorPlace& at = chosen ? *chosen : candidates.front();
    m_tokensFrom = m_files.find(at.name + ".weight");
    planTable(at, *m_tokens, m_model->config.embeddingWidth, m_model->config.vocabulary);
    if (m_traits.ownTokens && m_files.find("decoder.embed_tokens.weight"))
        m_problems.push_back("tie_word_embeddings is false and encoder and decoder have tables of token vectors of "
                             "their own (decoder.embed_tokens.weight), which are not read");
}

/// What makes logits, where the file has it.
void ModelLoader::planHead() {
    const ModelConfig& c = m_model->config;
    HeadWeights& head = m_model->weights.head;
    std::vector<TensorPlace> parts;
    for (const TensorRow& row : m_rows)
        if (isHead(row.slot)) parts.push_back(places(row).front());
    const auto part = [&](Slot slot) -> const TensorPlace* {
        const auto at =
            std::find_if(parts.begin(), parts.end(), [&](const TensorPlace& i) { return i.row->slot == slot; });
        return at == parts.end() ? nullptr : &*at;
    };
    const TensorPlace* transform = part(Slot::HeadTransform);
    const TensorPlace* tokens = part(Slot::HeadTokens);
    const bool own = tokens && m_files.find(tokens->name + ".weight");
    if (transform ? !m_files.find(transform->name + ".weight") : !own && !m_traits.headSaved) return;
    if (!own && !m_traits.tied) return;
    const Index width = transform ? c.embeddingWidth : c.dModel;
    if (transform) {
        planLinear(*transform, head.transform, c.dModel, width);
        planNorm(*part(Slot::HeadNorm), head.norm, width);
    }
    if (own && m_files.find(tokens->name + ".weight") != m_tokensFrom) {
        m_output = std::make_shared<PackedMatrix>();
        planTable(*tokens, *m_output, width, c.vocabulary);
        head.tokens = m_output;
    } else {
        head.tokens = m_tokens;
    }
    // Of two names for it the later one in the table counts where both are in the file, as in transformers.
    const auto bias = std::find_if(parts.rbegin(), parts.rend(), [&](const TensorPlace& at) {
        return at.row->slot == Slot::HeadBias && m_files.find(at.name);
    });
    if (bias != parts.rend()) add({.plain = &head.bias, .out = c.vocabulary}, bias->name, {c.vocabulary});
}

/// Notes what is wrong with the tensor, or the item; true when nothing is.
bool ModelLoader::add(Item item, const std::string& name, const std::vector<Index>& shape) {
    item.from = m_files.find(name);
    if (!item.from) {
        m_problems.push_back(name + " is missing (" + showShape(shape) + ")");
        return false;
    }
    std::vector<Index> found = item.from->info->shape;
    if (shape.size() == 1 && found.size() == 2 && found[0] == 1)
        found.erase(found.begin()); // Marian's final_logits_bias
    if (found != shape) {
        m_problems.push_back(showName(item.from->name) + ": expected " + showShape(shape) + ", found " +
                             showShape(item.from->info->shape));
        return false;
    }
    if (!isFloat(item.from->info->format.dtype)) {
        m_problems.push_back(showName(item.from->name) + ": numbers of the type " + item.from->info->dtypeName +
                             " cannot be computed with here");
        return false;
    }
    if (item.group == 0) item.group = item.step = item.out;
    m_items.push_back(item);
    return true;
}

std::uint64_t ModelLoader::bytes() const {
    std::uint64_t bytes = 0;
    for (const Item& item : m_items) {
        const PackedType type = packedType(item.from->info->format.dtype);
        const std::size_t size = item.packed && type != PackedType::Native ? 2 : sizeof(Scalar);
        bytes += static_cast<std::uint64_t>(item.packed ? packedSize(item.in, item.out) : item.in * item.out) * size;
    }
    return bytes;
}

Result<ModelPtr> ModelLoader::load(const std::stop_token& stop, const LoadProgress& progress) {
    const std::uint64_t all = bytes();
    std::uint64_t done = 0;
    for (const Item& item : m_items) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
        if (progress) progress(done, all);
        if (item.packed) {
            *item.packed = PackedMatrix(item.in, item.out, packedType(item.from->info->format.dtype));
        } else {
            *item.plain = Matrix(item.in, item.out);
        }
        if (Status s = read(item, stop); !s) return s.error();
        done += item.packed ? item.packed->bytes() : static_cast<std::uint64_t>(item.in * item.out) * sizeof(Scalar);
    }
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
    if (Status s = m_files.unchanged(); !s) return s.error();
    if (progress) progress(all, all);
    m_model->parameters = m_files.parameters();
    m_model->bytes = all;
    m_model->notes = m_files.notes();
    return ModelPtr(m_model);
}

} // namespace headscope
