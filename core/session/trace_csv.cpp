// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/trace_csv.h"

#include "core/session/names.h"
#include "core/session/trace_arrays.h"

namespace headscope {

namespace {

/// ",12,the": what every row of this token repeats.
std::vector<std::string> labelled(const std::vector<Token>& tokens) {
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        fields.push_back("," + std::to_string(i) + "," + csvField(tokens[i].text));
    return fields;
}

/// What all rows of a table of one head share.
struct HeadTable {
    const LayerTrace& trace;
    int head;
    std::string begin; ///< "self,0,3"
    const std::vector<std::string>& queries;
    const std::vector<std::string>& keys;
};

void appendRow(std::string& text, const HeadTable& table, Index query, std::span<const Scalar> scores,
               std::span<const Scalar> weights) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
        text += table.begin;
        text += table.queries[static_cast<std::size_t>(query)];
        text += table.keys[j];
        text += ',';
        appendNumber(text, static_cast<float>(scores[j]));
        text += ',';
        appendNumber(text, static_cast<float>(weights[j]));
        text += table.trace.mask.allowed(table.head, query, static_cast<Index>(j)) ? ",0\n" : ",1\n";
    }
}

bool writeHead(SafeFile& file, const HeadTable& table, const GoOn& goOn) {
    const HeadMatrix scores(table.trace, HeadMatrix::Kind::Scores, table.head);
    const HeadMatrix weights(table.trace, HeadMatrix::Kind::Weights, table.head);
    std::string text;
    for (Index p = 0; p < scores.pieces(); ++p) {
        const Matrix s = scores.piece(p);
        const Matrix w = weights.piece(p);
        for (Index r = 0; r < s.rows(); ++r) {
            if (file.failed() || !goOn()) return false;
            text.clear();
            appendRow(text, table, scores.firstRow(p) + r, s.row(r), w.row(r));
            file.write(text);
        }
    }
    return true;
}

} // namespace

std::string csvField(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
}

bool writeTraceCsv(SafeFile& file, const Analysis& analysis, const TraceRequest& request, const GoOn& goOn) {
    file.write("site,layer,head,query,query_token,key,key_token,score,weight,masked\n");
    for (const TracedLayer& layer : chosenLayers(analysis, request)) {
        const std::vector<std::string> queries = labelled(*layer.queries);
        const std::vector<std::string> keys = labelled(*layer.keys);
        const std::string place = std::string(wordFor(layer.site)) + "," + std::to_string(layer.layer) + ",";
        for (const int head : chosenHeads(layer, request))
            if (!writeHead(file, {*layer.trace, head, place + std::to_string(head), queries, keys}, goOn)) return false;
    }
    return !file.failed();
}

} // namespace headscope
