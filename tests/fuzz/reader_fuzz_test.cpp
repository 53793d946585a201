// SPDX-License-Identifier: GPL-3.0-or-later
// Good files with random damage: whatever comes in, a reader gives a value or a sentence. Run under the sanitizers,
// this is where reading outside a buffer shows. Seeds are fixed, so a failure can be run again.
#include "core/base/rng.h"
#include "core/io/mask_file.h"
#include "core/io/tensor_file.h"
#include "core/session/session_file.h"
#include "core/sources/layer_file.h"
#include "core/sources/model_folder.h"
#include "tests/core/io_fixture.h"
#include "tests/core/tokenizer_fixture.h"

using namespace headscope;
using namespace headscope::test;

namespace {

/// One to four changes of the kinds that find mistakes: bits, whole numbers at their limits, cuts, repeats, moved
/// parts.
std::string damage(std::string bytes, Rng& rng) {
    const auto place = [&] { return bytes.empty() ? 0 : rng.next() % bytes.size(); };
    for (std::uint64_t changes = 1 + rng.next() % 4; changes > 0; --changes) {
        static const std::string kNumbers[] = {std::string(4, '\0'),
                                               "\xFF\xFF\xFF\xFF",
                                               "\xFF\xFF\xFF\x7F",
                                               std::string("\0\0\0\x80", 4),
                                               "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
                                               "9",
                                               "-1",
                                               "[",
                                               "{",
                                               "\"",
                                               "18446744073709551616"};
        switch (rng.next() % 6) {
        case 0:
            if (!bytes.empty()) bytes[place()] ^= static_cast<char>(1 << rng.next() % 8);
            break;
        case 1: {
            const std::string& number = kNumbers[rng.next() % std::size(kNumbers)];
            const std::size_t at = place();
            bytes.replace(at, std::min(number.size(), bytes.size() - at), number);
            break;
        }
        case 2:
            bytes.resize(place());
            break;
        case 3:
            bytes.insert(place(), bytes.substr(place(), rng.next() % 64));
            break;
        case 4:
            bytes.erase(place(), rng.next() % 16);
            break;
        default:
            if (!bytes.empty()) bytes[place()] = static_cast<char>(rng.next());
        }
    }
    return bytes;
}

/// One value of the JSON, a number, word or list, becomes another one that makes readers stumble.
std::string otherValue(const std::string& json, Rng& rng) {
    static const char* const kValues[] = {"0",     "-1",       "1",          "3",
                                          "1.5",   "16777216", "2147483647", "9223372036854775808",
                                          "1e99",  "null",     "[]",         "{}",
                                          "[[]]",  "\"\"",     "\"gelu\"",   "true",
                                          "false", "1e-320",   "[1, 2, 3]",  "[[[\"global\"], 4096]]",
                                          "NaN"};
    std::vector<std::size_t> colons;
    for (std::size_t at = json.find("\": "); at != std::string::npos; at = json.find("\": ", at + 1))
        colons.push_back(at + 3);
    const std::size_t begin = colons[rng.next() % colons.size()];
    const std::size_t end = std::min(json.find(",\n", begin), json.find("\n}", begin));
    return json.substr(0, begin) + kValues[rng.next() % std::size(kValues)] + json.substr(std::min(end, json.size()));
}

/// Half of the damage goes to the head of the file, where the lies are told.
template <class Check> void fuzz(const std::vector<std::string>& files, int rounds, Check check) {
    const TempFolder folder;
    const std::string path = folder / "fuzzed";
    for (const std::string& name : files) {
        const std::string good = readBytes(golden(name));
        ASSERT_FALSE(good.empty()) << name;
        Rng rng(hashBytes(name));
        for (int i = 0; i < rounds; ++i) {
            const std::size_t head = std::min<std::size_t>(good.size(), 256);
            writeBytes(path, i % 2 ? damage(good, rng) : damage(good.substr(0, head), rng) + good.substr(head));
            check(path);
        }
    }
}

template <class T> void expectSentence(const Result<T>& result) {
    if (result) return;
    EXPECT_FALSE(result.error().detail.empty());
    EXPECT_EQ(result.error().message().find('\n'), std::string::npos);
    EXPECT_EQ(result.error().message().find('\0'), std::string::npos);
}

} // namespace

