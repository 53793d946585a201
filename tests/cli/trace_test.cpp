// SPDX-License-Identifier: GPL-3.0-or-later
// What `headscope trace` writes, read with readers of our own and checked against the formulas of Vaswani et al. 2017.
#include "tests/cli/support.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <sstream>

using namespace headscope::test;

namespace {

using Shape = std::vector<std::int64_t>;

Trace traceOf(Words words, const Call& call = {}) {
    Folder folder;
    words.insert(words.begin(), "trace");
    words.insert(words.end(), {"-o", folder / "x.npz"});
    const Outcome outcome = run(words, call);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out + outcome.err, "");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"x.npz"});
    return outcome.code == 0 ? readNpzTrace(bytesOf(folder / "x.npz")) : Trace();
}

std::vector<std::string> texts(const nlohmann::json& tokens) {
    std::vector<std::string> list;
    for (const nlohmann::json& token : tokens) list.push_back(token.at("text"));
    return list;
}

/// softmax over the allowed keys of every row, in double.
std::vector<double> softmaxRow(const Tensor& scores, const Tensor& mask, std::int64_t h, std::int64_t i) {
    const std::int64_t keys = scores.shape[2], maskHead = mask.shape[0] == 1 ? 0 : h;
    std::vector<double> row(static_cast<std::size_t>(keys), 0);
    double sum = 0;
    for (std::int64_t j = 0; j < keys; ++j)
        if (mask.at(maskHead, i, j) != 0) sum += row[static_cast<std::size_t>(j)] = std::exp(scores.at(h, i, j));
    for (double& x : row) x = sum == 0 ? 0 : x / sum;
    return row;
}

/// Every array of a layer agrees with the formulas; `score` is the function of a query's and a key's vector.
template <class Score> void expectConsistent(const Trace& trace, const std::string& site, Score score) {
    const auto get = [&](const std::string& name) { return trace.arrays.at(site + ".0." + name); };
    const Tensor q = get("q"), k = get("k"), v = get("v"), scores = get("scores"), mask = get("mask"),
                 weights = get("weights"), context = get("context");
    const std::int64_t heads = q.shape[0], group = heads / k.shape[0];
    for (std::int64_t h = 0; h < heads; ++h) {
        for (std::int64_t i = 0; i < q.shape[1]; ++i) {
            for (std::int64_t j = 0; j < k.shape[1]; ++j) {
                std::vector<double> a, b;
                for (std::int64_t d = 0; d < q.shape[2]; ++d)
                    a.push_back(q.at(h, i, d)), b.push_back(k.at(h / group, j, d));
                EXPECT_NEAR(scores.at(h, i, j), score(a, b), 2e-4) << h << " " << i << " " << j;
            }
            const std::vector<double> row = softmaxRow(scores, mask, h, i);
            for (std::int64_t j = 0; j < k.shape[1]; ++j)
                EXPECT_NEAR(weights.at(h, i, j), row[static_cast<std::size_t>(j)], 1e-5);
            for (std::int64_t d = 0; d < v.shape[2]; ++d) {
                double sum = 0;
                for (std::int64_t j = 0; j < k.shape[1]; ++j) sum += weights.at(h, i, j) * v.at(h / group, j, d);
                EXPECT_NEAR(context.at(h, i, d), sum, 1e-4);
            }
        }
    }
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}
double scaledDot(const std::vector<double>& a, const std::vector<double>& b) {
    return dot(a, b) / std::sqrt(static_cast<double>(a.size()));
}

const char* const everything = "weights,softmax,scores,mask,q,k,v,context,output,input";

