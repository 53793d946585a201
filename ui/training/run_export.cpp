// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/run_export.h"

#include "ui/document.h"

#include <algorithm>
#include <utility>

namespace headscope {

namespace {

constexpr std::size_t mostMoments = 8;

/// At most so many, evenly apart, the first and the last with them.
std::vector<Checkpoint> chosenOf(std::vector<Checkpoint> all) {
    if (all.size() <= mostMoments) return all;
    std::vector<Checkpoint> chosen;
    for (std::size_t i = 0; i < mostMoments; ++i) chosen.push_back(all[i * (all.size() - 1) / (mostMoments - 1)]);
    return chosen;
}

} // namespace

RunExport::RunExport(Document& document, Selection& selection)
    : m_document(document), m_selection(selection), m_job([this](Made made) {
          if (!made)
              emit failed(QString::fromStdString(made.error().message()));
          else
              emit this->made(new RunStrip(m_selection, m_name, *std::move(made)));
      }) {}

void RunExport::start(const RunState& run, std::vector<Checkpoint> moments) {
    m_name = QString::fromUtf8(run.task->name().data(), static_cast<qsizetype>(run.task->name().size()));
    m_job.start([session = m_document.session(), folder = run.folder, tokenizer = run.tokenizer, task = std::string(run.task->name()),
                 chosen = chosenOf(std::move(moments))](std::stop_token stop) -> Made {
        std::vector<Moment> found;
        for (const Checkpoint& at : chosen) {
            const auto opened = std::make_shared<const OpenedModel>(OpenedModel{folder, at.model, tokenizer, task});
            Result<AnalysisPtr> analysis = Document::analysisWith(session, opened, stop);
            if (!analysis) return analysis.error();
            found.push_back({at.step, *analysis});
        }
        return found;
    });
}

} // namespace headscope
