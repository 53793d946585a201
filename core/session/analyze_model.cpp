// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/analyze_model.h"

#include "core/base/parallel.h"
#include "core/session/collect.h"
#include "core/session/shown_tokens.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace headscope {

Status collectLayer(Analysis& a, const std::stop_token& stop) {
    const Index queries = std::ssize(a.queries), keys = std::ssize(a.keys);
    Result<HeadCollector> collector =
        beginCollecting(a, std::vector<std::shared_ptr<const KeySets>>(static_cast<std::size_t>(a.config.heads)));
    if (!collector) return collector.error();
    const Index blocks = (queries + LayerTrace::blockRows() - 1) / LayerTrace::blockRows();
    parallelFor(a.config.heads * blocks, [&](Index task) {
        if (stop.stop_requested()) return;
        const int head = static_cast<int>(task / blocks);
        const Index block = task % blocks;
        const Matrix rows = a.rows(head, block);
        collector->read({head, block * LayerTrace::blockRows(), rows.rows(), keys, rows.data(), keys, 0, keys});
    });
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
    takeCollected(*collector, a);
    return {};
}

Result<AnalysisPtr> analyzeModel(const Session& session, const ModelRunPtr& run, std::stop_token stop, Depth depth) {
    const auto begin = std::chrono::steady_clock::now();
    auto a = std::make_shared<Analysis>();
    a->text = session.text;
    a->text2 = run->text2.value_or(std::string());
    a->run = run;
    const ModelConfig& config = run->opened->model->config;
    const std::vector<Site> sites = sitesOf(config);
    const Site wanted = session.view.site.value_or(sites.front());
    a->site = std::ranges::find(sites, wanted) != sites.end() ? wanted : sites.front();
    a->notes = run->opened->model->notes;
    if (session.text2.value_or("") != a->text2)
        a->notes.push_back("The second sentence is set aside: " + config.familyName + " continues one text.");
    a->config = (a->site == Site::Encoder ? config.encoder : config.stack()).attention;
    if (!run->empty()) {
        const SiteTrace& site = *run->trace->site(a->site);
        a->layer = std::clamp(session.view.layer, 0, static_cast<int>(site.layers.size()) - 1);
        a->trace = site.layers[static_cast<std::size_t>(a->layer)];
        a->config = a->trace->config;
        showTokens(*a, session.view);
        if (depth == Depth::Full)
            if (Status status = collectLayer(*a, stop); !status) return status.error();
    }
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
    a->milliseconds = run->milliseconds + spent.count();
    return AnalysisPtr(std::move(a));
}

} // namespace headscope
