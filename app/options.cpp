// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/options.h"

#include "app/values.h"
#include "core/io/input_file.h"
#include "core/sources/layer_file.h"

#include <algorithm>
#include <climits>

namespace headscope {

const char* const sandboxDials = "The attention layer";
const char* const sandboxVectors = "Weights and vectors";

namespace {

/// Puts a parsed value where it belongs, or hands its error on.
template <class T, class Target> Status store(Result<T> value, Target& target) {
    if (!value.ok()) return value.error();
    target = *std::move(value);
    return {};
}

Status storeSize(const std::string& value, std::optional<int>& target) {
    const Result<std::int64_t> number = parseInteger(value, 1, INT_MAX);
    if (!number.ok()) return number.error();
    target = static_cast<int>(*number);
    return {};
}

bool isOn(const std::string& value) {
    return value == "on";
}

Status setMask(Command& c, const std::string& value) {
    MaskSpec& mask = c.session.sandbox.mask;
    if (!c.masksAsked) mask = {};
    c.masksAsked = true;
    const std::size_t colon = value.find(':');
    const std::string kind = value.substr(0, colon);
    const std::string rest = colon == std::string::npos ? "" : value.substr(colon + 1);
    if (value == "none") return {};
    if (value == "causal") {
        mask.causal = true;
        return {};
    }
    if (kind == "window" || kind == "prefix") {
        const Result<std::int64_t> number = parseInteger(rest, 0, INT_MAX);
        if (!number.ok()) return number.error();
        // Several are given: a cell must be allowed by all, so the narrowest decides.
        std::optional<int>& target = kind == "window" ? mask.window : mask.prefix;
        target = std::min(target.value_or(INT_MAX), static_cast<int>(*number));
        return {};
    }
    if (kind == "padding") {
        const Result<std::vector<int>> keys = parsePositions(rest);
        if (!keys.ok()) return keys.error();
        mask.padding.insert(mask.padding.end(), keys->begin(), keys->end());
        std::sort(mask.padding.begin(), mask.padding.end());
        mask.padding.erase(std::unique(mask.padding.begin(), mask.padding.end()), mask.padding.end());
        return {};
    }
    if (!value.ends_with(".npy")) return unknownWord(value, "none, causal, window:W, prefix:P, padding:I,J…, FILE.npy");
    c.maskFiles.push_back(value);
    return {};
}

Status setWeights(Command& c, const std::string& value) {
    Sandbox& sandbox = c.session.sandbox;
    sandbox.weightsFile.clear();
    sandbox.weightsPrefix.clear();
    for (const WeightSource source : {WeightSource::Designed, WeightSource::Random}) {
        if (value != wordFor(source)) continue;
        sandbox.weights = source;
        return {};
    }
    const LayerPlace place = splitLayerPlace(value);
    if (place.file.ends_with(".safetensors") || place.file.ends_with(".npz")) {
        sandbox.weights = WeightSource::File;
        sandbox.weightsFile = place.file;
        sandbox.weightsPrefix = place.prefix;
        return {};
    }
    if (const std::string advice = howToConvert(place.file); !advice.empty())
        return usage("pickles and HDF5 files are not read; convert \"" + place.file + "\" " + advice);
    return unknownWord(value, "designed, random, FILE.safetensors[:PREFIX], FILE.npz[:PREFIX]");
}

Status setDesigns(Command& c, const std::string& value) {
    const Result<std::vector<std::string>> words = parseList(value);
    if (!words.ok()) return words.error();
    std::vector<Design> designs;
    for (const std::string& word : *words) {
        const Result<Design> design = parseWord<Design>(word);
        if (!design.ok()) return design.error();
        designs.push_back(*design);
    }
    c.session.sandbox.designs = designs;
    return {};
}

Status setInput(std::string& target, const std::string& value) {
    if (!value.ends_with(".npy")) return usage("\"" + value + "\" is not the name of a .npy file");
    target = value;
    return {};
}

Status setWhat(Command& c, const std::string& value) {
    static const std::vector<std::string> known = {"weights", "softmax", "scores", "mask",  "q",      "k",
                                                   "v",       "context", "output", "input", "hidden", "logits"};
    const Result<std::vector<std::string>> names = parseList(value);
    if (!names.ok()) return names.error();
    c.numbers.what.clear();
    for (const std::string& name : *names) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string list;
            for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
            return unknownWord(name, list);
        }
        if (std::find(c.numbers.what.begin(), c.numbers.what.end(), name) == c.numbers.what.end())
            c.numbers.what.push_back(name);
    }
    return {};
}

