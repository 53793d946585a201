// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/head_measures.h"
#include "core/analysis/head_pictures.h"
#include "core/attention/line_cache.h"
#include "core/session/session.h"

#include <memory>
#include <stop_token>

namespace headscope {

/// [n_k] 1 = left out; empty when nothing is.
std::vector<std::uint8_t> hiddenKeys(const std::vector<Token>& keys, HiddenTokens which);

/// What a session gives: tokens, the trace, and what the views draw. Immutable, shared between threads.
struct Analysis {
    std::string text;  ///< of the session it was made from
    std::string text2;
    bool cross = false;         ///< queries and keys are different sentences
    std::vector<Token> queries; ///< n_q
    std::vector<Token> keys;    ///< n_k; a copy of queries in self-attention
    AttentionConfig config;     ///< resolved: files and dials together
    MaskSpec mask;              ///< as asked
    Sandbox sandbox;            ///< as asked
    Positions positions = Positions::Sinusoidal;
    std::vector<std::optional<Design>> designs;  ///< per head
    std::shared_ptr<const LayerTrace> trace;     ///< null for a text without tokens
    std::shared_ptr<const Matrix> following;     ///< [n_q, d_model] what comes after the attention; null for After::Nothing
    std::vector<HeadMeasures> measures;          ///< per head
    std::vector<HeadPicture> pictures;           ///< per head
    std::vector<RankedLinks> links;              ///< per head
    std::vector<std::string> notes;              ///< things to say aloud, whole sentences
    double milliseconds = 0;                     ///< the computation's time
    std::shared_ptr<LineCache> lines = std::make_shared<LineCache>(); ///< what row() and column() remember

    bool empty() const { return !trace; }
    int heads() const { return empty() ? 0 : config.heads; }
    /// What hiding these keys leaves of the head; empty where it hides none.
    const HeadRemainder& without(int head, HiddenTokens which) const;
    /// One cell's weight, exact also where the pictures are coarse.
    Scalar weight(int head, Index query, Index key) const;
    /// [n_k] one row's weights, exact.
    std::vector<Scalar> row(int head, Index query) const;
    /// [n_q] one column's weights, exact.
    std::vector<Scalar> column(int head, Index key) const;
};
using AnalysisPtr = std::shared_ptr<const Analysis>;

/// How much of an analysis somebody wants.
enum class Depth {
    Trace, ///< the numbers alone: no measures, pictures, links, and no notes on what the designed heads keep
    Full,
};

/// The one door to the core: a pure function of the session and its files. A text without tokens gives an empty
/// analysis. What an earlier analysis made from the same dials is taken from `before`, if there is one, which saves time
/// and changes nothing else. Errors: those of buildSandbox, Io where memory is too short, and Cancelled.
Result<AnalysisPtr> analyze(const Session& session, SandboxFilesPtr files, std::stop_token stop = {},
                            Depth depth = Depth::Full, const AnalysisPtr& before = nullptr);

} // namespace headscope
