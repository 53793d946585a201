// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

#include <optional>
#include <span>
#include <string_view>

namespace headscope {

/// One value of an enumeration and its word, the same in session files, traces and on the command line.
template <class E> struct Named {
    E value;
    std::string_view word;
};

/// Every value of the enumeration, in the order in which help texts list them. Defined for the enumerations below.
template <class E> std::span<const Named<E>> allNames();
template <> std::span<const Named<TokenUnit>> allNames();
template <> std::span<const Named<ScoreKind>> allNames();
template <> std::span<const Named<Combine>> allNames();
template <> std::span<const Named<Positions>> allNames();
template <> std::span<const Named<After>> allNames();
template <> std::span<const Named<WeightSource>> allNames();
template <> std::span<const Named<Design>> allNames();
template <> std::span<const Named<ViewKind>> allNames();
template <> std::span<const Named<Direction>> allNames();
template <> std::span<const Named<ColourMapName>> allNames();
template <> std::span<const Named<ColourRange>> allNames();
template <> std::span<const Named<HiddenTokens>> allNames();
template <> std::span<const Named<Site>> allNames();
template <> std::span<const Named<Pairs>> allNames();

template <class E> std::string_view wordFor(E value) {
    for (const Named<E>& n : allNames<E>())
        if (n.value == value) return n.word;
    return {};
}

template <class E> std::optional<E> fromWord(std::string_view word) {
    for (const Named<E>& n : allNames<E>())
        if (n.word == word) return n.value;
    return std::nullopt;
}

/// "previous, next, first": for messages that say what would have been right.
template <class E> std::string listWords() {
    std::string list;
    for (const Named<E>& n : allNames<E>()) list.append(list.empty() ? "" : ", ").append(n.word);
    return list;
}

} // namespace headscope
