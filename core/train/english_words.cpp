// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/english_words.h"

#include <cassert>
#include <string_view>

namespace headscope {
namespace {

bool isVowel(char c) {
    return std::string_view("aeiou").find(c) != std::string_view::npos;
}

/// "fly": a y that turns into ie.
bool endsInSoftY(const std::string& word) {
    return word.size() > 1 && word.back() == 'y' && !isVowel(word[word.size() - 2]);
}

bool hisses(const std::string& word) {
    for (const char* end : {"s", "x", "z", "ch", "sh"})
        if (word.ends_with(end)) return true;
    return false;
}

std::string withoutLast(const std::string& word) {
    return word.substr(0, word.size() - 1);
}

/// Plural of nouns and third person of verbs.
std::string withS(const std::string& word) {
    if (endsInSoftY(word)) return withoutLast(word) + "ies";
    return word + (hisses(word) || word == "go" ? "es" : "s");
}

/// One short syllable before one consonant: dropped, hugging.
bool doubles(const std::string& word) {
    const std::size_t n = word.size();
    return n <= 4 && n >= 3 && !isVowel(word[n - 1]) && isVowel(word[n - 2]) && !isVowel(word[n - 3]) &&
           std::string_view("wxy").find(word[n - 1]) == std::string_view::npos;
}

std::string doubled(const std::string& word) {
    return doubles(word) ? word + word.back() : word;
}

std::string pastOf(const std::string& word) {
    if (word.back() == 'e') return word + "d";
    if (endsInSoftY(word)) return withoutLast(word) + "ied";
    return doubled(word) + "ed";
}

std::string ingOf(const std::string& word) {
    if (word.back() == 'e' && !word.ends_with("ee")) return withoutLast(word) + "ing";
    return doubled(word) + "ing";
}

std::vector<std::string> partsOf(const std::string& written) {
    std::vector<std::string> parts(1);
    for (const char c : written) {
        if (c == '/') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

} // namespace

VerbForms verbForms(const std::string& written) {
    const std::vector<std::string> parts = partsOf(written);
    assert(parts.size() == 1 || parts.size() == 4);
    const std::string& base = parts[0];
    if (parts.size() == 4) return {base, withS(base), parts[1], parts[2], parts[3]};
    return {base, withS(base), pastOf(base), pastOf(base), ingOf(base)};
}

std::pair<std::string, std::string> nounForms(const std::string& written) {
    const std::vector<std::string> parts = partsOf(written);
    return {parts[0], parts.size() > 1 ? parts[1] : withS(parts[0])};
}

} // namespace headscope