TEST(Fuzz, Npy) {
    fuzz({"arrays/little_f4.npy", "arrays/version3.npy", "arrays/fortran_3d.npy", "arrays/bool.npy"}, 1500,
         [](const std::string& path) {
             const auto array = readNpy(path);
             expectSentence(array);
             EXPECT_LE(array ? array->values.size() : 0, 1000U);
             expectSentence(readMask(path));
         });
}

TEST(Fuzz, Npz) {
    fuzz({"arrays/stored.npz", "arrays/deflated.npz", "layers/keras_cross.npz"}, 4000, [](const std::string& path) {
        expectSentence(readNpz(path));
        expectSentence(readLayer(path, {}));
    });
}

TEST(Fuzz, Safetensors) {
    fuzz({"layers/torch_fused.safetensors", "layers/keras_no_bias.safetensors", "layers/torch_decoder.safetensors"},
         2000, [](const std::string& path) {
             expectSentence(readSafetensors(path));
             expectSentence(readLayer(path, {"", 2, Combine::Sum}));
         });
}

TEST(Fuzz, Session) {
    Session session;
    session.text = std::string("NUL\0 and 你好", 16);
    session.text2 = "second";
    session.sandbox.heads = 3;
    session.sandbox.designs = {Design::First};
    session.sandbox.mask.grid =
        std::make_shared<const MaskGrid>(MaskGrid{1, 2, 100, std::vector<std::uint8_t>(200, 1)});
    session.sandbox.weightsFile = "\xFF.npz";
    session.view.activeHeads = {0, 2};
    const std::string good = formatSession(session);
    Rng rng(7);
    int accepted = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto parsed = parseSession(damage(good, rng));
        expectSentence(parsed);
        if (!parsed) continue;
        ++accepted;
        // What is accepted is a whole session: it can be saved and opened again.
        const auto again = parseSession(formatSession(*parsed));
        ASSERT_TRUE(again) << again.error().message();
        EXPECT_TRUE(*again == *parsed);
    }
    EXPECT_GT(accepted, 0);
}

TEST(Fuzz, Tokenizer) {
    for (const char* kind : {"albert", "llama2_legacy", "llama3", "bert", "bpe_prefix"}) {
        const std::string good = inflatedGolden(std::string("tokenizers/") + kind + ".json.z");
        Rng rng(hashBytes(kind));
        int accepted = 0;
        for (int i = 0; i < 1000; ++i) {
            // Half of the damage is done where the steps are, half in the vocabulary.
            const std::size_t head = std::min<std::size_t>(good.size(), 2000);
            const auto made =
                tokenizerOf(i % 2 ? damage(good, rng) : damage(good.substr(0, head), rng) + good.substr(head));
            expectSentence(made);
            if (!made) continue;
            ++accepted;
            const auto tokens = (*made)->encode("Don't [MASK] e\u0301 \u00bd 12  \u91ce\n<s>x");
            expectSentence(tokens);
            if (!tokens) continue;
            std::vector<std::int64_t> ids;
            for (const Token& token : *tokens) ids.push_back(token.id);
            EXPECT_LT((*made)->decode(ids).size(), 10'000U);
        }
        EXPECT_GT(accepted, 0) << kind;
    }
}

TEST(Fuzz, ModelConfig) {
    for (const auto& entry : std::filesystem::directory_iterator(golden("models"))) {
        const std::string family = entry.path().filename().string();
        const TempFolder folder;
        const std::string model = folder / family;
        std::filesystem::copy(entry.path(), model, std::filesystem::copy_options::recursive);
        const std::string path = innerFolder(model) + "/config.json";
        const std::string good = readBytes(path);
        ASSERT_FALSE(good.empty()) << path;
        Rng rng(hashBytes(family));
        int supported = 0;
        for (int i = 0; i < 200; ++i) {
            // Half of the damage makes other values of the keys, which is where sizes come from.
            writeBytes(path, i % 2 ? damage(good, rng) : otherValue(good, rng));
            const auto described = describeModel(model);
            expectSentence(described);
            if (!described) continue;
            EXPECT_EQ(described->reason.find('\n'), std::string::npos) << described->reason;
            EXPECT_EQ(described->supported, described->reason.empty());
            EXPECT_LE(described->layers, 4096);
            supported += described->supported;
            const auto opened = openModel(model);
            expectSentence(opened);
            EXPECT_EQ(opened.ok(), described->supported) << described->reason;
            if (opened) {
                EXPECT_LT((*opened)->bytes, 10'000'000U);
            }
        }
        EXPECT_GT(supported, 0) << family;
    }
}
