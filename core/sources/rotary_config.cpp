// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/family_configs.h"

#include <cmath>
#include <numbers>

namespace headscope::families {
namespace {

/// Llama 3's stretching of slow turns (transformers' rope_type "llama3").
void stretch(RotaryConfig& rotary, ConfigFile& scaling) {
    const auto factor = static_cast<float>(scaling.number("factor", 8));
    const auto low = static_cast<float>(scaling.number("low_freq_factor", 1));
    const auto high = static_cast<float>(scaling.number("high_freq_factor", 4));
    const double original = scaling.number("original_max_position_embeddings", 8192);
    if (factor <= 0 || low <= 0 || high <= low || original <= 0)
        return scaling.fail("factor", "the numbers of rope_type \"llama3\" cannot be");
    const auto longest = static_cast<float>(original / static_cast<double>(low));
    const auto shortest = static_cast<float>(original / static_cast<double>(high));
    for (float& frequency : rotary.frequencies) {
        const float wave = static_cast<float>(2 * std::numbers::pi) / frequency;
        if (wave > longest) {
            frequency /= factor;
        } else if (wave >= shortest) {
            const float smooth = (static_cast<float>(original) / wave - low) / (high - low);
            frequency = (1 - smooth) * frequency / factor + smooth * frequency;
        }
    }
}

} // namespace

RotaryConfig readRotary(ConfigFile& file, int headSize, double theta, double share) {
    ConfigFile rope = file.child(file.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
    if (rope.has("full_attention")) rope = rope.child("full_attention");
    const std::string kind = rope.text("rope_type", rope.text("type", "default"));
    const double base = rope.number("rope_theta", file.number("rope_theta", file.number("rotary_emb_base", theta)));
    // Families that turn whole heads do not look at the share where the frequencies are the plain ones.
    const bool whole = share >= 1 && kind == "default";
    const double part =
        whole ? 1 : rope.number("partial_rotary_factor", file.number("partial_rotary_factor", file.number("rotary_pct", share)));
    const int turned = static_cast<int>(headSize * part);
    RotaryConfig rotary;
    if (!(base > 0) || turned < 2 || turned > headSize || turned % 2 != 0) {
        file.fail("rope_parameters", "rotary positions of " + std::to_string(turned) + " of a head's " +
                                         std::to_string(headSize) + " numbers cannot be");
        return rotary;
    }
    // In float, step by step as transformers does: the models were trained with these very numbers.
    for (int i = 0; i < turned; i += 2)
        rotary.frequencies.push_back(
            1 / std::pow(static_cast<float>(base), static_cast<float>(i) / static_cast<float>(turned)));
    if (kind == "linear") {
        const double factor = rope.number("factor", 1);
        if (!(factor > 0)) rope.fail("factor", "should be above 0");
        for (float& frequency : rotary.frequencies) frequency /= static_cast<float>(factor);
    } else if (kind == "llama3") {
        stretch(rotary, rope);
    } else if (kind != "default") {
        file.fail("rope_parameters", "rotary positions of the type \"" + kind +
                                         "\" are not known here; known are default, linear and llama3");
    }
    if (rope.error()) file.fail("rope_parameters", rope.error()->message());
    return rotary;
}

} // namespace headscope::families
