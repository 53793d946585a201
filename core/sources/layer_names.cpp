// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/layer_names.h"

#include "core/io/array.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

namespace headscope {

namespace {

struct PartName {
    std::string_view word;
    LayerPart part;
};
constexpr PartName kParts[] = {{"in_proj_weight", LayerPart::InWeight},
                               {"in_proj_bias", LayerPart::InBias},
                               {"q_proj_weight", LayerPart::QWeight},
                               {"k_proj_weight", LayerPart::KWeight},
                               {"v_proj_weight", LayerPart::VWeight},
                               {"q_proj_bias", LayerPart::QBias},
                               {"k_proj_bias", LayerPart::KBias},
                               {"v_proj_bias", LayerPart::VBias},
                               {"out_proj_weight", LayerPart::OutWeight},
                               {"out_proj_bias", LayerPart::OutBias},
                               {"bias_k", LayerPart::ExtraK},
                               {"bias_v", LayerPart::ExtraV},
                               {"query_kernel", LayerPart::QueryKernel},
                               {"query_bias", LayerPart::QueryBias},
                               {"key_kernel", LayerPart::KeyKernel},
                               {"key_bias", LayerPart::KeyBias},
                               {"value_kernel", LayerPart::ValueKernel},
                               {"value_bias", LayerPart::ValueBias},
                               {"attention_output_kernel", LayerPart::OutputKernel},
                               {"attention_output_bias", LayerPart::OutputBias}};

bool isSeparator(char c) {
    return c == '.' || c == '/' || c == '_';
}

/// One spelling for "a/b", "a.b" and "a_b", without separators at the ends.
std::string canonical(std::string_view text) {
    while (!text.empty() && isSeparator(text.front())) text.remove_prefix(1);
    while (!text.empty() && isSeparator(text.back())) text.remove_suffix(1);
    std::string out(text);
    std::replace_if(out.begin(), out.end(), isSeparator, '_');
    return out;
}

/// TensorFlow's variables end in ":0".
std::string_view withoutNumber(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    const bool number = colon != std::string_view::npos && colon + 1 < name.size() &&
                        std::all_of(name.begin() + static_cast<std::ptrdiff_t>(colon) + 1, name.end(),
                                    [](unsigned char c) { return std::isdigit(c); });
    return number ? name.substr(0, colon) : name;
}

struct Split {
    LayerPart part;
    std::string_view prefix; ///< with its separator
};

std::optional<Split> splitName(std::string_view tensor) {
    const std::string_view name = withoutNumber(tensor);
    std::string flat(name);
    std::replace_if(flat.begin(), flat.end(), isSeparator, '_');
    for (const auto& [word, part] : kParts) {
        if (!flat.ends_with(word)) continue;
        const std::string_view prefix = name.substr(0, name.size() - word.size());
        if (prefix.empty() || isSeparator(prefix.back())) return Split{part, prefix};
    }
    return std::nullopt;
}

/// The projection without which a group of names is no layer (BERT's "query.bias" alone is none).
bool isLayer(const LayerNames& layer) {
    return layer.has(LayerPart::InWeight) || layer.has(LayerPart::QWeight) || layer.has(LayerPart::QueryKernel);
}

std::string listNames(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 12;
    std::string list;
    for (std::size_t i = 0; i < names.size() && i < kMost; ++i) list.append(i ? ", " : "").append(showName(names[i]));
    if (names.size() > kMost) list.append(" and ").append(std::to_string(names.size() - kMost)).append(" more");
    return list;
}

Error fail(std::string detail) {
    return {ErrorCode::Input, "", std::move(detail)};
}

} // namespace

Result<LayerNames> findLayer(const std::vector<std::string>& tensorNames, const std::string& prefix) {
    std::map<std::string, LayerNames> groups;
    for (const std::string& name : tensorNames) {
        const std::optional<Split> split = splitName(name);
        if (!split) continue;
        LayerNames& layer = groups[canonical(split->prefix)];
        std::string_view shown = split->prefix;
        while (!shown.empty() && isSeparator(shown.back())) shown.remove_suffix(1);
        layer.prefix = shown;
        const auto [at, inserted] = layer.parts.emplace(split->part, name);
        if (!inserted)
            return fail("the tensors " + showName(at->second) + " and " + showName(name) +
                        " are the same part of a layer");
    }
    std::erase_if(groups, [](const auto& group) { return !isLayer(group.second); });
    if (groups.empty())
        return fail("there is no attention layer in it: expected in_proj_weight or q_proj_weight (PyTorch) or "
                    "query/kernel (Keras), found " +
                    (tensorNames.empty() ? "no tensors" : listNames(tensorNames)));

    const std::string wanted = canonical(prefix);
    std::vector<std::string> all;
    std::vector<std::string> fitting;
    const LayerNames* picked = nullptr;
    for (const auto& [key, layer] : groups) {
        all.push_back(layer.prefix);
        // The full prefix picks its layer even where others begin with it.
        if (!prefix.empty() && key == wanted) return layer;
        if (!wanted.empty() && !key.starts_with(wanted + "_")) continue;
        fitting.push_back(layer.prefix);
        picked = &layer;
    }
    if (fitting.size() == 1) return *picked;
    if (fitting.empty()) return fail("no layer in it is called " + showName(prefix) + "; it holds " + listNames(all));
    return fail("it holds several layers, " + listNames(fitting) + ": choose one with FILE:PREFIX");
}

} // namespace headscope