Status setHead(Command& c, const std::string& value) {
    c.heads.clear();
    return value == "all" ? Status() : store(parsePositions(value), c.heads);
}

/// Pins, or "none".
Status setPins(std::vector<int>& pins, bool& asked, const std::string& value) {
    asked = true;
    pins.clear();
    if (value == "none") return {};
    if (Status status = store(parsePositions(value), pins); !status.ok()) return status;
    std::sort(pins.begin(), pins.end());
    pins.erase(std::unique(pins.begin(), pins.end()), pins.end());
    return {};
}

Status setSite(Command& c, const std::string& value) {
    const Result<Site> site = parseWord<Site>(value);
    if (!site.ok()) return site.error();
    c.numbers.site = value;
    c.session.view.site = *site;
    return {};
}

Status setView(Command& c, const std::string& value) {
    for (const char* later : {"steps", "neuron", "headmap", "compare", "cost"})
        if (value == later)
            return usage("the view \"" + value + "\" is not in this version; there are " + listWords<ViewKind>());
    return store(parseWord<ViewKind>(value), c.session.view.view);
}

Status setTheme(Command& c, const std::string& value) {
    if (value != "light" && value != "dark") return unknownWord(value, "light, dark");
    c.dark = value == "dark";
    return {};
}

Status setLang(Command& c, const std::string& value) {
    const bool fits = value.size() >= 2 && value.size() <= 12 && std::all_of(value.begin(), value.end(), [](char x) {
                          return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || x == '_' || x == '-';
                      });
    if (!fits) return usage("\"" + value + "\" is not a language such as en, zh_CN or de");
    c.lang = value;
    return {};
}

Status setPixels(Command& c, const std::string& value, bool millimetres) {
    if (c.picture.millimetres != millimetres && (c.pixelsAsked || c.picture.millimetres))
        return usage("--size and --mm exclude one another; give one of them");
    const Result<std::pair<double, double>> size = parseSize(value, !millimetres);
    if (!size.ok()) return size.error();
    c.picture.size = {size->first, size->second};
    c.picture.millimetres = millimetres;
    c.pixelsAsked = !millimetres;
    return {};
}