TEST(TraceFile, NamesAndShapes) {
    const Trace trace = traceOf({"--text", "The cat sat.", "--what", everything});
    const std::map<std::string, std::pair<std::string, Shape>> expected = {{"self.0.weights", {"f4", {4, 4, 4}}},
                                                                           {"self.0.softmax", {"f4", {4, 4, 4}}},
                                                                           {"self.0.scores", {"f4", {4, 4, 4}}},
                                                                           {"self.0.mask", {"u1", {1, 4, 4}}},
                                                                           {"self.0.q", {"f4", {4, 4, 16}}},
                                                                           {"self.0.k", {"f4", {4, 4, 16}}},
                                                                           {"self.0.v", {"f4", {4, 4, 16}}},
                                                                           {"self.0.context", {"f4", {4, 4, 16}}},
                                                                           {"self.0.output", {"f4", {4, 64}}},
                                                                           {"self.0.input", {"f4", {4, 64}}},
                                                                           {"ids", {"i8", {4}}},
                                                                           {"spans", {"i8", {4, 2}}}};
    for (const auto& [name, what] : expected) {
        ASSERT_TRUE(trace.arrays.contains(name)) << name;
        EXPECT_EQ(trace.arrays.at(name).dtype, what.first) << name;
        EXPECT_EQ(trace.arrays.at(name).shape, what.second) << name;
    }
    EXPECT_EQ(trace.arrays.size(), expected.size());
    EXPECT_EQ(texts(trace.tokens), (std::vector<std::string>{"The", "cat", "sat", "."}));
    EXPECT_EQ(trace.arrays.at("spans").values, (std::vector<double>{0, 3, 4, 7, 8, 11, 11, 12}));
    EXPECT_EQ(trace.arrays.at("ids").values, (std::vector<double>{0, 1, 2, 3}));
    EXPECT_TRUE(trace.tokens2.is_null());
    ASSERT_EQ(trace.config.at("heads").size(), 4u);
    const char* designs[] = {"previous", "next", "first", "same"};
    for (std::size_t h = 0; h < 4; ++h) EXPECT_EQ(trace.config["heads"][h].at("design"), designs[h]);
}

TEST(TraceFile, TheDefaultSet) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : traceOf({"--text", "a b"}).arrays) names.push_back(name);
    EXPECT_EQ(names, (std::vector<std::string>{"ids", "self.0.context", "self.0.k", "self.0.output", "self.0.q",
                                               "self.0.scores", "self.0.v", "self.0.weights", "spans"}));
}

TEST(TraceFile, TheFormulas) {
    const Words words = {
        "--text", "time flies like an arrow", "--weights", "random", "--bias", "--seed", "7", "--what", everything};
    expectConsistent(traceOf(words), "self", scaledDot);
}

TEST(TraceFile, EveryDialReachesTheNumbers) {
    const Words dials = {"--text",           "one two three four five",
                         "--text2",          "uno dos tres",
                         "--weights=random", "--d-model=24",
                         "--heads=6",        "--kv-heads=3",
                         "--d-k=5",          "--d-v=7",
                         "--mask=causal",    "--what",
                         everything};
    const Trace trace = traceOf(dials);
    EXPECT_EQ(trace.arrays.at("cross.0.q").shape, (Shape{6, 5, 5}));
    EXPECT_EQ(trace.arrays.at("cross.0.k").shape, (Shape{3, 3, 5}));
    EXPECT_EQ(trace.arrays.at("cross.0.v").shape, (Shape{3, 3, 7}));
    EXPECT_EQ(trace.arrays.at("cross.0.context").shape, (Shape{6, 5, 7}));
    EXPECT_EQ(trace.arrays.at("cross.0.output").shape, (Shape{5, 24}));
    EXPECT_EQ(trace.arrays.at("spans2").values, (std::vector<double>{0, 3, 4, 7, 8, 12}));
    EXPECT_EQ(texts(trace.tokens2), (std::vector<std::string>{"uno", "dos", "tres"}));
    expectConsistent(trace, "cross", scaledDot);
}

TEST(TraceFile, ScoreFunctions) {
    const auto with = [](const std::string& score, const std::string& temperature) {
        return traceOf({"--text", "a b c", "--weights", "random", "--score", score, "--temperature", temperature,
                        "--what", everything});
    };
    using Row = std::vector<double>;
    expectConsistent(with("dot", "1"), "self", dot);
    expectConsistent(with("scaled-dot", "0.5"), "self",
                     [](const Row& a, const Row& b) { return scaledDot(a, b) / 0.5; });
    expectConsistent(with("cosine", "2"), "self",
                     [](const Row& a, const Row& b) { return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b)) / 2; });
    expectConsistent(with("euclidean", "1"), "self", [](const Row& a, const Row& b) {
        return -std::sqrt(std::max(0.0, dot(a, a) - 2 * dot(a, b) + dot(b, b)));
    });
}

