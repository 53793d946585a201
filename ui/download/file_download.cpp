// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/download/file_download.h"

#include "core/io/safe_file.h"
#include "ui/download/checksum.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace headscope {

namespace {

constexpr std::uint64_t largestApiAnswer = std::uint64_t{32} << 20;

/// "bytes 100-999/1000"; the total may be "*", and so may the range of a 416.
struct ContentRange {
    std::optional<std::uint64_t> begin, total;

    explicit ContentRange(const QByteArray& text) {
        if (!text.startsWith("bytes ")) return;
        const qsizetype dash = text.indexOf('-'), slash = text.indexOf('/');
        if (slash < 0) return;
        begin = number(text.mid(6, dash - 6));
        total = number(text.mid(slash + 1));
    }
    static std::optional<std::uint64_t> number(const QByteArray& digits) {
        bool isNumber = false;
        const qulonglong value = digits.trimmed().toULongLong(&isNumber);
        return isNumber ? std::optional<std::uint64_t>(value) : std::nullopt;
    }
};

} // namespace

FileDownload::FileDownload(QNetworkAccessManager& network, HttpRules rules, const Patience& patience, QObject* parent)
    : QObject(parent), m_get(network, rules, this), m_hasToken(!rules.token.isEmpty()), m_patience(patience),
      m_retries(patience), m_checker([this](const Result<std::string>& checksum) { takeChecksum(checksum); }) {
    m_wait.setSingleShot(true);
    connect(&m_wait, &QTimer::timeout, this, &FileDownload::request);
    connect(&m_get, &HttpGet::answered, this, &FileDownload::takeAnswer);
    connect(&m_get, &HttpGet::arrived, this, &FileDownload::takeBytes);
    connect(&m_get, &HttpGet::finished, this, &FileDownload::takeEnd);
    connect(&m_get, &HttpGet::failed, this, &FileDownload::takeFailure);
}

void FileDownload::start(FileJob job) {
    m_job = std::move(job);
    m_part = m_job.path + ".part";
    m_retries = Retries(m_patience);
    m_startedOver = false;
    if (openPart()) request();
}

void FileDownload::cancel() {
    m_get.abort();
    m_wait.stop();
    m_checker.cancel();
    m_file = Descriptor();
}

/// False when that fails, which is then told.
bool FileDownload::openPart() {
    m_file = Descriptor(::open(m_part.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666));
    struct stat state {};
    if (!m_file.valid() || ::fstat(m_file.get(), &state) != 0)
        return fail(ErrorCode::Io, describeSystemError(errno)), false;
    m_size = static_cast<std::uint64_t>(state.st_size);
    m_continued = m_size > 0;
    return m_size == 0 || canContinue() || clear();
}

/// Something will tell whether the rest belongs to the same contents.
bool FileDownload::canContinue() const {
    return !m_job.record.checksum.empty() || !m_job.record.etag.empty();
}

void FileDownload::request() {
    const FileRecord& record = m_job.record;
    if (record.size && m_size > *record.size && !clear()) return;
    if (record.size && m_size == *record.size) return check();
    HttpGet::Headers headers;
    if (m_size > 0) {
        m_continued = true;
        headers.append({"Range", "bytes=" + QByteArray::number(static_cast<qulonglong>(m_size)) + "-"});
        if (!record.etag.empty()) headers.append({"If-Range", QByteArray::fromStdString(record.etag)});
    }
    m_get.start(m_job.url, headers);
}

void FileDownload::takeAnswer(const HttpAnswer& answer) {
    if (!answer.encoding.isEmpty() && answer.encoding != "identity")
        return fail(ErrorCode::Input, "the server sends it compressed although it was asked not to");
    if (!takeIdentity(answer) || !takePlace(answer)) return;
    emit recorded(m_job.record);
}

/// What the file is. False when that is not what it was, which is then dealt with.
bool FileDownload::takeIdentity(const HttpAnswer& answer) {
    if (!m_job.isContents) return true;
    FileRecord& record = m_job.record;
    const std::string checksum = checksumFromHex(answer.homeEtag.toStdString());
    const std::string kind = checksum.substr(0, checksum.find(':'));
    const bool differs = !checksum.empty() && record.checksum.starts_with(kind + ":") && record.checksum != checksum;
    if (differs && m_job.isListed)
        return fail(ErrorCode::Input, "the server's list and its answer give different checksums; try again later"), false;
    if (differs) {
        record = {};
        record.checksum = checksum;
        return startOver("the file changes while it is fetched; try again later"), false;
    }
    if (record.checksum.empty()) record.checksum = checksum;
    record.etag = answer.etag.startsWith('"') ? answer.etag.toStdString() : "";
    if (!m_job.isListed && answer.homeSize) record.size = static_cast<std::uint64_t>(*answer.homeSize);
    return true;
}

