// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document.h"

#include "core/io/safe_file.h"
#include "core/session/session_file.h"
#include "ui/follow_text.h"

#include <QFile>
#include <QUndoCommand>
#include <algorithm>
#include <array>
#include <string_view>

namespace headscope {

namespace {

/// A pause longer than this ends a step of typing or dragging.
constexpr qint64 mergePauseMs = 1000;
constexpr int mostPredictions = 10;
constexpr std::size_t mostAsked = 8; ///< chosen tokens that something is predicted at

/// Where the model has something to say unasked, then the tokens that were chosen. A model without an output head, or a
/// text without a mask, has nothing to say by itself, and that is no error here.
std::vector<Index> positionsToPredict(const Analysis& analysis, const std::vector<int>& chosen) {
    std::vector<Index> positions;
    if (auto unasked = predictedPositions(*analysis.run); unasked) positions = *std::move(unasked);
    const std::size_t unasked = positions.size();
    for (const Index at : positionsOf(analysis, chosen))
        if (positions.size() < unasked + mostAsked && std::ranges::find(positions, at) == positions.end()) positions.push_back(at);
    return positions;
}

} // namespace

/// The session before and after one edit.
class Document::Edit : public QUndoCommand {
public:
    /// Commands of one run ≥ 0 and one name become one.
    Edit(Document& document, const QString& name, Session after, int run)
        : QUndoCommand(name), m_document(document), m_before(document.session()), m_after(std::move(after)), m_run(run) {}

    void undo() override { m_document.apply(m_before); }
    void redo() override { m_document.apply(m_after); }
    int id() const override { return m_run; }
    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = static_cast<const Edit*>(other);
        if (next->text() != text()) return false;
        m_after = next->m_after;
        setObsolete(m_before == m_after);
        return true;
    }

private:
    Document& m_document;
    Session m_before;
    Session m_after;
    int m_run;
};

Document::Document(ModelPlaces places, QObject* parent)
    : QObject(parent), m_analysis(std::make_shared<const Analysis>()), m_sources(std::make_shared<SourcesCache>(std::move(places))),
      m_job([this](Result<AnalysisPtr> result) { finish(std::move(result)); }),
      m_sequel([this](Sequel sequel) { finishSequel(std::move(sequel)); }) {
    connect(&m_undo, &QUndoStack::cleanChanged, this, &Document::fileChanged);
}

Document::~Document() { m_undo.disconnect(this); }

void Document::edit(const QString& name, const std::function<void(Session&)>& change, Merge merge) {
    Session after = m_session;
    change(after);
    if (after == m_session) return;
    followText(m_session, after, m_analysis->run);
    const bool merges = merge != Merge::Never;
    const bool paused = merge == Merge::SameName && m_mergeClock.isValid() && m_mergeClock.elapsed() > mergePauseMs;
    if (!merges || !m_mergeClock.isValid() || paused) ++m_run;
    if (merges) m_mergeClock.start();
    else m_mergeClock.invalidate();
    m_undo.push(new Edit(*this, name, std::move(after), merges ? m_run : -1));
}

void Document::lookAt(ViewKind view) {
    if (m_session.view.view == view) return;
    m_session.view.view = view;
    emit sessionChanged();
}

void Document::setLive(OpenedModelPtr model, const QString& words) {
    m_live = std::move(model);
    m_liveWords = words;
    m_sources->setLive(m_live);
    if (!isLive()) return;
    // One that interrupts the one before would never let a picture be finished.
    m_liveWaits = m_job.busy() || m_sequel.busy();
    if (!m_liveWaits) startAnalysis();
}

void Document::startWaiting() {
    if (m_liveWaits && isLive()) startAnalysis();
    m_liveWaits = false;
}

void Document::cancel() {
    m_liveWaits = false;
    if (!m_job.busy()) return;
    m_job.cancel();
    emit busyChanged(false);
}

