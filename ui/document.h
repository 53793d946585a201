// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/overview.h"
#include "core/session/predict.h"
#include "ui/latest_job.h"
#include "ui/sources_cache.h"

#include <QElapsedTimer>
#include <QObject>
#include <QUndoStack>
#include <functional>
#include <memory>
#include <optional>

namespace headscope {

/// The one current session, its undo history, its file and its newest analysis: the only thing that changes. Panels
/// call edit(); everything shown follows from the signals.
class Document : public QObject {
    Q_OBJECT
public:
    /// How an edit joins the one before it into one step of undo.
    enum class Merge {
        Never,
        SameName, ///< with those of its name just before it
        Gesture,  ///< with all of its name since endMerging(), however slow the hand is
    };

    /// `places`: where the names of models are looked up.
    explicit Document(ModelPlaces places = {}, QObject* parent = nullptr);
    ~Document() override;

    const Session& session() const { return m_session; }
    /// The newest finished one; never null. Older than the session while busy().
    const AnalysisPtr& analysis() const { return m_analysis; }
    QUndoStack& undoStack() { return m_undo; }
    /// All layers of the newest analysis of a model, a moment later than it; null before, and for the sandbox.
    const OverviewPtr& overview() const { return m_overview; }
    /// What the model predicts, a moment later than the analysis: at the masks or next, then at the pinned queries; empty
    /// where it predicts nothing.
    const std::vector<PositionPrediction>& predictions() const { return m_predictions; }
    /// The run that predictions() belong to; null: the sandbox.
    const ModelRunPtr& predictedRun() const { return m_predicted; }
    /// Whether a newer analysis is under way.
    bool busy() const { return m_job.busy(); }
    const ModelPlaces& modelPlaces() const { return m_sources->places(); }
    /// A model that learns answers for its folder from now on, whatever is on disk; `words` say which it is and how far.
    /// A session that names the folder is analysed anew, one after the other: the newest when the one before is done.
    void setLive(OpenedModelPtr model, const QString& words);
    /// Whether the session's model is the one that learns.
    bool isLive() const { return m_live && m_live->folder == m_session.model; }
    const QString& liveWords() const { return m_liveWords; }
    /// The session's model, once it has been opened, also where it cannot read the text; null before, and for the sandbox.
    OpenedModelPtr opened() const { return m_session.model.empty() ? nullptr : m_sources->opened(m_session.model); }
    /// How much of a model has been read, while one is being opened.
    std::optional<LoadedBytes> loading() const { return m_sources->loading(); }
    /// What is wrong with the session as it stands; empty when nothing is.
    const std::optional<Error>& error() const { return m_error; }
    /// Whether it lies in the model of the session and not in what was typed for it.
    bool isModelsError() const;

    /// One step of undo: the session before and after `change`. Nothing happens when nothing changes. With SameName,
    /// edits of one name in quick succession (typing, a slider's drag) become one; undoing them by hand leaves no step.
    void edit(const QString& name, const std::function<void(Session&)>& change, Merge merge = Merge::Never);
    /// The next edit begins a step of its own.
    void endMerging() { m_mergeClock.invalidate(); }
    /// Which view is in focus: kept and saved, but no step of undo.
    void lookAt(ViewKind view);
    /// Stops the analysis under way: the one before stays.
    void cancel();
    /// Reads the files again, which may have changed on disk.
    void rereadFiles();

    /// Begins anew with this session; `path` is its file or empty. Forgets the undo history.
    void reset(const Session& session, const QString& path);
    /// Io error with the path; the session stays modified then.
    Status save(const QString& path);
    const QString& path() const { return m_path; }
    bool isModified() const { return !m_undo.isClean(); }

    /// The session with this model in place of its own, analysed here and now; for workers.
    static Result<AnalysisPtr> analysisWith(const Session& session, const OpenedModelPtr& model, std::stop_token stop);

signals:
    void sessionChanged();
    void analysisChanged(const headscope::AnalysisPtr& analysis);
    void overviewChanged(const headscope::OverviewPtr& overview);
    void predictionsChanged();
    /// error() is another one, or gone.
    void errorChanged();
    void busyChanged(bool busy);
    /// path() or isModified() changed.
    void fileChanged();

private:
    class Edit;
    /// What follows an analysis without holding it up.
    struct Sequel {
        AnalysisPtr of;
        OverviewPtr overview;
        std::vector<PositionPrediction> predictions;
    };

    void apply(const Session& session);
    void startAnalysis();
    void finish(Result<AnalysisPtr> result);
    void startWaiting();
    void startSequel();
    void finishSequel(Sequel sequel);
    void setError(std::optional<Error> error);

    Session m_session;
    AnalysisPtr m_analysis;
    OverviewPtr m_overview;
    std::vector<PositionPrediction> m_predictions;
    ModelRunPtr m_predicted;
    std::optional<Error> m_error;
    OpenedModelPtr m_live;
    QString m_liveWords;
    bool m_liveWaits = false; ///< for the analysis under way and its sequel
    QUndoStack m_undo;
    QString m_path;
    QElapsedTimer m_mergeClock; ///< since the last mergeable edit
    int m_run = 0;              ///< of mergeable edits without a pause between them
    std::shared_ptr<SourcesCache> m_sources;
    LatestJob<Result<AnalysisPtr>> m_job; ///< last: its worker uses the cache
    LatestJob<Sequel> m_sequel;
};

} // namespace headscope