/// Whether each cell of the mask is what `allowed(i, j)` says, masked weights are 0 and rows sum to 1 or, empty, to 0.
template <class Allowed> void expectMask(const Words& masks, Allowed allowed) {
    Words words = {"--text", "a b c d e", "--weights", "random", "--what", "mask,weights"};
    words.insert(words.end(), masks.begin(), masks.end());
    const Trace trace = traceOf(words);
    const Tensor mask = trace.arrays.at("self.0.mask"), weights = trace.arrays.at("self.0.weights");
    for (std::int64_t h = 0; h < 4; ++h) {
        for (std::int64_t i = 0; i < 5; ++i) {
            double sum = 0;
            bool any = false;
            for (std::int64_t j = 0; j < 5; ++j) {
                EXPECT_EQ(mask.at(mask.shape[0] == 1 ? 0 : h, i, j) != 0, allowed(i, j))
                    << masks[0] << masks[1] << i << j;
                EXPECT_TRUE(allowed(i, j) || weights.at(h, i, j) == 0);
                sum += weights.at(h, i, j);
                any |= allowed(i, j);
            }
            EXPECT_NEAR(sum, any ? 1 : 0, 1e-5);
        }
    }
}

TEST(TraceFile, Masks) {
    using I = std::int64_t;
    Folder folder;
    std::vector<float> cells(25, 1);
    cells[1 * 5 + 3] = 0;
    writeBytes(folder / "m.npy", npy({5, 5}, cells));
    expectMask({"--mask", "none"}, [](I, I) { return true; });
    expectMask({"--mask", "causal"}, [](I i, I j) { return j <= i; });
    expectMask({"--mask", "window:1"}, [](I i, I j) { return std::abs(i - j) <= 1; });
    expectMask({"--mask", "window:0"}, [](I i, I j) { return i == j; });
    expectMask({"--mask", "prefix:3"}, [](I i, I j) { return j <= i || (i < 3 && j < 3); });
    expectMask({"--mask", "padding:0,4"}, [](I, I j) { return j != 0 && j != 4; });
    expectMask({"--mask", "padding:0,1,2,3,4"}, [](I, I) { return false; });
    expectMask({"--mask", folder / "m.npy"}, [](I i, I j) { return !(i == 1 && j == 3); });
    expectMask({"--mask", "causal", "--mask", "padding:0"}, [](I i, I j) { return j <= i && j != 0; });
    expectMask({"--mask", "window:3", "--mask", "window:1"}, [](I i, I j) { return std::abs(i - j) <= 1; });
    expectMask({"--mask", folder / "m.npy", "--mask", "window:2"},
               [](I i, I j) { return !(i == 1 && j == 3) && std::abs(i - j) <= 2; });
}

TEST(TraceFile, SeveralMaskFiles) {
    Folder folder;
    std::vector<float> first(16, 1), perHead(64, 1);
    first[1] = 0;
    perHead[2 * 16 + 4] = 0; // head 2, query 1, key 0
    writeBytes(folder / "a.npy", npy({4, 4}, first));
    writeBytes(folder / "b.npy", npy({4, 4, 4}, perHead));
    const Tensor mask =
        traceOf({"--text", "a b c d", "--mask", folder / "a.npy", "--mask", folder / "b.npy", "--what", "mask"})
            .arrays.at("self.0.mask");
    ASSERT_EQ(mask.shape, (Shape{4, 4, 4}));
    for (std::int64_t h = 0; h < 4; ++h)
        for (std::int64_t cell = 0; cell < 16; ++cell)
            EXPECT_EQ(mask.at(h, cell / 4, cell % 4), cell == 1 || (h == 2 && cell == 4) ? 0 : 1) << h << " " << cell;
}

TEST(TraceFile, ChosenHeadsInTheirOrder) {
    const Trace all = traceOf({"--text", "a b c", "--weights", "random"});
    const Trace some = traceOf({"--text", "a b c", "--weights", "random", "--head", "3,1"});
    for (const std::string name : {"self.0.weights", "self.0.q", "self.0.context"}) {
        const Tensor &a = all.arrays.at(name), &s = some.arrays.at(name);
        ASSERT_EQ(s.shape[0], 2);
        const std::int64_t chosen[] = {3, 1};
        for (std::int64_t h = 0; h < 2; ++h)
            for (std::int64_t i = 0; i < a.shape[1]; ++i)
                for (std::int64_t j = 0; j < a.shape[2]; ++j) EXPECT_EQ(s.at(h, i, j), a.at(chosen[h], i, j));
    }
}