void Document::rereadFiles() {
    m_sources->forget();
    startAnalysis();
}

void Document::reset(const Session& session, const QString& path) {
    m_undo.clear();
    endMerging();
    m_path = path;
    m_session = session;
    emit sessionChanged();
    rereadFiles();
    emit fileChanged();
}

Status Document::save(const QString& path) {
    const std::string name = QFile::encodeName(path).toStdString();
    Result<SafeFile> file = SafeFile::create(name);
    if (!file) return file.error();
    file->write(formatSession(forFile(m_session, name)));
    if (const Status written = file->commit(); !written) return written;
    m_path = path;
    m_undo.setClean();
    emit fileChanged();
    return {};
}

void Document::apply(const Session& session) {
    const bool same = session.sameAnalysis(m_session);
    const bool asksElsewhere = session.view.pinnedQueries != m_session.view.pinnedQueries;
    const ViewKind view = m_session.view.view; // undo does not move the focus
    m_session = session;
    m_session.view.view = view;
    emit sessionChanged();
    if (!same) startAnalysis();
    else if (asksElsewhere && m_analysis->run && !m_job.busy()) startSequel();
}

void Document::startAnalysis() {
    m_liveWaits = false;
    const bool wasBusy = m_job.busy();
    m_sequel.cancel();
    m_job.start([session = m_session, sources = m_sources, before = m_analysis](std::stop_token stop) -> Result<AnalysisPtr> {
        const Result<Sources> opened = sources->get(session, stop);
        if (!opened) return opened.error();
        return analyze(session, *opened, stop, Depth::Full, before);
    });
    if (!wasBusy) emit busyChanged(true);
}

Result<AnalysisPtr> Document::analysisWith(const Session& session, const OpenedModelPtr& model, std::stop_token stop) {
    const Result<ModelRunPtr> run = runModel(model, session.text, session.text2, nullptr, stop);
    if (!run) return run.error();
    return analyze(session, *run, stop);
}

void Document::finish(Result<AnalysisPtr> result) {
    emit busyChanged(false);
    if (result) {
        m_analysis = *result;
        setError(std::nullopt);
        emit analysisChanged(m_analysis);
        startSequel();
    } else if (result.error().code != ErrorCode::Cancelled) {
        setError(result.error());
        startWaiting();
    }
}

void Document::startSequel() {
    if (!m_analysis->run) return finishSequel({m_analysis, nullptr, {}});
    m_sequel.start([analysis = m_analysis, before = m_overview, chosen = m_session.view.pinnedQueries](std::stop_token stop) {
        Sequel sequel{analysis, nullptr, {}};
        if (analysis->empty()) return sequel;
        if (auto predicted = predict(*analysis->run, positionsToPredict(*analysis, chosen), mostPredictions, stop); predicted)
            sequel.predictions = *std::move(predicted);
        if (before && before->of == analysis) sequel.overview = before;
        else if (auto overview = overviewOf(analysis, stop, before); overview) sequel.overview = *std::move(overview);
        return sequel;
    });
}

void Document::finishSequel(Sequel sequel) {
    if (sequel.of != m_analysis) return startWaiting();
    const bool another = sequel.overview != m_overview;
    m_overview = std::move(sequel.overview);
    m_predictions = std::move(sequel.predictions);
    m_predicted = m_analysis->run;
    if (another) emit overviewChanged(m_overview);
    emit predictionsChanged();
    startWaiting();
}

bool Document::isModelsError() const {
    if (!m_error || m_session.model.empty()) return false;
    // What the tokenizer and the model say of a text has the text's place, or none.
    constexpr std::array<std::string_view, 5> texts = {"", "text", "second text", "--text", "--text2"};
    return std::ranges::find(texts, m_error->place) == texts.end();
}

void Document::setError(std::optional<Error> error) {
    if (m_error == error) return;
    m_error = std::move(error);
    emit errorChanged();
}

} // namespace headscope
