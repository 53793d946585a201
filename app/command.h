// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/trace_file.h"
#include "ui/exporter.h"
#include "ui/run_window.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headscope {

enum class Verb { Window, Export, Trace, Predict, Tokenize, Train, Evaluate, Models, Download };

/// The options of train and evaluate; those that are empty are as the task or the run's folder says.
struct TrainRequest {
    std::string task;
    std::optional<std::uint64_t> seed;
    std::optional<int> steps, layers, heads, dModel, batch, length;
    std::optional<double> rate;
    std::optional<double> until;    ///< share of unseen targets that ends the run
    std::optional<int> checkpoints; ///< steps from one that is kept to the next
    bool resume = false;
    bool finish = false;
    std::string log;
    std::optional<int> sentences; ///< of evaluate
};

/// What a command line asks for. Parsing fills it and opens no file; loading (app/load.h) puts the text and the masks
/// that it names into the session.
struct Command {
    Verb verb = Verb::Window;
    bool help = false;
    bool manual = false; ///< the man page instead
    bool version = false;
    bool quiet = false;

    std::string sessionFile;
    bool isSavedSession = false;     ///< nothing overrides what the file says
    Session session;                 ///< dials and view; text, text2 and mask files come with loading
    bool sessionAsked = false;       ///< some option or file says what the window shows
    std::optional<std::string> text; ///< as typed: T, @FILE, @@T or -
    std::optional<std::string> text2;
    bool masksAsked = false; ///< the first --mask replaces those of a session file, later ones are added
    std::vector<std::string> maskFiles;

    std::string modelName; ///< of download: ORG/NAME; of evaluate: a folder or a name
    TrainRequest train;
    bool json = false;
    std::optional<int> top;      ///< of predict: how many tokens a position
    std::optional<int> generate; ///< of predict: how many tokens to go on by
    bool addSpecial = true;      ///< of tokenize: not --no-special

    std::string output;
    std::string format; ///< --format; empty: the file's ending decides
    TraceRequest numbers;
    std::vector<int> heads; ///< --head, as given; empty: all or not asked
    bool queriesAsked = false;
    bool keysAsked = false;
    bool pairsAsked = false;
    bool foldAsked = false; ///< --fold-words
    std::optional<bool> dark;
    PictureOptions picture;
    bool pixelsAsked = false;
    bool dotsAsked = false; ///< --dpi
    std::string lang;
};

} // namespace headscope
