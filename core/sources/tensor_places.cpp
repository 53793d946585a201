// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/tensor_places.h"

namespace headscope {
namespace {

std::string expand(std::string_view pattern, bool decoder, int block) {
    std::string name;
    for (const char c : pattern) {
        if (c == '#') {
            name += std::to_string(block);
        } else if (c == '@') {
            name += decoder ? "decoder" : "encoder";
        } else {
            name += c;
        }
    }
    return name;
}

} // namespace

std::vector<TensorRow> rowsOf(const ModelFamily& family) {
    std::vector<TensorRow> all(family.rows.begin(), family.rows.end());
    all.insert(all.end(), family.more.begin(), family.more.end());
    return all;
}

std::vector<TensorPlace> placesOf(const TensorRow& row, ModelKind kind, BlockCounts counts) {
    const std::string_view pattern = row.name;
    std::vector<bool> stacks = {kind == ModelKind::Decoder};
    if (kind == ModelKind::EncoderDecoder) {
        if (pattern.find('@') != std::string_view::npos) {
            stacks = {false, true};
        } else {
            stacks = {pattern.starts_with("decoder.")};
        }
    }
    std::vector<TensorPlace> all;
    for (const bool decoder : stacks) {
        const bool perLayer = pattern.find('#') != std::string_view::npos;
        const int blocks = !perLayer ? 1 : decoder ? counts.decoder : counts.encoder;
        for (int block = 0; block < blocks; ++block)
            all.push_back({&row, decoder, block, expand(pattern, decoder, block)});
    }
    return all;
}

bool isHead(Slot slot) {
    return slot == Slot::HeadTransform || slot == Slot::HeadNorm || slot == Slot::HeadTokens || slot == Slot::HeadBias;
}

} // namespace headscope
