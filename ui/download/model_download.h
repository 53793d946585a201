// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sources/hub_access.h"
#include "core/sources/hub_files.h"
#include "ui/download/file_download.h"

#include <QNetworkAccessManager>
#include <memory>

namespace headscope {

struct DownloadRequest {
    std::string name;   ///< ORG/NAME
    std::string folder; ///< where the model's files shall lie: new, empty, or from an earlier download of it
    HubAccess access;
    Patience patience;
};

struct DownloadProgress {
    enum class Step { Asking, Fetching, Waiting, Checking };
    Step step = Step::Asking;
    std::string file;                       ///< the one at hand
    std::uint64_t bytes = 0;                ///< of all files, those from an earlier day too
    std::optional<std::uint64_t> total;     ///< empty: the server does not say
    std::chrono::milliseconds wait{0};      ///< of Step::Waiting
};

/// Fetches a model from the Hugging Face Hub: its list of files, then those that are needed to open it, one after the
/// other. They gather in a hidden folder beside `folder` (.NAME.part), which takes its place when all are there and
/// checked; when it is stopped or fails before, starting again goes on from there. Works in the thread it is made in,
/// which needs an event loop, and never blocks it. One of finished() and failed() comes, once per start(), later.
class ModelDownload : public QObject {
    Q_OBJECT
public:
    explicit ModelDownload(QObject* parent = nullptr);
    ~ModelDownload() override;

    /// Only while none runs.
    void start(DownloadRequest request);
    bool isRunning() const { return m_running; }
    /// failed() comes with ErrorCode::Cancelled.
    void cancel();

signals:
    void progressed(const DownloadProgress& progress);
    /// `fetched`: false when everything was there already.
    void finished(const std::string& folder, bool fetched);
    void failed(const Error& error);

private:
    Status prepare();
    Status lock();
    void askForList();
    void takeList();
    Status choose(const HubListing& listing);
    bool isThere() const;
    void keepWhatFits(const HubFile& file);
    Status checkSpace() const;
    void fetchNext();
    void takeFileEnd();
    void put();
    Status swapFolders();
    void fail(Error error);
    void clearAway();
    void report(DownloadProgress::Step step);
    std::string staged(const std::string& path) const { return m_staging + "/" + path; }

    QNetworkAccessManager m_network;
    DownloadRequest m_request;
    std::unique_ptr<FileDownload> m_download;
    Descriptor m_lock; ///< while it lives, no other download works in the staging folder
    bool m_running = false;
    std::string m_staging;
    std::vector<std::string> m_madeFolders; ///< outermost first
    DownloadRecord m_record;                ///< of the staging folder
    DownloadRecord m_earlier;               ///< of the folder itself
    std::vector<HubFile> m_files;
    std::size_t m_at = 0; ///< in m_files
    DownloadProgress m_progress;
    std::uint64_t m_before = 0; ///< bytes of the files before the one at hand
};

} // namespace headscope