TEST(TraceFile, AllFormatsHoldTheSame) {
    const auto bytes = [](const std::string& format) {
        Folder folder;
        const Outcome outcome = run({"trace", "--text", "\"né\", 猫\t!", "--text2", "b, c", "--what", everything, "-o",
                                     folder / ("x." + format)});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return bytesOf(folder / ("x." + format));
    };
    const Trace npz = readNpzTrace(bytes("npz")), tensors = readSafetensorsTrace(bytes("safetensors")),
                json = readJsonTrace(bytes("json"));
    for (const Trace* other : {&tensors, &json}) {
        EXPECT_EQ(other->tokens, npz.tokens);
        EXPECT_EQ(other->tokens2, npz.tokens2);
        EXPECT_EQ(other->config, npz.config);
        ASSERT_EQ(other->arrays.size(), npz.arrays.size());
        for (const auto& [name, tensor] : npz.arrays) {
            const Tensor& twin = other->arrays.at(name);
            EXPECT_EQ(twin.shape, tensor.shape) << name;
            ASSERT_EQ(twin.values.size(), tensor.values.size()) << name;
            for (std::size_t i = 0; i < tensor.values.size(); ++i)
                EXPECT_EQ(static_cast<float>(twin.values[i]), static_cast<float>(tensor.values[i])) << name;
        }
    }
    EXPECT_EQ(nlohmann::json::parse(bytes("json")).at("headscope"), HEADSCOPE_VERSION);
}

TEST(TraceFile, CsvHasARowForEveryCell) {
    const Words dials = {"--text", "a b", "--mask", "causal", "--heads", "2"};
    const Trace npz = traceOf(dials);
    Words words = {"trace", "--format", "csv", "-o", "-"};
    words.insert(words.end(), dials.begin(), dials.end());
    const Outcome outcome = run(words);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    std::stringstream lines(outcome.out);
    std::string line;
    const auto next = [&] {
        std::getline(lines, line);
        if (line.ends_with('\r')) line.pop_back();
        return line;
    };
    EXPECT_EQ(next(), "site,layer,head,query,query_token,key,key_token,score,weight,masked");
    const char* tokens[] = {"a", "b"};
    for (std::int64_t h = 0; h < 2; ++h) {
        for (std::int64_t cell = 0; cell < 4; ++cell) {
            const std::int64_t i = cell / 2, j = cell % 2;
            std::vector<std::string> fields;
            std::stringstream row(next());
            for (std::string field; std::getline(row, field, ',');) fields.push_back(field);
            ASSERT_EQ(fields.size(), 10u) << line;
            EXPECT_EQ(fields[0] + fields[1] + fields[2] + fields[3] + fields[4] + fields[5] + fields[6],
                      "self0" + std::to_string(h) + std::to_string(i) + tokens[i] + std::to_string(j) + tokens[j]);
            EXPECT_EQ(std::stof(fields[7]), static_cast<float>(npz.arrays.at("self.0.scores").at(h, i, j)));
            EXPECT_EQ(std::stof(fields[8]), static_cast<float>(npz.arrays.at("self.0.weights").at(h, i, j)));
            EXPECT_EQ(fields[9], j > i ? "1" : "0");
        }
    }
    EXPECT_EQ(next(), "");
}

TEST(TraceFile, CsvQuotesWhatNeedsIt) {
    const Outcome outcome =
        run({"trace", "--tokens", "characters", "--text", ",\"", "--heads", "1", "--format", "csv", "-o", "-"});
    EXPECT_NE(outcome.out.find("self,0,0,0,\",\",1,\"\"\"\","), std::string::npos) << outcome.out;
}

TEST(TraceFile, DesignedHeadsPutTheirMassWhereTheyPromise) {
    const Tensor w = traceOf({"--text", "the cat and the dog saw the bird"}).arrays.at("self.0.weights");
    const char* words[] = {"the", "cat", "and", "the", "dog", "saw", "the", "bird"};
    for (std::int64_t i = 0; i < 8; ++i) {
        EXPECT_TRUE(i == 0 || w.at(0, i, i - 1) >= 0.9) << i;
        EXPECT_TRUE(i == 7 || w.at(1, i, i + 1) >= 0.9) << i;
        EXPECT_GE(w.at(2, i, 0), 0.9) << i;
        double same = 0;
        for (std::int64_t j = 0; j < 8; ++j)
            if (std::string(words[i]) == words[j]) same += w.at(3, i, j);
        EXPECT_GE(same, 0.9) << i;
    }
}

