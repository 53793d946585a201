// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "core/sources/model_places.h"
#include "ui/style/theme_choice.h"

#include <QString>
#include <optional>

namespace headscope {

/// What the command line asks the window to open with.
struct WindowStart {
    std::optional<Session> session; ///< from the dials or the file; empty: the first example
    QString file;                   ///< the .headscope file the session was read from, or empty
    std::optional<ThemeChoice> theme; ///< --theme; empty: what was chosen last
    QString lang;                   ///< --lang, a locale name; empty: the system's
    ModelPlaces places;             ///< where models are looked for
    int& argc;                      ///< Qt takes its own options out
    char** argv;
};

/// What a new user sees: the first example with “it” pinned.
Session firstSession();
/// The same where one of our trained models lies beside the program, which has true heads: a sentence and its
/// translation, with a word pinned after which the two languages go different ways. Nothing where there is none.
std::optional<Session> firstTrainedSession(const ModelPlaces& places);

/// Makes the application and the window, shows it, and returns when it is closed, with the program's exit code.
int runWindow(const WindowStart& start);

} // namespace headscope
