// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/word_task.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cassert>
#include <numeric>
#include <sstream>

namespace headscope {
namespace {

using Json = nlohmann::json;

/// One text in so many is kept for measuring.
constexpr std::uint64_t unseenShare = 8;
/// A part that so many draws did not hit would be empty.
constexpr int mostDraws = 10'000;

/// As the families spell them, in the order of SpecialId.
std::array<const char*, kFirstWordId> specialWords(ModelKind kind) {
    if (kind == ModelKind::Encoder) return {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    return {"<pad>", "<unk>", "<s>", "</s>", "<mask>"};
}

bool isSmall(char c) {
    return c >= 'a' && c <= 'z';
}
bool isCapital(char c) {
    return c >= 'A' && c <= 'Z';
}
char turned(char c) {
    return static_cast<char>(c ^ 0x20);
}
void capitalise(std::string& word) {
    if (!word.empty() && isSmall(word[0])) word[0] = turned(word[0]);
}

bool endsSentence(const std::string& word) {
    return word == "." || word == "?" || word == "!";
}
bool clingsToWordBefore(const std::string& word) {
    return endsSentence(word) || word == ",";
}

/// What decides on the part: the text with the answers in it. So a sentence with another of its words masked is in the
/// same part.
std::string splitKey(const TaskExample& example, ModelKind kind) {
    std::string key;
    for (std::size_t i = 0; i < example.ids.size(); ++i) {
        const bool hidden = kind == ModelKind::Encoder && example.targets[i] >= 0;
        key += std::to_string(hidden ? example.targets[i] : example.ids[i]) + ' ';
    }
    return key;
}

Json templateOf(ModelKind kind, const std::array<const char*, kFirstWordId>& special) {
    const auto token = [](const char* text, int type) {
        return Json{{"SpecialToken", {{"id", text}, {"type_id", type}}}};
    };
    const auto sequence = [](const char* name, int type) {
        return Json{{"Sequence", {{"id", name}, {"type_id", type}}}};
    };
    Json single = Json::array(), pair = Json::array();
    if (kind != ModelKind::EncoderDecoder) {
        single.push_back(token(special[kBeginId], 0));
        pair.push_back(token(special[kBeginId], 0));
    }
    single.push_back(sequence("A", 0));
    pair.push_back(sequence("A", 0));
    if (kind != ModelKind::Decoder) {
        single.push_back(token(special[kEndId], 0));
        pair.push_back(token(special[kEndId], 0));
    }
    const int second = kind == ModelKind::Encoder ? 1 : 0;
    pair.push_back(sequence("B", second));
    if (kind != ModelKind::Decoder) pair.push_back(token(special[kEndId], second));
    Json tokens = Json::object();
    for (const int id : {kBeginId, kEndId}) {
        const char* text = special[static_cast<std::size_t>(id)];
        tokens[text] = {{"id", text}, {"ids", {id}}, {"tokens", {text}}};
    }
    return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", tokens}};
}

/// Words with spaces between, but for punctuation and elisions.
Json decoderSteps() {
    return {{"type", "Sequence"},
            {"decoders",
             {{{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}},
              {{"type", "Fuse"}},
              {{"type", "Replace"}, {"pattern", {{"String", "' "}}}, {"content", "'"}}}}};
}

} // namespace

const WordTask::Lexicon& WordTask::lexicon() const {
    std::call_once(m_made, [this] {
        for (const char* word : specialWords(m_card.kind)) m_lexicon.vocabulary.emplace_back(word);
        for (std::string word : m_words()) {
            assert(!word.empty());
            const bool isName = m_card.sentences && isCapital(word[0]);
            if (isName) word[0] = turned(word[0]);
            const auto [at, isNew] = m_lexicon.ids.emplace(word, static_cast<int>(m_lexicon.vocabulary.size()));
            if (isNew) m_lexicon.vocabulary.push_back(word);
            if (isName) m_lexicon.names.insert(at->second);
        }
    });
    return m_lexicon;
}

int WordTask::id(std::string word) const {
    if (m_card.sentences && isCapital(word[0])) word[0] = turned(word[0]);
    const auto& known = lexicon().ids;
    const auto found = known.find(word);
    assert(found != known.end());
    return found == known.end() ? static_cast<int>(kUnknownId) : found->second;
}

std::vector<int> WordTask::ids(std::span<const std::string> words) const {
    std::vector<int> found;
    for (const std::string& word : words) found.push_back(id(word));
    return found;
}

TaskExample WordTask::encoderExample(std::span<const int> words) const {
    TaskExample example;
    example.ids.push_back(kBeginId);
    example.ids.insert(example.ids.end(), words.begin(), words.end());
    example.ids.push_back(kEndId);
    example.targets.assign(example.ids.size(), -1);
    return example;
}

TaskExample WordTask::decoderExample(std::span<const int> words) const {
    TaskExample example;
    example.ids.push_back(kBeginId);
    example.ids.insert(example.ids.end(), words.begin(), words.end());
    example.targets.assign(example.ids.size(), -1);
    return example;
}

TaskExample WordTask::pairExample(std::span<const int> source, std::span<const int> target) const {
    TaskExample example;
    example.ids.assign(source.begin(), source.end());
    example.ids.push_back(kEndId);
    example.decoderIds.push_back(kBeginId);
    example.decoderIds.insert(example.decoderIds.end(), target.begin(), target.end());
    example.targets.assign(target.begin(), target.end());
    example.targets.push_back(kEndId);
    return example;
}

TaskExample WordTask::example(Rng& rng, int length, TaskPart part) const {
    assert(length >= m_card.shortest);
    TaskExample drawn;
    for (int i = 0; i < mostDraws; ++i) {
        drawn = draw(rng, length);
        assert(std::ssize(drawn.ids) <= positions(length) && std::ssize(drawn.decoderIds) <= positions(length));
        const bool isUnseen = hashBytes(splitKey(drawn, m_card.kind)) % unseenShare == 0;
        if (isUnseen == (part == TaskPart::Unseen)) return drawn;
    }
    assert(false && "shortest() leaves a part empty");
    return drawn;
}

std::string WordTask::sentence(std::span<const int> ids) const {
    std::string text;
    bool begins = m_card.sentences;
    for (const int id : ids) {
        if (id == kBeginId || id == kEndId || id == kPadId) continue;
        std::string word = vocabulary()[static_cast<std::size_t>(id)];
        const bool joined = text.empty() || text.back() == '\'' || clingsToWordBefore(word);
        if (!joined) text += ' ';
        if (begins || lexicon().names.contains(id)) capitalise(word);
        begins = m_card.sentences && endsSentence(word);
        text += word;
    }
    return text;
}

std::string WordTask::text(const TaskExample& example) const {
    return sentence(example.ids);
}

std::optional<std::string> WordTask::text2(const TaskExample& example) const {
    if (m_card.kind != ModelKind::EncoderDecoder) return std::nullopt;
    return sentence(example.decoderIds);
}

std::string WordTask::tokenizerJson() const {
    const auto special = specialWords(m_card.kind);
    Json added = Json::array(), words = Json::object();
    for (std::size_t i = 0; i < special.size(); ++i)
        added.push_back({{"id", i},
                         {"content", special[i]},
                         {"single_word", false},
                         {"lstrip", false},
                         {"rstrip", false},
                         {"normalized", false},
                         {"special", true}});
    for (std::size_t i = 0; i < vocabulary().size(); ++i) words[vocabulary()[i]] = i;
    const Json split = {{"type", "Split"},
                        {"pattern", {{"Regex", R"(\p{L}+'?|[^\s\p{L}])"}}},
                        {"behavior", "Removed"},
                        {"invert", true}};
    const Json all = {{"version", "1.0"},
                      {"truncation", nullptr},
                      {"padding", nullptr},
                      {"added_tokens", added},
                      {"normalizer", m_card.sentences ? Json{{"type", "Lowercase"}} : Json()},
                      {"pre_tokenizer", split},
                      {"post_processor", templateOf(m_card.kind, special)},
                      {"decoder", decoderSteps()},
                      {"model", {{"type", "WordLevel"}, {"vocab", words}, {"unk_token", special[kUnknownId]}}}};
    return all.dump(1) + "\n";
}

std::string WordTask::tokenizerConfigJson() const {
    const auto special = specialWords(m_card.kind);
    const bool encoder = m_card.kind == ModelKind::Encoder;
    Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                   {"pad_token", special[kPadId]},
                   {"unk_token", special[kUnknownId]},
                   {encoder ? "cls_token" : "bos_token", special[kBeginId]},
                   {encoder ? "sep_token" : "eos_token", special[kEndId]}};
    if (encoder) config["mask_token"] = special[kMaskId];
    return config.dump(1) + "\n";
}

std::vector<std::string> splitWords(std::string_view table) {
    std::istringstream in{std::string(table)};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

int below(Rng& rng, int count) {
    assert(count > 0);
    return static_cast<int>(rng.uniform() * count);
}

int between(Rng& rng, int low, int high) {
    return low + below(rng, high - low + 1);
}

std::vector<int> distinct(Rng& rng, int from, int count) {
    assert(count <= from);
    std::vector<int> all(static_cast<std::size_t>(from));
    std::iota(all.begin(), all.end(), 0);
    for (int i = 0; i < count; ++i)
        std::swap(all[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(between(rng, i, from - 1))]);
    all.resize(static_cast<std::size_t>(count));
    return all;
}

} // namespace headscope