/// Where the bytes that follow belong. False when they belong nowhere, which is then dealt with.
bool FileDownload::takePlace(const HttpAnswer& answer) {
    std::optional<std::uint64_t>& size = m_job.record.size;
    const char* noRest = "the server does not send the rest of it as it should; try again later";
    if (answer.status == 200) {
        if (m_size > 0 && !clear()) return false;
        m_continued = false;
        if (!answer.length) return true;
        const auto length = static_cast<std::uint64_t>(*answer.length);
        const bool isKnown = m_job.isListed || (m_job.isContents && answer.homeSize);
        if (isKnown && size && *size != length)
            return fail(ErrorCode::Input, "the server announces " + std::to_string(length) +
                                              " bytes, but the file has " + std::to_string(*size)),
                   false;
        size = length;
        return true;
    }
    const ContentRange range(answer.contentRange);
    const bool fits = !range.total || !size || *range.total == *size;
    if (answer.status == 416) {
        if (!fits || range.total != m_size) return startOver(noRest), false;
        size = m_size; // all of it was here already
        return true;
    }
    if (range.begin != m_size || !fits) return startOver(noRest), false;
    if (range.total) size = range.total;
    return true;
}

void FileDownload::takeBytes(const QByteArray& bytes) {
    const auto count = static_cast<std::size_t>(bytes.size());
    const std::uint64_t most =
        m_job.record.size.value_or(m_job.isContents ? UINT64_MAX - m_size : largestApiAnswer);
    if (m_size + count > most)
        return fail(ErrorCode::Input, "the server sends more than the " + std::to_string(most) + " bytes it should have");
    if (const int error = writeAll(m_file.get(), bytes.constData(), count); error != 0)
        return fail(ErrorCode::Io, describeSystemError(error) + "; what has come is kept");
    m_size += count;
    m_retries.reached(m_size);
    emit reached(m_size);
}

void FileDownload::takeEnd() {
    const std::optional<std::uint64_t>& size = m_job.record.size;
    if (size && m_size < *size) return takeFailure({HttpFailure::Kind::Broken, "the connection ends too early"});
    check();
}

void FileDownload::takeFailure(const HttpFailure& failure) {
    const auto wait = m_retries.next(failure);
    if (!wait) {
        const Error error = explainFailure(failure, m_job.place, m_hasToken);
        return fail(error.code, error.detail);
    }
    // An answer that cannot be continued begins anew.
    if (m_size > 0 && !canContinue() && !clear()) return;
    if (wait->count() > 0) emit waiting(*wait);
    m_wait.start(*wait);
}

void FileDownload::check() {
    m_get.abort();
    if (m_job.record.checksum.empty()) return putInPlace();
    emit checking();
    m_checker.start([path = m_part, like = m_job.record.checksum](const std::stop_token& stop) {
        return checksumOfFile(path, like, stop);
    });
}

void FileDownload::takeChecksum(const Result<std::string>& checksum) {
    if (!checksum.ok()) return fail(checksum.error().code, checksum.error().detail);
    if (*checksum == m_job.record.checksum) return putInPlace();
    const std::string why = "what came does not have the checksum that the server names; try again later";
    if (m_continued) return startOver(why); // its first part may be from another day
    clear();
    fail(ErrorCode::Input, why);
}

void FileDownload::putInPlace() {
    const bool isKept = ::fsync(m_file.get()) == 0 && std::rename(m_part.c_str(), m_job.path.c_str()) == 0;
    if (!isKept) return fail(ErrorCode::Io, describeSystemError(errno));
    m_file = Descriptor();
    m_job.record.done = true;
    m_job.record.size = m_size;
    emit recorded(m_job.record);
    emit finished();
}

/// Once; the second time it fails with `why`.
void FileDownload::startOver(const std::string& why) {
    m_get.abort();
    if (m_startedOver) return fail(ErrorCode::Input, why);
    m_startedOver = true;
    m_job.record.etag.clear();
    if (clear()) m_wait.start(0);
}

/// Throws away what has come. False when that fails, which is then told.
bool FileDownload::clear() {
    if (::ftruncate(m_file.get(), 0) != 0) return fail(ErrorCode::Io, describeSystemError(errno)), false;
    m_size = 0;
    m_continued = false;
    emit reached(0);
    return true;
}

void FileDownload::fail(ErrorCode code, const std::string& detail) {
    cancel();
    emit failed({code, m_job.place, detail});
}

} // namespace headscope
