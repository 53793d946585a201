// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/trace_file.h"
#include "ui/exporter.h"
#include "ui/run_window.h"

#include <optional>
#include <string>
#include <vector>

namespace headscope {

enum class Verb { Window, Export, Trace, Predict, Tokenize, Models, Download };

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

    std::string modelName; ///< of download: ORG/NAME
    bool json = false;
    int top = 5;                 ///< of predict: how many tokens a position
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