Status setDots(Command& c, const std::string& value) {
    c.dotsAsked = true;
    return store(parseNumber(value, 1, 10'000), c.picture.dpi);
}

constexpr const char* Sentence = "The sentence";
constexpr const char* OfModel = "The model";
constexpr const char* Look = "What is looked at";
constexpr const char* Picture = "The picture";
constexpr const char* Numbers = "The numbers";
constexpr const char* Learning = "Training";
constexpr const char* Finding = "Models";
constexpr const char* General = "In general";

const Option table[] = {
    {OnText | InTokenize, Sentence, "--text", "T",
     "the sentence, in UTF-8; @FILE reads a file, - standard input, and @@… is a sentence that begins with @",
     [](Command& c, const std::string& v) -> Status { return c.text = v, Status(); }},
    {OnText, Sentence, "--text2", "T",
     "a second one. Sandbox: queries come from the first sentence, keys and values from this one. Models: the second "
     "sentence of a pair, or what the decoder has so far",
     [](Command& c, const std::string& v) -> Status { return c.text2 = v, Status(); }},
    {OnAttention, Sentence, "--tokens", "UNIT", "words (default) or characters",
     [](Command& c, const std::string& v) -> Status { return store(parseWord<TokenUnit>(v), c.session.sandbox.unit); }},
    {OnAttention, Sentence, "--session", "FILE", "start from a saved session (.headscope); other options override it",
     [](Command& c, const std::string& v) -> Status {
         return c.sessionFile = v, v.empty() ? Status(usage("the file's name is missing")) : Status();
     }},

    {OnText | InTokenize, OfModel, "--model", "M",
     "a Hugging Face folder, or the name of a model that headscope models lists, in place of the sandbox",
     [](Command& c, const std::string& v) -> Status {
         return c.session.model = v, v.empty() ? Status(usage("the model's name is missing")) : Status();
     }},
    {InPredict, OfModel, "--top", "K", "how many tokens are listed for each position (5); not with --generate",
     [](Command& c, const std::string& v) -> Status {
         const Result<std::int64_t> count = parseInteger(v, 1, INT_MAX);
         if (count.ok()) c.top = static_cast<int>(*count);
         return count.ok() ? Status() : Status(count.error());
     }},
    {InPredict, OfModel, "--generate", "N", "go on with the most probable token, N times at most, and print only what is new",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.generate); }},
    {InTokenize, OfModel, "--no-special", nullptr, "without the tokens that the model puts around a text",
     [](Command& c, const std::string& v) -> Status { return c.addSpecial = !isOn(v), Status(); }},
    {InPredict, OfModel, "--json", nullptr, "for programs",
     [](Command& c, const std::string& v) -> Status { return c.json = isOn(v), Status(); }},

    {OnAttention, sandboxDials, "--d-model", "N", "width of the token vectors (64)",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.session.sandbox.dModel); }},
    {OnAttention, sandboxDials, "--heads", "N", "number of heads (4)",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.session.sandbox.heads); }},
    {OnAttention, sandboxDials, "--kv-heads", "N", "heads of keys and values; divides --heads (= heads)",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.session.sandbox.kvHeads); }},
    {OnAttention, sandboxDials, "--d-k", "N", "size of a query and a key, per head (d_model ÷ heads)",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.session.sandbox.dK); }},
    {OnAttention, sandboxDials, "--d-v", "N", "size of a value, per head (d_model ÷ heads)",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.session.sandbox.dV); }},
    {OnAttention, sandboxDials, "--score", "KIND", "scaled-dot (default: q·k/√d_k), dot (q·k), cosine, or euclidean (−‖q − k‖)",
     [](Command& c, const std::string& v) -> Status {
         return store(parseWord<ScoreKind>(v), c.session.sandbox.score);
     }},
    {OnAttention, sandboxDials, "--temperature", "X", "scores are divided by it (1); from 1e-30 to 1e30",
     [](Command& c, const std::string& v) -> Status {
         return store(parseNumber(v, 0, 1e30, true), c.session.sandbox.temperature);
     }},
    {OnAttention, sandboxDials, "--combine", "HOW", "how heads are joined before W_O: concat (default), sum or mean",
     [](Command& c, const std::string& v) -> Status {
         return store(parseWord<Combine>(v), c.session.sandbox.combine);
     }},
    {OnAttention, sandboxDials, "--mask", "M",
     "none, causal, window:W (|query − key| ≤ W), prefix:P (causal, but the first P tokens see each other), "
     "padding:I,J… "
     "(keys that cannot be read, from 0), or FILE.npy ([n_q, n_k] or [heads, n_q, n_k] of 0 and 1; 1 = may attend). "
     "Given "
     "several times, a cell must be allowed by all",
     setMask},
    {OnAttention, sandboxDials, "--dropout", "P", "share of weights dropped, from 0 to less than 1 (0)",
     [](Command& c, const std::string& v) -> Status { return store(parseNumber(v, 0, 1), c.session.sandbox.dropout); }},
    {OnAttention, sandboxDials, "--after", "WHAT", "what follows the attention: nothing (default), mlp or rnn",
     [](Command& c, const std::string& v) -> Status { return store(parseWord<After>(v), c.session.sandbox.after); }},

    {OnAttention, sandboxVectors, "--weights", "W",
     "designed (default), random, or FILE.safetensors or FILE.npz with a PyTorch MultiheadAttention or a Keras "
     "MultiHeadAttention layer; FILE:PREFIX picks one of several",
     setWeights},
    {OnAttention, sandboxVectors, "--designs", "D,D…",
     "what each head is built to do: previous, next, first, self, same, similar (previous,next,first,same)",
     setDesigns},
    {OnAttention, sandboxVectors, "--bias", nullptr, "random and designed weights get biases (off)",
     [](Command& c, const std::string& v) -> Status { return c.session.sandbox.bias = isOn(v), Status(); }},
    {OnAttention, sandboxVectors, "--seed", "N", "of everything random, any number of 64 bits (0)",
     [](Command& c, const std::string& v) -> Status {
         return store(parseSeed(v), c.session.sandbox.seed);
     }},
    {OnAttention, sandboxVectors, "--positions", "P",
     "position vectors added to the tokens': sinusoidal (default), none (default with --input) or learned",
     [](Command& c, const std::string& v) -> Status {
         return store(parseWord<Positions>(v), c.session.sandbox.positions);
     }},
    {OnAttention, sandboxVectors, "--input", "X.npy",
     "[n, d_model] instead of the token vectors; without --text the tokens are called 0, 1, 2 …",
     [](Command& c, const std::string& v) -> Status { return setInput(c.session.sandbox.inputFile, v); }},
    {OnAttention, sandboxVectors, "--input2", "Y.npy", "the same for the second sentence",
     [](Command& c, const std::string& v) -> Status { return setInput(c.session.sandbox.input2File, v); }},

    {InVerbs, Look, "--head", "I,J…|all", "the heads, from 0 (all)", setHead},
    {OnAttention, Look, "--layer", "L", "the layer, from 0; the sandbox has layer 0 (pictures: 0; numbers: all)",
     [](Command& c, const std::string& v) -> Status {
         const Result<std::int64_t> layer = parseInteger(v, 0, INT_MAX);
         if (layer.ok()) c.numbers.layer = c.session.view.layer = static_cast<int>(*layer);
         return layer.ok() ? Status() : Status(layer.error());
     }},
    {OnAttention, Look, "--site", "S",
     "self (one sentence, most models), cross (two sentences; an encoder–decoder's), or its encoder or decoder",
     setSite},
    {InExport, Look, "--pairs", "P",
     "of two sentences in one model: all (default), aa, ab, ba or bb, queries of the first (a) or second (b) and keys",
     [](Command& c, const std::string& v) -> Status {
         return c.pairsAsked = true, store(parseWord<Pairs>(v), c.session.view.pairs);
     }},
    {InExport, Look, "--fold-words", nullptr, "sub-tokens folded into words: rows averaged, columns summed",
     [](Command& c, const std::string& v) -> Status {
         return c.foldAsked = c.session.view.words = isOn(v), Status();
     }},
    {InWindow | InExport, Look, "--view", "VIEW",
     "heads (all of them, default), head (one, large), links (tokens and lines) or overview (all layers of a model)",
     setView},
    {InExport, Look, "--query", "I,J…", "queries that are pinned, from 0",
     [](Command& c, const std::string& v) -> Status {
         return setPins(c.session.view.pinnedQueries, c.queriesAsked, v);
     }},
    {InExport, Look, "--key", "I,J…", "keys that are pinned, from 0",
     [](Command& c, const std::string& v) -> Status { return setPins(c.session.view.pinnedKeys, c.keysAsked, v); }},
    {InExport, Look, "--direction", "WAY", "reads-from (default) or is-read-by: which way the links of a token go",
     [](Command& c, const std::string& v) -> Status {
         return store(parseWord<Direction>(v), c.session.view.direction);
     }},
    {InExport, Look, "--mass", "X", "share of each row's mass that links show, 0 to 1 (0.7)",
     [](Command& c, const std::string& v) -> Status { return store(parseNumber(v, 0, 1), c.session.view.mass); }},
    {InExport, Look, "--gamma", "X", "opacity of a link = (weight ÷ greatest)^X (0.7)",
     [](Command& c, const std::string& v) -> Status {
         return store(parseNumber(v, 0, 10, true), c.session.view.gamma);
     }},
    {InExport, Look, "--horizontal", nullptr, "links between two lines of text instead of two columns",
     [](Command& c, const std::string& v) -> Status { return c.session.view.horizontalLinks = isOn(v), Status(); }},
    {InExport, Look, "--transpose", nullptr, "keys down the side, queries along the top",
     [](Command& c, const std::string& v) -> Status { return c.session.view.transposed = isOn(v), Status(); }},

    {InExport, Picture, "-o, --output", "FILE",
     "where to: FILE.png, FILE.svg or FILE.pdf; - is standard output, with --format",
     [](Command& c, const std::string& v) -> Status { return c.output = v, Status(); }},
    {InExport, Picture, "--format", "F", "png, svg or pdf, whatever the file is called",
     [](Command& c, const std::string& v) -> Status { return c.format = v, Status(); }},
    {InWindow | InExport, Picture, "--theme", "T", "light or dark (light in pictures; the window follows the system)",
     setTheme},
    {InExport, Picture, "--size", "WxH", "in pixels of 1/96 inch (1200x800); beyond 1600x1000 words and lines grow with it",
     [](Command& c, const std::string& v) -> Status { return setPixels(c, v, false); }},
    {InExport, Picture, "--mm", "WxH", "in millimetres",
     [](Command& c, const std::string& v) -> Status { return setPixels(c, v, true); }},
    {InExport, Picture, "--dpi", "N", "dots per inch of a PNG sized with --mm (300)", setDots},
    {InExport, Picture, "--transparent", nullptr, "without a ground",
     [](Command& c, const std::string& v) -> Status { return c.picture.transparent = isOn(v), Status(); }},
    {InExport, Picture, "--colors", "MAP", "viridis (default), cividis, magma or grey",
     [](Command& c, const std::string& v) -> Status {
         return store(parseWord<ColourMapName>(v), c.session.view.colours);
     }},
    {InExport, Picture, "--range", "R",
     "what the brightest colour stands for: the greatest weight of its row, its head (default), or of all",
     [](Command& c, const std::string& v) -> Status { return store(parseWord<ColourRange>(v), c.session.view.range); }},

    {InTrace, Numbers, "-o, --output", "FILE",
     "where to: FILE.npz, .safetensors, .json or .csv; - is standard output, with --format",
     [](Command& c, const std::string& v) -> Status { return c.output = v, Status(); }},
    {InTrace, Numbers, "--format", "F", "npz, safetensors, json or csv, whatever the file is called",
     [](Command& c, const std::string& v) -> Status { return c.format = v, Status(); }},
    {InTrace, Numbers, "--what", "A,B…",
     "weights, softmax, scores, mask, q, k, v, context, output, input, hidden, and logits of a model with an output head "
     "(weights,scores,context,output,q,k,v)",
     setWhat},

    {InTrain, Learning, "-o, --output", "FOLDER",
     "where to: a new folder, which transformers and --model open, too; of --resume the run's own",
     [](Command& c, const std::string& v) -> Status { return c.output = v, Status(); }},
    {InTrain, Learning, "--steps", "N", "of the whole run, also when it is resumed (as the task needs)",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.train.steps); }},
    {InTrain, Learning, "--until", "ACCURACY", "stop as soon as this share of unseen targets is right, above 0 to 1",
     [](Command& c, const std::string& v) -> Status { return store(parseNumber(v, 0, 1, true), c.train.until); }},
    {InTrain | InEvaluate, Learning, "--seed", "N",
     "of the weights and the examples, any number of 64 bits (train: 0, evaluate: 1)",
     [](Command& c, const std::string& v) -> Status { return store(parseSeed(v), c.train.seed); }},
    {InTrain, Learning, "--layers", "N", "of each stack; this and the next five as the task needs",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.train.layers); }},
    {InTrain, Learning, "--heads", "N", "of each layer; divides --d-model",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.train.heads); }},
    {InTrain, Learning, "--d-model", "N", "width of the token vectors; the MLP is four times as wide",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.train.dModel); }},
    {InTrain, Learning, "--batch", "N", "examples of a step",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.train.batch); }},
    {InTrain, Learning, "--length", "N", "tokens of an example at most, special ones included",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.train.length); }},
    {InTrain, Learning, "--rate", "X", "the learning rate after the first fifty steps",
     [](Command& c, const std::string& v) -> Status { return store(parseNumber(v, 0, 10, true), c.train.rate); }},
    {InTrain, Learning, "--resume", nullptr,
     "go on, bit for bit, with the run in the folder; its task and sizes are the run's own",
     [](Command& c, const std::string& v) -> Status { return c.train.resume = isOn(v), Status(); }},
    {InTrain, Learning, "--checkpoints", "N", "keep the model of every N-th step in FOLDER/checkpoints/STEP",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.train.checkpoints); }},
    {InTrain, Learning, "--finish", nullptr,
     "at the end, leave a model to hand on: float16, with its accuracy and a self-test, and without what --resume needs",
     [](Command& c, const std::string& v) -> Status { return c.train.finish = isOn(v), Status(); }},
    {InTrain, Learning, "--log", "FILE", "one line of JSON a step: step, loss, accuracy and seconds (FILE.jsonl)",
     [](Command& c, const std::string& v) -> Status {
         return c.train.log = v, v.empty() ? Status(usage("the file's name is missing")) : Status();
     }},
    {InEvaluate, Learning, "--sentences", "N", "how many unseen examples (1000)",
     [](Command& c, const std::string& v) -> Status { return storeSize(v, c.train.sentences); }},

    {InModels, Finding, "--json", nullptr, "a JSON list of objects, for programs",
     [](Command& c, const std::string& v) -> Status { return c.json = isOn(v), Status(); }},
    {InDownload, Finding, "-o, --output", "FOLDER",
     "where to: a new or an empty folder (headscope/models/ORG/NAME below $XDG_DATA_HOME or ~/.local/share, where --model "
     "finds it by its name)",
     [](Command& c, const std::string& v) -> Status { return c.output = v, Status(); }},

    {InWindow, General, "--lang", "L", "the language: en, or a locale such as zh_CN", setLang},
    {Everywhere, General, "--quiet", nullptr, "no progress on a terminal",
     [](Command& c, const std::string& v) -> Status { return c.quiet = isOn(v), Status(); }},
    {Everywhere, General, "--version", nullptr, "the version",
     [](Command& c, const std::string& v) -> Status { return c.version = isOn(v), Status(); }},
    {Everywhere, General, "--help", nullptr, "this",
     [](Command& c, const std::string& v) -> Status { return c.help = isOn(v), Status(); }},

    {InWindow, General, "--man", nullptr, "",
     [](Command& c, const std::string& v) -> Status { return c.manual = isOn(v), Status(); }}, // for packagers
};

