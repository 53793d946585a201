// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/task.h"

#include <functional>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

namespace headscope {

/// The ids that every task's vocabulary begins with.
enum SpecialId : int { kPadId, kUnknownId, kBeginId, kEndId, kMaskId, kFirstWordId };

/// What a task says of itself.
struct TaskCard {
    std::string name;
    std::string discovery;
    ModelKind kind = ModelKind::Decoder;
    TaskDefaults defaults;
    int shortest = 0;
    bool sentences = false; ///< texts are sentences: text() begins them with a capital, and any case is read
};

/// A task whose tokens are words of a list. Texts are read by the pieces of words and the special tokens around them:
/// encoders "[CLS] words [SEP]", decoders "<s> words", encoder–decoders "words </s>" with "<s> words" in the decoder.
/// A word is made of letters, and may end with an apostrophe (l'); or it is one other character.
class WordTask : public Task {
public:
    std::string_view name() const final { return m_card.name; }
    std::string_view discovery() const final { return m_card.discovery; }
    ModelKind kind() const final { return m_card.kind; }
    TaskDefaults defaults() const final { return m_card.defaults; }
    int shortest() const final { return m_card.shortest; }
    const std::vector<std::string>& vocabulary() const final { return lexicon().vocabulary; }
    std::string tokenizerJson() const final;
    std::string tokenizerConfigJson() const final;
    /// Draws until the example lies in the part: the hash of its splitKey() says where.
    TaskExample example(Rng& rng, int length, TaskPart part) const final;
    std::string text(const TaskExample& example) const final;
    std::optional<std::string> text2(const TaskExample& example) const final;

protected:
    /// `words` is asked when the first of them is needed, not before: a grammar's take a while. They come in any order;
    /// those given twice count once. With `sentences`, a word that begins with a capital is a name: its entry is in
    /// small letters, and text() writes the capital.
    WordTask(TaskCard card, std::function<std::vector<std::string>()> words)
        : m_card(std::move(card)), m_words(std::move(words)) {}

    /// One example of at most `length` tokens, whichever part it lies in. `length` ≥ shortest() must give examples of
    /// both parts.
    virtual TaskExample draw(Rng& rng, int length) const = 0;

    /// Of a word that is in the list, as it was given or in small letters.
    int id(std::string word) const;
    std::vector<int> ids(std::span<const std::string> words) const;

    /// "[CLS] words [SEP]" with nothing asked yet.
    TaskExample encoderExample(std::span<const int> words) const;
    /// "<s> words" with nothing asked yet.
    TaskExample decoderExample(std::span<const int> words) const;
    /// Every word of the target and the end are asked.
    TaskExample pairExample(std::span<const int> source, std::span<const int> target) const;

private:
    struct Lexicon {
        std::vector<std::string> vocabulary;
        std::unordered_map<std::string, int> ids;
        std::set<int> names;
    };
    const Lexicon& lexicon() const;
    std::string sentence(std::span<const int> ids) const;

    TaskCard m_card;
    std::function<std::vector<std::string>()> m_words;
    mutable std::once_flag m_made;
    mutable Lexicon m_lexicon;
};

/// The words of a table with spaces between them.
std::vector<std::string> splitWords(std::string_view table);

/// Uniform in 0 … count − 1.
int below(Rng& rng, int count);
/// Uniform in low … high.
int between(Rng& rng, int low, int high);
template <class T> const T& pick(Rng& rng, const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(rng, static_cast<int>(from.size())))];
}
/// The first `count` of 0 … from − 1 in a random order.
std::vector<int> distinct(Rng& rng, int from, int count);

} // namespace headscope
