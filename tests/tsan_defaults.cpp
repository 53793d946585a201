// SPDX-License-Identifier: GPL-3.0-or-later
// Part of every program of a ThreadSanitizer build, so that it holds whatever the environment says. The distribution's
// Qt and ICU are not instrumented: their locks and atomics cannot be seen, so what they alone touch looks like a race
// (Qt's own pool that converts images, its posted events, ICU's caches). Only reports whose innermost frame is theirs,
// or memory given back by them, are left out; races on our own data have our frame innermost.

extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_options() {
    return "ignore_noninstrumented_modules=1";
}

extern "C" const char* __tsan_default_suppressions() {
    return "race_top:libQt6Core.so\n"
           "race_top:libQt6Gui.so\n"
           "race_top:libQt6Widgets.so\n"
           "race_top:libicuuc.so\n"
           "race_top:QEvent::type\n"
           "race_top:QWaitCondition\n"
           "race_top:operator delete\n"
           "race:std::stop_token::_Stop_state_t::_M_remove_callback\n"; // libstdc++ 12 reads who asked without its lock
}
