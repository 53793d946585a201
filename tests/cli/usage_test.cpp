// SPDX-License-Identifier: GPL-3.0-or-later
// Wrong use: exit code 2, one line that names the option and what is wrong, nothing on standard output, no file.
#include "tests/cli/support.h"

#include <algorithm>
#include <gtest/gtest.h>

using namespace headscope::test;

namespace {

struct Wrong {
    const char* name;
    Words words;      ///< OUT stands for a file in a folder of its own
    const char* says; ///< part of the message
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
    *out << wrong.name;
}

class Usage : public testing::TestWithParam<Wrong> {};

TEST_P(Usage, IsRefused) {
    Folder folder;
    Words words = GetParam().words;
    for (std::string& word : words)
        if (word.starts_with("OUT")) word = folder / ("x" + word.substr(3));
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("headscope: ")) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_NE(outcome.err.find(GetParam().says), std::string::npos) << outcome.err;
    EXPECT_TRUE(folder.names().empty());
}

Words trace(const Words& more) {
    Words words = {"trace", "--text", "the cat sat", "-o", "OUT.npz"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}
Words draw(const Words& more) {
    Words words = {"export", "--text", "the cat sat", "-o", "OUT.svg"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

const Wrong cases[] = {
    // the command line's form
    {"UnknownVerb", {"frobnicate"}, "frobnicate"},
    {"PredictWithoutText", {"predict", "--model", "x"}, "--text: missing"},
    {"PredictWithoutModel", {"predict", "--text", "a"}, "--model: missing"},
    {"PredictTopAndGenerate", {"predict", "--model", "x", "--text", "a", "--top", "2", "--generate", "3"}, "--top: lists what could come next"},
    {"PredictWithDials", {"predict", "--model", "x", "--mask", "causal"}, "--mask: does not belong to predict"},
    {"LaterVerbMeasure", {"measure"}, "not in this version"},
    {"ModelWithDials", trace({"--model", "x", "--heads", "2"}), "--heads: belongs to the sandbox"},
    {"PairsOfTrace", trace({"--pairs", "ab"}), "--pairs: does not belong to trace"},
    {"TokenizeWithoutModel", {"tokenize", "--text", "a"}, "--model: missing"},
    {"TokenizeWithDials", {"tokenize", "--model", "x", "--heads", "2"}, "--heads: does not belong to tokenize"},
    {"TokenizeNothing", {"tokenize", "--model="}, "--model: the model's name is missing"},
    {"TokenizeWord", {"tokenize", "--model", "x", "a"}, "a: unexpected"},
    {"UnknownOption", trace({"--hedas", "4"}), "--hedas: unknown option"},
    {"UnknownShort", trace({"-x"}), "-x: unknown option"},
    {"OptionOfAnotherVerb", trace({"--size", "10x10"}), "--size: does not belong to trace"},
    {"OptionOfTheWindow", draw({"--lang", "en"}), "--lang: does not belong to export"},
    {"MissingValueAtTheEnd", trace({"--heads"}), "--heads: its value is missing"},
    {"MissingValueBeforeAnOption",
     {"trace", "--text", "--heads", "4", "-o", "OUT.npz"},
     "--text: its value is missing"},
    {"SwitchWithAValue", trace({"--bias=3"}), "--bias: is a switch"},
    {"BareWord", trace({"hello"}), "hello: unexpected"},
    {"BareWordAfterDashes", trace({"--", "--heads"}), "--heads: unexpected"},
    {"EmptyFirstWord", {""}, "neither a command"},
    {"TwoSessionFiles", {"a.headscope", "b.headscope"}, "b.headscope: one session file"},
    // what is written
    {"MissingOutput", {"trace", "--text", "hi"}, "-o: missing"},
    {"MissingOutputOfExport", {"export", "--text", "hi"}, "-o: missing"},
    {"EmptyOutput", {"trace", "--text", "hi", "-o", ""}, "-o: missing"},
    {"UnknownEnding", {"trace", "--text", "hi", "-o", "OUT.xyz"}, "unknown format \"xyz\""},
    {"NoEnding", {"trace", "--text", "hi", "-o", "OUT"}, "has no ending"},
    {"FolderWithADot", {"trace", "--text", "hi", "-o", "/nonexistent.npz/x"}, "has no ending"},
    {"PictureEndingForNumbers", {"trace", "--text", "hi", "-o", "OUT.png"}, "unknown format \"png\""},
    {"NumbersEndingForPicture", {"export", "--text", "hi", "-o", "OUT.npz"}, "unknown format \"npz\""},
    {"StandardOutputWithoutFormat", {"trace", "--text", "hi", "-o", "-"}, "--format: missing"},
    {"UnknownFormat", trace({"--format", "hdf5"}), "--format: unknown format"},
    {"CsvCannotHoldVectors", {"trace", "--text", "hi", "-o", "OUT.csv", "--what", "q"}, "--what: a CSV holds"},
    {"UnknownArray", trace({"--what", "weights,values"}), "--what: unknown value \"values\""},
    {"LogitsOfTheSandbox", trace({"--what", "logits"}), "--what: there are no logits"},
    {"EmptyArrayName", trace({"--what", "q,,k"}), "--what: \"q,,k\" has an empty part"},
    // the sentence
    {"NoText", {"trace", "-o", "OUT.npz"}, "--text: missing"},
    {"StandardInputTwice", trace({"--text", "-", "--text2", "-"}), "--text2: standard input can be read once"},
    {"PickledWeights", trace({"--weights", "a.b/layer.pt"}),
     "convert \"a.b/layer.pt\" in Python: import torch, safetensors.torch; safetensors.torch.save_file(torch.load(\"a.b/layer.pt\"), "
     "\"a.b/layer.safetensors\")"},
    {"KerasWeights", trace({"--weights", "layer.keras"}), "numpy.savez(\"layer.npz\", "},
    {"UnknownTokens", trace({"--tokens", "syllables"}),
     "--tokens: unknown value \"syllables\"; known: words, characters"},
    // the dials
    {"NoHeads", trace({"--heads", "0"}), "--heads: \"0\" is not a whole number from 1"},
    {"NegativeHeads", trace({"--heads", "-1"}), "--heads"},
    {"HeadsWithGarbage", trace({"--heads", "4x"}), "--heads: \"4x\""},
    {"HeadsWithSpace", trace({"--heads", " 4"}), "--heads: \" 4\""},
    {"HeadsWithPlus", trace({"--heads", "+4"}), "--heads"},
    {"HeadsOverflow", trace({"--heads", "99999999999999999999"}), "--heads"},
    {"HeadsEmpty", trace({"--heads="}), "--heads"},
    {"NoKeySize", trace({"--d-k", "0"}), "--d-k"},
    {"NoValueSize", trace({"--d-v", "0"}), "--d-v"},
    {"NoModelSize", trace({"--d-model", "0"}), "--d-model"},
    {"HugeModelSize", trace({"--d-model", "2000000000", "--heads", "2000000000"}), "is too large to hold"},
    {"KvHeadsDoNotDivide", trace({"--heads", "4", "--kv-heads", "3", "--weights", "random"}), "--kv-heads"},
    {"MoreKvHeadsThanHeads", trace({"--heads", "2", "--kv-heads", "4", "--weights", "random"}), "--kv-heads"},
    {"UnknownScore", trace({"--score", "manhattan"}), "--score: unknown value"},
    {"ZeroTemperature", trace({"--temperature", "0"}), "--temperature"},
    {"NanTemperature", trace({"--temperature", "nan"}), "--temperature"},
    {"InfiniteTemperature", trace({"--temperature", "inf"}), "--temperature"},
    {"TemperatureWithComma", trace({"--temperature", "0,5"}), "--temperature"},
    {"TinyTemperature", trace({"--temperature", "1e-31"}), "scores divided by 1e-31 are too large to be held"},
    {"UnknownCombine", trace({"--combine", "max"}), "--combine: unknown value"},
    {"UnknownPositions", trace({"--positions", "rotary"}), "--positions: unknown value"},
    {"UnknownAfter", trace({"--after", "cnn"}), "--after: unknown value"},
    {"DropoutOfOne", trace({"--dropout", "1"}), "--dropout: must be at least 0 and below 1, found 1\n"},
    {"NanDropout", trace({"--dropout", "nan"}), "--dropout"},
    {"NegativeDropout", trace({"--dropout", "-0.1"}), "--dropout"},
    {"NegativeSeed", trace({"--seed", "-1"}), "--seed"},
    {"SeedBeyond64Bits", trace({"--seed", "18446744073709551616"}), "from 0 to 18446744073709551615"},
    {"NanMass", draw({"--mass", "nan"}), "--mass"},
    {"InfiniteGamma", draw({"--gamma", "inf"}), "--gamma"},
    {"NanDots", draw({"--dpi", "nan"}), "--dpi"},
    {"InfiniteSize", draw({"--mm", "infx60"}), "--mm"},
    {"UnknownDesign", trace({"--designs", "previous,last"}), "--designs: unknown value \"last\""},
    {"UnknownWeights", trace({"--weights", "trained"}), "--weights: unknown value"},
    {"WeightsOfAnotherKind", trace({"--weights", "model.pt"}), "--weights: pickles and HDF5 files are not read; convert"},
    {"InputOfAnotherKind", trace({"--input", "x.csv"}), "--input: \"x.csv\" is not the name of a .npy"},
    // masks
    {"UnknownMask", trace({"--mask", "diagonal"}), "--mask: unknown value"},
    {"WindowWithoutWidth", trace({"--mask", "window"}), "--mask"},
    {"NegativeWindow", trace({"--mask", "window:-1"}), "--mask"},
    {"PaddingBeyondTheKeys", trace({"--mask", "padding:3"}), "--mask"},
    {"PaddingWithGarbage", trace({"--mask", "padding:0,x"}), "--mask"},
    // what is looked at
    {"HeadThatIsNot", trace({"--head", "4"}), "--head"},
    {"HeadOfExportThatIsNot", draw({"--head", "0,4"}), "--head"},
    {"HeadWithGarbage", trace({"--head", "1-2"}), "--head"},
    {"LayerThatIsNot", trace({"--layer", "1"}), "--layer"},
    {"SiteThatIsNot", trace({"--site", "cross"}), "--site"},
    {"UnknownSite", trace({"--site", "middle"}), "--site: unknown value"},
    {"QueryThatIsNot", draw({"--query", "3"}), "--query: there is no token 3; they are numbered 0 to 2"},
    {"KeyThatIsNot", draw({"--key", "0,7"}), "--key: there is no token 7"},
    {"UnknownView", draw({"--view", "spiral"}), "--view: unknown value"},
    {"LaterView", draw({"--view", "neuron"}), "not in this version"},
    {"TwoHeadsInOneView", draw({"--view", "head", "--head", "0,1"}), "--head: the view \"head\" draws one"},
    // the picture
    {"UnknownTheme", draw({"--theme", "sepia"}), "--theme: unknown value"},
    {"SizeWithoutHeight", draw({"--size", "800"}), "--size"},
    {"ZeroSize", draw({"--size", "0x600"}), "--size"},
    {"NegativeSize", draw({"--size", "-800x600"}), "--size"},
    {"BrokenPixels", draw({"--size", "800.5x600"}), "--size"},
    {"HugeSize", {"export", "--text", "hi", "-o", "OUT.png", "--size", "100000x100000"}, "--size"},
    {"BothSizes", draw({"--size", "800x600", "--mm", "80x60"}), "--mm: --size and --mm exclude"},
    {"DotsWithoutMillimetres", draw({"--dpi", "300"}), "--dpi: goes with --mm"},
    {"ZeroDots", draw({"--mm", "80x60", "--dpi", "0"}), "--dpi"},
    {"UnknownColours", draw({"--colors", "rainbow"}), "--colors: unknown value"},
    {"UnknownRange", draw({"--range", "layer"}), "--range: unknown value"},
    {"UnknownDirection", draw({"--direction", "up"}), "--direction: unknown value"},
    {"MassAboveOne", draw({"--mass", "1.5"}), "--mass"},
    {"ZeroGamma", draw({"--gamma", "0"}), "--gamma"},
};

INSTANTIATE_TEST_SUITE_P(Cases, Usage, testing::ValuesIn(cases),
                         [](const auto& given) { return std::string(given.param.name); });

TEST(UsageOrder, WrongUseIsToldBeforeAnyFileIsOpened) {
    Folder folder;
    // Every file named here does not exist, which would be exit code 1.
    for (const Words& wrong :
         {Words{"--heads", "0"}, Words{"--kv-heads", "3"}, Words{"--colour", "x"}, Words{"--what", "x"}}) {
        Words words = {"trace", "--text",        "@/nonexistent/text", "--mask", "/nonexistent/mask.npy",
                       "-o",    folder / "x.npz"};
        words.insert(words.end(), wrong.begin(), wrong.end());
        EXPECT_EQ(run(words).code, 2) << wrong[0];
    }
    EXPECT_EQ(run({"trace", "--text", "@/nonexistent/text", "-o", folder / "x.npz"}).code, 1);
}

} // namespace