const VerbInfo verbTable[] = {
    {"export", Verb::Export, "draw a picture: PNG, SVG or PDF"},
    {"trace", Verb::Trace, "write the numbers: NPZ, safetensors, JSON or CSV"},
    {"predict", Verb::Predict, "ask a model what comes next, or what a mask stands for"},
    {"tokenize", Verb::Tokenize, "write a model's tokens of texts: one JSON line a text"},
    {"train", Verb::Train, "teach a small model a task, and see what its heads find out"},
    {"evaluate", Verb::Evaluate, "measure a trained model on examples that it has never seen"},
    {"models", Verb::Models, "list the models on this computer"},
    {"download", Verb::Download, "fetch a model from the Hugging Face Hub"},
    {"measure", {}, ""},
};

} // namespace

bool Option::isCalled(std::string_view word) const {
    const std::string_view names = name;
    const std::size_t comma = names.find(", ");
    if (comma == std::string_view::npos) return word == names;
    return word == names.substr(0, comma) || word == names.substr(comma + 2);
}

std::span<const Option> options() {
    return table;
}
std::span<const VerbInfo> verbs() {
    return verbTable;
}

unsigned placeOf(Verb verb) {
    switch (verb) {
    case Verb::Export:
        return InExport;
    case Verb::Trace:
        return InTrace;
    case Verb::Predict:
        return InPredict;
    case Verb::Tokenize:
        return InTokenize;
    case Verb::Train:
        return InTrain;
    case Verb::Evaluate:
        return InEvaluate;
    case Verb::Models:
        return InModels;
    case Verb::Download:
        return InDownload;
    case Verb::Window:
        break;
    }
    return InWindow;
}

} // namespace headscope
