// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/model_families.h"

/// How config.json's keys become a ModelConfig, one function for each way of naming them. What cannot be is kept as the
/// ConfigFile's error.
namespace headscope::families {

void configureBert(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureRoberta(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureElectra(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureAlbert(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureDistilBert(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureGpt2(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureGptNeo(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureGptNeoX(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureLlama(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureMistral(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureQwen2(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureQwen3(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureBart(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureMarian(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);
void configureT5(ConfigFile& file, ModelConfig& config, FamilyTraits& traits);

/// Rotary positions from v5's rope_parameters or v4's rope_theta and rope_scaling; `share` of a head's numbers is
/// turned where the file does not say.
RotaryConfig readRotary(ConfigFile& file, int headSize, double theta, double share);

} // namespace headscope::families
