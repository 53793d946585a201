// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/sandbox_notes.h"

#include "core/sources/designed_weights.h"
#include "core/sources/designs.h"
#include "core/sources/token_vectors.h"

#include <algorithm>

namespace headscope {
namespace {

using std::to_string;

bool anyHead(const SandboxLayer& layer, bool (*test)(Design)) {
    return std::ranges::any_of(layer.designs, [&](const auto& design) { return design && test(*design); });
}

bool has(const SandboxLayer& layer, Design wanted) {
    return std::ranges::any_of(layer.designs, [&](const auto& design) { return design == wanted; });
}

/// What keeps the heads by position from working, or nothing.
void addPositionNotes(const SandboxLayer& layer, std::vector<std::string>& notes) {
    const AttentionConfig& c = layer.attention.config;
    const Index longest = std::max(layer.attention.queries->rows(), layer.attention.keys->rows());
    if (layer.positions == Positions::None) {
        notes.push_back("Without position vectors no head can tell one place from another, so the designs previous, "
                        "next, first and self read everything evenly.");
    } else if (layer.positions == Positions::Learned && longest > learnedReach(c.dModel)) {
        notes.push_back("With learned positions and d_model " + to_string(c.dModel) +
                        ", the designs previous, next, first and self are solved for the first " +
                        to_string(learnedReach(c.dModel)) + " tokens; this text has " + to_string(longest) + ".");
    } else if (c.dK < 2) {
        notes.push_back("A key of one number cannot hold a place: the designs previous, next, first and self need "
                        "d_k of at least 2.");
    }
}

void addEdgeNotes(const SandboxLayer& layer, std::vector<std::string>& notes) {
    if (layer.positions == Positions::None) return;
    if (has(layer, Design::Previous))
        notes.push_back("The first token has no previous one, so the design previous reads the first token there.");
    if (has(layer, Design::Next))
        notes.push_back("The last token has no next one, so the design next reads the last token there.");
    const Index queries = layer.attention.queries->rows();
    const Index keys = layer.attention.keys->rows();
    if (queries > keys && anyHead(layer, readsPositions))
        notes.push_back(
            "The first text has " + to_string(queries) + " tokens and the second " + to_string(keys) +
            ": queries further on have no key at their place, and designs by position promise nothing there.");
}

} // namespace

std::vector<std::string> designNotes(const SandboxLayer& layer, bool vectorsFromFile) {
    std::vector<std::string> notes;
    const AttentionConfig& c = layer.attention.config;
    if (!anyHead(layer, [](Design) { return true; })) return notes;
    if (vectorsFromFile)
        notes.push_back("Designed heads are made for Headscope's own token vectors; with vectors from a file they "
                        "cannot find words.");
    if (VectorLayout(c.dModel).overlaps())
        notes.push_back("With d_model below 8, words and positions share their numbers and disturb each other in "
                        "designed heads.");
    if (c.score == ScoreKind::Cosine && c.temperature > 0.1)
        notes.push_back("Cosine scores lie between −1 and 1, so designed heads stay faint at this temperature; at 0.02 "
                        "they are sharp.");
    if (anyHead(layer, readsPositions)) {
        addPositionNotes(layer, notes);
        addEdgeNotes(layer, notes);
    }
    return notes;
}

} // namespace headscope