TEST(TraceFile, DesignsAreChosen) {
    const Trace trace = traceOf({"--text", "a b c d", "--heads", "2", "--designs", "self,next"});
    const Tensor w = trace.arrays.at("self.0.weights");
    for (std::int64_t i = 0; i < 4; ++i) EXPECT_GE(w.at(0, i, i), 0.9);
    for (std::int64_t i = 0; i < 3; ++i) EXPECT_GE(w.at(1, i, i + 1), 0.9);
    EXPECT_EQ(trace.config.at("heads").at(0).at("design"), "self");
}

TEST(TraceFile, InputReplacesTheTokenVectors) {
    Folder folder;
    std::vector<float> x(3 * 8);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) / 16.0F - 0.5F;
    writeBytes(folder / "x.npy", npy({3, 8}, x));
    const Trace trace =
        traceOf({"--input", folder / "x.npy", "--heads", "2", "--weights", "random", "--what", everything});
    EXPECT_EQ(texts(trace.tokens), (std::vector<std::string>{"0", "1", "2"}));
    const Tensor input = trace.arrays.at("self.0.input");
    ASSERT_EQ(input.shape, (Shape{3, 8}));
    for (std::size_t i = 0; i < x.size(); ++i)
        EXPECT_EQ(input.values[i], static_cast<double>(x[i])); // without positions
    expectConsistent(trace, "self", scaledDot);
}

