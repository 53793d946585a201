// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model_trace.h"
#include "core/sources/sandbox.h"

#include <optional>
#include <string>
#include <vector>

namespace headscope {

enum class ColourMapName { Viridis, Cividis, Magma, Grey };
enum class ColourRange { Row, Head, All };
enum class ViewKind { Heads, Head, Links, Overview };
enum class Direction { ReadsFrom, IsReadBy };
/// Which tokens the pictures leave out (sinks drown the rest).
enum class HiddenTokens { Nothing, Special, SpecialAndFirst };

/// Of a pair of texts in one sequence: whose queries and whose keys are shown.
enum class Pairs { All, AA, AB, BA, BB };

/// What a person has chosen to look at. Hovering is not part of it: it is not undone and not saved.
struct ViewState {
    ViewKind view = ViewKind::Heads; ///< the one in focus, and the one `export` draws
    int head = 0;                    ///< the one shown large
    std::vector<int> activeHeads;    ///< ascending; empty: all
    std::vector<int> pinnedQueries;  ///< ascending
    std::vector<int> pinnedKeys;     ///< ascending
    Direction direction = Direction::ReadsFrom;
    ColourMapName colours = ColourMapName::Viridis;
    ColourRange range = ColourRange::Head;
    bool transposed = false;
    bool horizontalLinks = false;
    double mass = 0.70;  ///< share of each row's mass that links show
    double gamma = 0.7;  ///< link opacity = (weight ÷ greatest)^gamma
    double width = 3;    ///< of the strongest link, in pixels at scale 1
    HiddenTokens hidden = HiddenTokens::Nothing;
    bool renormalise = false; ///< rows sum to 1 again over what is not hidden

    // Of a model; the sandbox has one site and layer 0.
    std::optional<Site> site; ///< not set, or one the model does not have: the first of sitesOf()
    int layer = 0;            ///< one beyond the model's shows its last
    Pairs pairs = Pairs::All;
    bool words = false; ///< sub-tokens are folded into words

    bool isActive(int h) const;
    friend bool operator==(const ViewState&, const ViewState&) = default;
};

/// Follows the chosen tokens the other way. In self-attention a word stays chosen when it alone is: pinned as a query it
/// becomes a key, and back. With a pair chosen the direction says which of the two is followed.
void turnTo(ViewState& view, Direction direction, bool cross);

/// Everything a picture follows from. A small value; undo keeps whole sessions.
struct Session {
    std::string text;                 ///< valid UTF-8
    /// Sandbox, set: cross-attention, queries from text, keys and values from text2. Model: the pair's second text, or
    /// what the decoder has so far.
    std::optional<std::string> text2;
    std::string model; ///< a folder or name of a model in place of the sandbox; empty: the sandbox
    Sandbox sandbox;
    ViewState view;
    std::string notes;

    /// Whether both have the same analysis (they may differ in how it is looked at).
    bool sameAnalysis(const Session& other) const;
    friend bool operator==(const Session&, const Session&) = default;
};

} // namespace headscope
