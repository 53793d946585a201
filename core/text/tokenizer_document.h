// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/text/token_model.h"

#include <map>
#include <string>
#include <vector>

namespace headscope {

/// A tokenizer.json taken apart. Vocabulary and merges, nearly all of the file, are read straight into lists: as a tree
/// of JSON values a vocabulary of 250,000 entries would take several times as long.
struct TokenizerDocument {
    std::map<std::string, std::string> sections; ///< the values of the top level, as JSON, without what stands below
    std::vector<VocabularyEntry> vocabulary;     ///< in the file's order
    std::vector<double> scores;                  ///< of each entry, where the vocabulary is a list of pairs
    bool hasScores = false;
    std::vector<Merge> merges;
    bool hasMerges = false;
};

/// Input error with the place in the file: broken JSON, an id that is no whole number, nesting without end …
Result<TokenizerDocument> readTokenizerDocument(std::string_view json);
/// The same for a vocab.json, which is only a vocabulary.
Result<std::vector<VocabularyEntry>> readVocabularyJson(std::string_view json);
/// Lines of merges.txt. Input error with the line.
Result<std::vector<Merge>> readMerges(std::string_view text);

} // namespace headscope