TEST(TraceFile, ASeedIsAnyNumberOf64Bits) {
    const auto seedOf = [](const std::string& seed) {
        return traceOf({"--text", "a b", "--seed", seed}).config.at("seed").get<std::uint64_t>();
    };
    EXPECT_EQ(seedOf("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(seedOf("9223372036854775808"), std::uint64_t{1} << 63);
}

/// Characters that JSON escapes, that join others or that stand for nothing, each alone between spaces.
TEST(TraceFile, OddCharactersComeThroughJson) {
    Folder folder;
    const std::string odd[] = {"\x01",         "\x7F",         "\xC2\x80",     "\xCC\x81",         "\xE2\x80\x8D",
                               "\xE2\x80\xA8", "\xE2\x80\xAE", "\xEF\xB8\x8F", "\xEF\xBB\xBF",     "\xEF\xBF\xBD",
                               "\xEF\xBF\xBF", "\xF0\x9F\x87\xA9", "\"",       "\xF4\x8F\xBF\xBF", "\\"};
    std::string text;
    for (const std::string& character : odd) text += "x " + character + " ";
    writeBytes(folder / "t.txt", text);
    ASSERT_EQ(run({"trace", "--text", "@" + folder / "t.txt", "--tokens", "characters", "--what", "q", "-o", folder / "x.json"}).code,
              0);
    std::string joined;
    for (const nlohmann::json& token : readJsonTrace(bytesOf(folder / "x.json")).tokens) {
        const std::size_t begin = token.at("begin"), end = token.at("end");
        EXPECT_EQ(text.substr(begin, end - begin), token.at("text").get<std::string>());
        joined += token.at("text").get<std::string>();
    }
    EXPECT_EQ(joined, text);
}

TEST(TraceFile, ATextIsItsBytes) {
    Folder folder;
    const std::string text = "\xEF\xBB\xBF@home \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB e\xCC\x81t\r\n";
    writeBytes(folder / "t.txt", text);
    Call call;
    call.input = text;
    const Trace file = traceOf({"--text", "@" + folder / "t.txt"}), piped = traceOf({"--text", "-"}, call),
                typed = traceOf({"--text", text});
    EXPECT_EQ(file.tokens, typed.tokens);
    EXPECT_EQ(piped.tokens, typed.tokens);
    EXPECT_EQ(traceOf({"--text", "@@home"}).tokens, traceOf({"--text=@@home"}).tokens);
    for (const nlohmann::json& token : file.tokens) {
        const std::size_t begin = token.at("begin"), end = token.at("end");
        EXPECT_EQ(text.substr(begin, end - begin), token.at("text").get<std::string>());
    }
    EXPECT_EQ(traceOf({"--text", "@@home"}).tokens.at(0).at("begin"), 0);
    const std::vector<std::string> family = texts(traceOf({"--tokens", "characters", "--text",
                                                           "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"
                                                           "e\xCC\x81 x"})
                                                      .tokens);
    EXPECT_EQ(family,
              (std::vector<std::string>{"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", "e\xCC\x81", " ", "x"}));
}

TEST(TraceFile, DropoutShowsTheDroppedWeights) {
    const Trace trace =
        traceOf({"--text", "a b c d e f g h", "--dropout", "0.5", "--weights", "random", "--what", "weights,softmax"});
    const Tensor weights = trace.arrays.at("self.0.weights"), softmax = trace.arrays.at("self.0.softmax");
    int dropped = 0;
    for (std::size_t i = 0; i < weights.values.size(); ++i) {
        dropped += weights.values[i] == 0;
        // The kept ones are divided by 1 − p.
        EXPECT_NEAR(weights.values[i], weights.values[i] == 0 ? 0 : softmax.values[i] * 2, 1e-5);
    }
    EXPECT_GT(dropped, 256 / 4);
    EXPECT_LT(dropped, 256 * 3 / 4);
}

TEST(TraceFile, ASessionFileWithOptionsOverIt) {
    Folder folder;
    writeBytes(folder / "s.headscope", R"({"headscope": "session", "version": 1, "text": "a b c"})");
    const Trace plain = traceOf({"--session", folder / "s.headscope", "--what", everything});
    EXPECT_EQ(texts(plain.tokens), (std::vector<std::string>{"a", "b", "c"}));
    const Trace other = traceOf({"--text", "x y", "--heads", "2", "--session", folder / "s.headscope", "--mask",
                                 "causal", "--what", everything});
    EXPECT_EQ(texts(other.tokens), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(other.arrays.at("self.0.weights").shape, (Shape{2, 2, 2}));
    EXPECT_EQ(other.arrays.at("self.0.weights").at(1, 0, 1), 0);
}

TEST(TraceFile, HiddenIsWhatEntersAndWhatLeaves) {
    Folder folder;
    for (const std::string after : {"nothing", "mlp"}) {
        const Outcome outcome = run({"trace", "--text", "the cat sat", "--after", after, "--what",
                                     "hidden,input,output", "-o", folder / "x.npz"});
        ASSERT_EQ(outcome.code, 0) << outcome.err;
        const Tensors arrays = readNpzTrace(bytesOf(folder / "x.npz")).arrays;
        EXPECT_EQ(arrays.at("hidden.0").values, arrays.at("self.0.input").values);
        EXPECT_EQ(arrays.at("hidden.1").shape, (std::vector<std::int64_t>{3, 64}));
        EXPECT_EQ(arrays.at("hidden.1").values == arrays.at("self.0.output").values, after == "nothing");
    }
}

TEST(TraceFile, ManyDesignedHeads) {
    Folder folder;
    const Outcome outcome = run({"trace", "--text", "the cat sat on the mat", "--heads", "100000", "--d-k", "4",
                                 "--d-v", "1", "--head", "1,99997", "--what", "weights", "-o", folder / "x.npz"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const Tensor weights = readNpzTrace(bytesOf(folder / "x.npz")).arrays.at("self.0.weights");
    for (int query = 0; query < 6; ++query) // both are "next"
        for (int key = 0; key < 6; ++key) EXPECT_EQ(weights.at(0, query, key), weights.at(1, query, key));
}

TEST(TraceFile, ALongText) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr std::size_t characters = 10000; // the same walk, at a hundredth of the cells
#else
    constexpr std::size_t characters = 100000;
#endif
    Folder folder;
    std::string text;
    for (int i = 0; text.size() < characters; ++i) text += "word" + std::to_string(i % 97) + " ";
    writeBytes(folder / "long.txt", text);
    const Trace trace = traceOf({"--text", "@" + folder / "long.txt", "--what", "output", "--heads", "1"});
    EXPECT_EQ(trace.arrays.at("self.0.output").shape[0], static_cast<std::int64_t>(trace.tokens.size()));
    EXPECT_GT(trace.tokens.size(), characters / 7);
}

} // namespace
