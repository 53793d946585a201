// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"
#include "core/sources/model_folder.h"
#include "core/sources/tensor_places.h"
#include "core/sources/weight_files.h"

#include <set>

namespace headscope {

/// Carries a family's tensors into a Model: first plan() finds and checks all of them, then load() reads.
class ModelLoader {
public:
    ModelLoader(const ModelFamily& family, const FamilyTraits& traits, const WeightFiles& files, ModelConfig config);

    /// Input error naming everything that is missing or has another shape.
    Status plan();
    /// Of the weights in memory.
    std::uint64_t bytes() const;
    /// Input error naming the first planned tensor that holds a number that is not finite; Cancelled.
    Status checkNumbers(const std::stop_token& stop) const;
    Result<ModelPtr> load(const std::stop_token& stop, const LoadProgress& progress);

private:
    /// One matrix or vector to be read, or a part of a tensor: number o of [0, out) stands at
    /// first + ⌊o / group⌋ · step + o mod group.
    struct Item {
        const WeightFiles::Tensor* from = nullptr;
        Layout layout = Layout::OutIn;
        PackedMatrix* packed = nullptr; ///< [in, out]; or null and
        Matrix* plain = nullptr;        ///< [rows, out] for in = rows
        Index in = 1;
        Index out = 0;
        Index first = 0;
        Index group = 0;
        Index step = 0;
    };

    std::vector<TensorPlace> places(const TensorRow& row) const;
    bool wanted(const TensorPlace& at) const;
    bool foundElsewhere(const TensorPlace& at) const;
    void planInstance(const TensorPlace& at);
    void planLinear(const TensorPlace& at, Linear& to, Index in, Index out);
    void planQkv(const TensorPlace& at);
    void planNorm(const TensorPlace& at, NormWeights& to, Index width);
    void planTokens();
    void planHead();
    void planTable(const TensorPlace& at, PackedMatrix& to, Index width, Index count);
    bool add(Item item, const std::string& name, const std::vector<Index>& shape);
    bool hasBias(BiasRule rule) const;
    StackConfig& config(bool decoder) { return decoder ? m_model->config.decoder : m_model->config.encoder; }
    StackWeights& stack(bool decoder) { return decoder ? m_model->weights.decoder : m_model->weights.encoder; }

    Status read(const Item& item, const std::stop_token& stop) const;
    Status readPlain(const Item& item) const;
    Status readPanels(const Item& item, const std::stop_token& stop) const;
    Status readColumns(const Item& item, const std::stop_token& stop) const;

    std::vector<TensorRow> m_rows;
    FamilyTraits m_traits;
    const WeightFiles& m_files;
    std::shared_ptr<Model> m_model;
    std::vector<std::shared_ptr<BlockWeights>> m_blocks[2]; ///< of the encoder and the decoder, before they are const
    std::shared_ptr<PackedMatrix> m_tokens;
    const WeightFiles::Tensor* m_tokensFrom = nullptr;
    std::shared_ptr<PackedMatrix> m_output;
    std::vector<Item> m_items;
    std::set<std::string> m_done; ///< places that have their tensor
    std::vector<std::string> m_problems;
};

} // namespace headscope
