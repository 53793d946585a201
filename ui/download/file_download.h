// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/descriptor.h"
#include "ui/download/download_record.h"
#include "ui/download/retries.h"
#include "ui/latest_job.h"

namespace headscope {

struct FileJob {
    QUrl url;
    std::string path;  ///< of the whole file; what has come lies in path + ".part"
    std::string place; ///< what messages call it
    FileRecord record; ///< checksum and size as far as they are known
    bool isListed = false; ///< they come from the Hub's list of files, so an answer that says otherwise is wrong
    /// The Hub's ETag is a checksum of the contents, and the Hub's size is theirs. Off: an answer of its API, which is
    /// small and never continued.
    bool isContents = true;
};

/// Fetches one file: goes on with what lies there, asks again when a connection breaks off, checks size and checksum,
/// and gives the file its name only then. One of finished() and failed() comes, once.
class FileDownload : public QObject {
    Q_OBJECT
public:
    FileDownload(QNetworkAccessManager& network, HttpRules rules, const Patience& patience, QObject* parent);

    void start(FileJob job);
    /// Stops; what has come stays.
    void cancel();

signals:
    void recorded(const FileRecord& record); ///< more is known of the file: keep it for another day
    void reached(quint64 bytes);
    void waiting(std::chrono::milliseconds wait); ///< before asking again
    void checking();                              ///< all bytes are there, the checksum is being computed
    void finished();
    void failed(const Error& error);

private:
    bool openPart();
    bool canContinue() const;
    void request();
    void takeAnswer(const HttpAnswer& answer);
    bool takeIdentity(const HttpAnswer& answer);
    bool takePlace(const HttpAnswer& answer);
    void takeBytes(const QByteArray& bytes);
    void takeEnd();
    void takeFailure(const HttpFailure& failure);
    void check();
    void takeChecksum(const Result<std::string>& checksum);
    void putInPlace();
    void startOver(const std::string& why);
    bool clear();
    void fail(ErrorCode code, const std::string& detail);

    HttpGet m_get;
    bool m_hasToken;
    Patience m_patience;
    Retries m_retries;
    QTimer m_wait;
    LatestJob<Result<std::string>> m_checker;
    FileJob m_job;
    std::string m_part;
    Descriptor m_file;
    std::uint64_t m_size = 0; ///< of what has come
    bool m_continued = false; ///< the bytes come from more than one answer
    bool m_startedOver = false;
};

} // namespace headscope
