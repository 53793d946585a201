// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/tensor_places.h"

namespace headscope {

std::string nameIn(const TensorRow& row, bool decoder, int block) {
    std::string name;
    for (const char c : std::string_view(row.name)) {
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

std::vector<bool> stacksOf(const TensorRow& row, ModelKind kind) {
    const std::string_view pattern = row.name;
    if (kind != ModelKind::EncoderDecoder) return {kind == ModelKind::Decoder};
    if (pattern.find('@') != std::string_view::npos) return {false, true};
    return {pattern.starts_with("decoder.")};
}

std::vector<TensorRow> rowsOf(const ModelFamily& family) {
    std::vector<TensorRow> all(family.rows.begin(), family.rows.end());
    all.insert(all.end(), family.more.begin(), family.more.end());
    return all;
}

std::vector<TensorPlace> placesOf(const TensorRow& row, ModelKind kind, BlockCounts counts) {
    const bool perLayer = std::string_view(row.name).find('#') != std::string_view::npos;
    std::vector<TensorPlace> all;
    for (const bool decoder : stacksOf(row, kind)) {
        const int blocks = !perLayer ? 1 : decoder ? counts.decoder : counts.encoder;
        for (int block = 0; block < blocks; ++block)
            all.push_back({&row, decoder, block, nameIn(row, decoder, block)});
    }
    return all;
}

bool isHead(Slot slot) {
    return slot == Slot::HeadTransform || slot == Slot::HeadNorm || slot == Slot::HeadTokens || slot == Slot::HeadBias;
}

} // namespace headscope
