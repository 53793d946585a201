// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/trace_json.h"

#include "core/session/names.h"

#include <nlohmann/json.hpp>

namespace headscope {

namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
    // File names may be any bytes; a name shown with a replacement character is better than no trace.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class E> std::string word(E value) {
    return std::string(wordFor(value));
}

/// As --mask spells them; a free matrix is "free", its cells are in the array mask.
Json maskList(const MaskSpec& mask) {
    Json list = Json::array();
    if (mask.causal) list.push_back("causal");
    if (mask.window) list.push_back("window:" + std::to_string(*mask.window));
    if (mask.prefix) list.push_back("prefix:" + std::to_string(*mask.prefix));
    if (!mask.padding.empty()) {
        std::string padding = "padding:";
        for (std::size_t i = 0; i < mask.padding.size(); ++i)
            padding.append(i ? "," : "").append(std::to_string(mask.padding[i]));
        list.push_back(padding);
    }
    if (mask.grid) list.push_back("free");
    return list;
}

const char* kindWord(ModelKind kind) {
    switch (kind) {
    case ModelKind::Encoder:
        return "encoder";
    case ModelKind::Decoder:
        return "decoder";
    case ModelKind::EncoderDecoder:
        return "encoder-decoder";
    }
    return "";
}

Json begun() {
    Json out = Json::object();
    out["headscope"] = HEADSCOPE_VERSION;
    return out;
}

/// The model's shape, in the words of the dials where they mean the same.
std::string modelConfigJson(const Analysis& a) {
    const ModelConfig& m = a.run->opened->model->config;
    const StackConfig& stack = m.stack();
    Json out = begun();
    out["model"] = a.run->opened->folder;
    out["family"] = m.family;
    out["kind"] = kindWord(m.kind);
    out["layers"] = stack.layers;
    if (m.kind == ModelKind::EncoderDecoder) out["decoder_layers"] = m.decoder.layers;
    out["d_model"] = m.dModel;
    out["heads"] = stack.attention.heads;
    out["kv_heads"] = stack.attention.kvHeads;
    out["d_k"] = stack.attention.dK;
    out["d_v"] = stack.attention.dV;
    out["d_ff"] = stack.feedForward;
    out["vocabulary"] = m.vocabulary;
    if (m.maxPositions > 0) out["positions"] = m.maxPositions;
    out["parameters"] = a.run->opened->model->parameters;
    out["text"] = a.text;
    if (!a.text2.empty()) out["text2"] = a.text2;
    if (!a.notes.empty()) out["notes"] = a.notes;
    return dump(out);
}

} // namespace

std::string tokensJson(const std::vector<Token>& tokens) {
    Json list = Json::array();
    for (const Token& t : tokens)
        list.push_back({{"id", t.id},
                        {"text", t.text},
                        {"begin", t.begin},
                        {"end", t.end},
                        {"special", t.special},
                        {"segment", t.segment}});
    return dump(list);
}

std::string configJson(const Analysis& a, const std::vector<std::string>& maskFiles) {
    if (a.run) return modelConfigJson(a);
    const AttentionConfig& c = a.config;
    const Sandbox& s = a.sandbox;
    Json heads = Json::array();
    for (std::size_t h = 0; h < static_cast<std::size_t>(c.heads); ++h) {
        Json head = Json::object();
        if (h < a.designs.size() && a.designs[h]) head["design"] = word(*a.designs[h]);
        heads.push_back(std::move(head));
    }
    Json out = begun();
    out["tokens"] = word(s.unit);
    out["d_model"] = c.dModel;
    out["heads"] = std::move(heads);
    out["kv_heads"] = c.kvHeads;
    out["d_k"] = c.dK;
    out["d_v"] = c.dV;
    out["score"] = word(c.score);
    out["temperature"] = c.temperature;
    out["combine"] = word(c.combine);
    out["mask"] = maskList(a.mask);
    if (!maskFiles.empty()) out["mask_files"] = maskFiles;
    out["positions"] = word(a.positions);
    out["bias"] = c.bias;
    out["dropout"] = c.dropout;
    out["seed"] = s.seed;
    out["weights"] = s.weights == WeightSource::File ? s.weightsFile : word(s.weights);
    if (!s.weightsPrefix.empty()) out["weights_prefix"] = s.weightsPrefix;
    if (!s.inputFile.empty()) out["input"] = s.inputFile;
    if (!s.input2File.empty()) out["input2"] = s.input2File;
    out["after"] = word(s.after);
    out["text"] = a.text;
    if (a.cross) out["text2"] = a.text2;
    if (!a.notes.empty()) out["notes"] = a.notes;
    return dump(out);
}

} // namespace headscope
