// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/attention/attention.h"
#include "core/base/result.h"
#include "core/text/token.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace headscope {

enum class Positions { Sinusoidal, None, Learned };
enum class After { Nothing, Mlp, Rnn };
enum class WeightSource { Designed, Random, File };

/// The pattern a designed head's W_Q, W_K and W_V are built to produce, through the ordinary computation.
enum class Design { Previous, Next, First, Self, Same, Similar };

/// The dials of the one-layer sandbox. What is not set follows from the others or from the files.
struct Sandbox {
    TokenUnit unit = TokenUnit::Words;
    std::optional<int> dModel;  ///< 64, or the file's
    std::optional<int> heads;   ///< 4, or the file's
    std::optional<int> kvHeads; ///< = heads
    std::optional<int> dK;      ///< d_model ÷ heads, rounded down, at least 1
    std::optional<int> dV;      ///< the same
    ScoreKind score = ScoreKind::ScaledDot;
    double temperature = 1;
    Combine combine = Combine::Concat;
    bool bias = false;
    double dropout = 0;
    std::uint64_t seed = 0;
    MaskSpec mask;
    std::optional<Positions> positions; ///< sinusoidal; none when an input file replaces the token vectors
    After after = After::Nothing;
    WeightSource weights = WeightSource::Designed;
    std::vector<Design> designs; ///< per head; a head beyond the list gets previous, next, first, same in turn
    std::string weightsFile;     ///< .safetensors or .npz, when weights is File
    std::string weightsPrefix;
    std::string inputFile; ///< .npy [n, d_model] replacing the token vectors; empty: none
    std::string input2File;

    friend bool operator==(const Sandbox&, const Sandbox&) = default;
};

/// What the sandbox's files hold, read once and shared by every analysis that uses them.
struct SandboxFiles {
    /// The weights file's shape and bias (heads as it says or as the dial says). Score, temperature and dropout are
    /// left at their defaults: those are for the dials alone, and turning them must not read the files again.
    std::optional<AttentionConfig> config;
    std::shared_ptr<const AttentionWeights> weights;
    std::shared_ptr<const Matrix> input;
    std::shared_ptr<const Matrix> input2;
    std::vector<std::string> notes; ///< what had to be assumed, whole sentences for SandboxLayer::notes
};
using SandboxFilesPtr = std::shared_ptr<const SandboxFiles>;

/// Reads the files the sandbox names. Input or Io error with file, tensor, found and expected.
Result<SandboxFilesPtr> readFiles(const Sandbox& sandbox, std::stop_token stop = {});
/// Whether both sandboxes would read the same files the same way (so that a result of readFiles can be kept).
bool sameFiles(const Sandbox& a, const Sandbox& b);

/// One layer ready to run and what is known of how it was made.
struct SandboxLayer {
    AttentionInput attention;
    Positions positions = Positions::Sinusoidal;
    std::vector<std::optional<Design>> designs; ///< per head; empty optional: random or from a file
    std::vector<std::string> notes;             ///< what a designed head cannot keep under these dials, in words
};

/// Weights made earlier and the dials that made them. The text has no part in them, so while somebody types the same
/// ones are taken again.
struct KnownWeights {
    WeightSource source = WeightSource::Designed;
    AttentionConfig config;
    Positions positions = Positions::Sinusoidal;
    std::uint64_t seed = 0;
    std::vector<std::optional<Design>> designs;      ///< per head
    std::shared_ptr<const AttentionWeights> weights; ///< null: none are known
};

/// Token vectors (or the input file) + positions, weights, masks: everything `attend` needs.
/// `keys` is null for self-attention. `known` saves making weights again and changes no number. Usage error for
/// impossible dials, Input error where files and text do not fit.
Result<SandboxLayer> buildSandbox(const Sandbox& sandbox, const SandboxFiles& files, const std::vector<Token>& queries,
                                  const std::vector<Token>* keys, const KnownWeights& known = {});

/// The shape the dials and the files make together. Usage error for what cannot be.
Result<AttentionConfig> resolveConfig(const Sandbox& sandbox, const SandboxFiles& files);

/// Whether a head of this design promises its mass to key j for query i (both indices into these tokens).
bool promises(Design design, const std::vector<Token>& queries, const std::vector<Token>& keys, Index i, Index j);

/// The lower-case names of the command line and the files: "previous", "scaled-dot" … and back.
const char* name(Design design);
const char* name(Positions positions);
const char* name(After after);

} // namespace headscope
