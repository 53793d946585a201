// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/head_measures.h"
#include "core/analysis/head_pictures.h"
#include "core/analysis/token_groups.h"
#include "core/attention/line_cache.h"
#include "core/session/model_run.h"
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
    bool cross = false;         ///< queries and keys are different tokens
    std::vector<Token> queries; ///< n_q, what is shown: words when sub-tokens are folded
    std::vector<Token> keys;    ///< n_k; a copy of queries in self-attention
    AttentionConfig config;     ///< resolved: files and dials together
    Mask allowed;               ///< [n_q, n_k] which query may read which key
    MaskSpec mask;              ///< as asked
    Sandbox sandbox;            ///< as asked
    ModelRunPtr run;            ///< the model that was asked, all layers of it; null: the sandbox
    Site site = Site::Self;     ///< where in it
    int layer = 0;
    Pairs part = Pairs::All;    ///< of two texts in one model: whose words are shown reading whose
    /// Set: queries and keys are not the trace's positions one by one, but groups of them.
    std::shared_ptr<const TokenGroups> groups;
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
    /// At the site; the sandbox has one.
    int layers() const;
    /// One cell's weight, exact also where the pictures are coarse.
    Scalar weight(int head, Index query, Index key) const;
    /// [n_k] one row's weights, exact.
    std::vector<Scalar> row(int head, Index query) const;
    /// [n_q] one column's weights, exact.
    std::vector<Scalar> column(int head, Index key) const;
    /// [rows, n_k] all weights of some rows, exact; rows is LayerTrace::blockRows(), or fewer in the last block.
    Matrix rows(int head, Index block) const;
};
using AnalysisPtr = std::shared_ptr<const Analysis>;

/// How much of an analysis somebody wants.
enum class Depth {
    Trace, ///< the numbers alone: no measures, pictures, links, and no notes on what the designed heads keep
    Full,
};

/// What a session names, opened: the sandbox's files, or the session's texts on their way through its model.
struct Sources {
    SandboxFilesPtr files;
    ModelRunPtr run;
    Sources(std::nullptr_t = nullptr) {}
    Sources(SandboxFilesPtr read) : files(std::move(read)) {}
    Sources(ModelRunPtr made) : run(std::move(made)) {}
};

/// The one door to the core: a pure function of the session and what it names. A text without tokens gives an empty
/// analysis. What an earlier analysis made from the same dials is taken from `before`, if there is one, which saves time
/// and changes nothing else. Errors: those of buildSandbox, Io where memory is too short, and Cancelled. Asserts that a
/// session with a model comes with a run of it.
Result<AnalysisPtr> analyze(const Session& session, const Sources& sources, std::stop_token stop = {},
                            Depth depth = Depth::Full, const AnalysisPtr& before = nullptr);

} // namespace headscope
