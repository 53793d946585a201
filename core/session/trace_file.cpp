// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/trace_file.h"

#include "core/io/array_writer.h"
#include "core/io/number_format.h"
#include "core/session/finite_run.h"
#include "core/session/names.h"
#include "core/session/trace_arrays.h"
#include "core/session/trace_csv.h"
#include "core/session/trace_json.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace headscope {

namespace {

constexpr std::array<std::string_view, 12> kArrays{"weights", "softmax", "scores", "mask",  "q",     "k",
                                                   "v",       "context", "output", "input", "hidden", "logits"};

bool writeJson(SafeFile& file, const Analysis& a, const TraceRequest& request, const GoOn& goOn) {
    file.write("{\"headscope\": \"" HEADSCOPE_VERSION "\",\n\"tokens\": " + tokensJson(writtenTokens(a)));
    if (const std::vector<Token>* second = writtenTokens2(a)) file.write(",\n\"tokens2\": " + tokensJson(*second));
    file.write(",\n\"config\": " + configJson(a, request.maskFiles) + ",\n\"arrays\": ");
    const bool good = writeJsonArrays(file, traceArrays(a, request), goOn);
    file.write("}\n");
    return good;
}

/// The texts of an archive; its members are files with endings, those of safetensors' metadata are plain names.
std::vector<NamedText> texts(const Analysis& a, const TraceRequest& request, const std::string& ending) {
    std::vector<NamedText> out{{"config" + ending, configJson(a, request.maskFiles)}, {"tokens" + ending, tokensJson(writtenTokens(a))}};
    if (const std::vector<Token>* second = writtenTokens2(a))
        out.push_back({"tokens2" + ending, tokensJson(*second)});
    return out;
}

bool write(SafeFile& file, const Analysis& a, const TraceRequest& request, TraceFormat format, const GoOn& goOn) {
    switch (format) {
    case TraceFormat::Npz:
        return writeNpz(file, traceArrays(a, request), texts(a, request, ".json"), goOn);
    case TraceFormat::Safetensors:
        return writeSafetensors(file, traceArrays(a, request), texts(a, request, ""), goOn);
    case TraceFormat::Json:
        return writeJson(file, a, request, goOn);
    case TraceFormat::Csv:
        return writeTraceCsv(file, a, request, goOn);
    }
    return false;
}

/// The least that the file can have: exact for arrays, two bytes a number for JSON, a short row a cell for CSV.
double leastBytes(const Analysis& a, const TraceRequest& request, TraceFormat format) {
    constexpr double shortestRow = 23; // "self,0,0,0,a,0,a,0,0,0" and its end
    double bytes = 0;
    if (format == TraceFormat::Csv) {
        for (const TracedLayer& layer : chosenLayers(a, request))
            bytes += shortestRow * static_cast<double>(chosenHeads(layer, request).size()) *
                     static_cast<double>(layer.queries->size()) * static_cast<double>(layer.keys->size());
        return bytes;
    }
    for (const ArraySource& array : traceArrays(a, request)) {
        double numbers = 1;
        for (const Index side : array.shape) numbers *= static_cast<double>(side);
        bytes += numbers * (format == TraceFormat::Json ? 2 : static_cast<double>(byteSize(array.dtype)));
    }
    return bytes;
}

Error usage(const char* option, const std::string& detail) {
    return {ErrorCode::Usage, option, detail};
}

Status checkWhat(const Analysis& analysis, const TraceRequest& request) {
    for (const std::string& name : request.what) {
        if (name == "logits" && !analysis.run)
            return usage("--what", "there are no logits: the sandbox has no output head");
        if (name == "logits" && !analysis.run->opened->model->hasHead())
            return usage("--what", "there are no logits: this model was saved without its output head");
        if (std::find(kArrays.begin(), kArrays.end(), name) != kArrays.end()) continue;
        std::string known;
        for (const std::string_view word : kArrays) known.append(known.empty() ? "" : ", ").append(word);
        return usage("--what", "there is no " + showName(name) + "; choose from " + known);
    }
    return {};
}

/// A number of the head that is none spoils its column in every row: one row tells, before anything is written.
Status checkHead(const Analysis& analysis, const TraceRequest& request) {
    if (std::ranges::find(request.what, "logits") == request.what.end()) return {};
    const Index last = analysis.run->trace->last().rows() - 1;
    const Result<Matrix> row = finiteLogits(*analysis.run, {&last, 1});
    return row ? Status() : Status(row.error());
}

/// "self", or "encoder, decoder, cross": each site of these layers once.
std::string listSites(const std::vector<TracedLayer>& layers) {
    std::string list;
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (i == 0 || layers[i].site != layers[i - 1].site)
            list.append(list.empty() ? "" : ", ").append(wordFor(layers[i].site));
    return list;
}

} // namespace

Status checkRequest(const Analysis& analysis, const TraceRequest& request) {
    if (Status status = checkWhat(analysis, request); !status) return status;
    if (analysis.empty())
        return Error{ErrorCode::Input, "--text", "the text holds no token; there is nothing to write"};
    TraceRequest anyLayer = request;
    anyLayer.layer = -1;
    const std::vector<TracedLayer> ofSite = chosenLayers(analysis, anyLayer);
    if (ofSite.empty())
        return usage("--site", "there is no site " + showName(request.site) + " here; there is " +
                                   listSites(tracedLayers(analysis)));
    int layers = 0;
    for (const TracedLayer& layer : ofSite) layers = std::max(layers, layer.layer + 1);
    if (request.layer >= layers)
        return usage("--layer", "there is no layer " + std::to_string(request.layer) +
                                    (layers == 1 ? "; there is only layer 0"
                                                 : "; the layers are 0 to " + std::to_string(layers - 1)));
    for (const TracedLayer& layer : chosenLayers(analysis, request))
        for (const int head : request.heads)
            if (head < 0 || head >= layer.trace->config.heads)
                return usage("--head", "there is no head " + std::to_string(head) + "; the heads are 0 to " +
                                           std::to_string(layer.trace->config.heads - 1));
    return {};
}

Status writeTrace(const Analysis& analysis, const TraceRequest& request, TraceFormat format, const std::string& path,
                  std::stop_token stop, const WriteProgress& progress) {
    if (Status status = checkRequest(analysis, request); !status) return status;
    if (Status status = checkHead(analysis, request); !status) return status;
    Result<SafeFile> file = SafeFile::create(path);
    if (!file) return file.error();
    const double least = leastBytes(analysis, request, format);
    if (Status room = file->checkRoom(least); !room) return room;
    const GoOn goOn = [&] {
        if (progress) progress(static_cast<double>(file->size()), least);
        return !stop.stop_requested();
    };
    [[maybe_unused]] const bool complete = write(*file, analysis, request, format, goOn);
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, "", "stopped"};
    assert(complete || file->failed());
    return file->commit();
}

} // namespace headscope
