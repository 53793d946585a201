// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/download/model_download.h"

#include "core/io/safe_file.h"
#include "ui/download/checksum.h"

#include <QHostAddress>
#include <QNetworkProxyFactory>
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>

namespace headscope {

namespace {

namespace fs = std::filesystem;

constexpr const char* listName = ".list.json";
constexpr const char* lockName = ".lock";
constexpr std::uint64_t largestList = std::uint64_t{32} << 20;

/// What the desktop or http_proxy and https_proxy say, but for this computer itself.
class Proxies : public QNetworkProxyFactory {
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery& query) override {
        const QString host = query.peerHostName();
        if (host == QStringLiteral("localhost") || QHostAddress(host).isLoopback())
            return {QNetworkProxy(QNetworkProxy::NoProxy)};
        return systemProxyForQuery(query);
    }
};

std::optional<std::uint64_t> sizeOf(const std::string& path) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    return error ? std::nullopt : std::optional<std::uint64_t>(size);
}

FileRecord listed(const HubFile& file) {
    return {checksumFromHex(file.sha256.empty() ? file.gitSha1 : file.sha256), "", file.size, false};
}

bool sameContents(const FileRecord& a, const FileRecord& b, bool sameCommit) {
    const bool sameSize = a.size == b.size || !a.size || !b.size;
    const bool comparable = !a.checksum.empty() && !b.checksum.empty();
    return sameSize && (comparable ? a.checksum == b.checksum : sameCommit);
}

std::string inGigabytes(std::uint64_t bytes) {
    return QString::number(static_cast<double>(bytes) / 1e9, 'f', 2).toStdString() + " GB";
}

} // namespace

ModelDownload::ModelDownload(QObject* parent) : QObject(parent) {
    m_network.setProxyFactory(new Proxies);
}

ModelDownload::~ModelDownload() = default;

void ModelDownload::start(DownloadRequest request) {
    assert(!m_running);
    m_request = std::move(request);
    m_running = true;
    m_madeFolders.clear();
    m_files.clear();
    m_progress = {};
    // Later, so that whoever starts it can still connect, and hears of every outcome in the same way.
    QTimer::singleShot(0, this, [this] {
        if (!m_running) return;
        if (Status status = prepare(); !status.ok()) return fail(status.error());
        askForList();
    });
}

void ModelDownload::cancel() {
    if (m_running) fail({ErrorCode::Cancelled, {}, {}});
}

Status ModelDownload::prepare() {
    const std::string& name = m_request.name;
    if (Status status = checkHubName(name); !status.ok()) return status;
    if (m_request.access.offline)
        return Error{ErrorCode::Io, name, "cannot be fetched: HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids the network"};
    const std::string& folder = m_request.folder;
    std::error_code error;
    fs::path target = fs::weakly_canonical(folder, error);
    if (error || folder.empty()) return Error{ErrorCode::Io, folder, describeSystemError(error ? error.value() : ENOENT)};
    if (!target.has_filename()) target = target.parent_path(); // "folder/"
    m_request.folder = target.string();
    m_earlier = DownloadRecord::read(m_request.folder);
    if (fs::exists(target, error) && !fs::is_directory(target, error))
        return Error{ErrorCode::Io, folder, "is a file; name a new folder"};
    const bool isEmpty = !fs::exists(target, error) || fs::is_empty(target, error);
    if (error) return Error{ErrorCode::Io, folder, describeSystemError(error.value())};
    if (!isEmpty && m_earlier.name != name)
        return Error{ErrorCode::Io, folder,
                     (m_earlier.name.empty() ? "holds other files" : "holds the model " + m_earlier.name) +
                         "; name a new or an empty folder"};
    m_staging = (target.parent_path() / ("." + target.filename().string() + ".part")).string();
    return lock();
}

Status ModelDownload::lock() {
    std::error_code error;
    for (fs::path path = m_staging; !fs::exists(path, error) && path.has_relative_path(); path = path.parent_path())
        m_madeFolders.insert(m_madeFolders.begin(), path.string());
    fs::create_directories(m_staging, error);
    if (error) return Error{ErrorCode::Io, m_staging, describeSystemError(error.value())};
    Descriptor lock(::open(staged(lockName).c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!lock.valid()) return Error{ErrorCode::Io, m_staging, describeSystemError(errno)};
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorCode::Io, m_staging,
                     errno == EWOULDBLOCK ? "another Headscope is downloading into it; wait for that"
                                          : describeSystemError(errno)};
    m_lock = std::move(lock);
    m_record = DownloadRecord::read(m_staging);
    return {};
}

void ModelDownload::askForList() {
    HttpRules rules;
    rules.home = QUrl(QString::fromStdString(m_request.access.endpoint));
    rules.token = QByteArray::fromStdString(m_request.access.token);
    rules.silence = m_request.patience.silence;
    m_download = std::make_unique<FileDownload>(m_network, rules, m_request.patience, nullptr);
    connect(m_download.get(), &FileDownload::finished, this, &ModelDownload::takeFileEnd);
    connect(m_download.get(), &FileDownload::failed, this, &ModelDownload::fail);
    connect(m_download.get(), &FileDownload::recorded, this, [this](const FileRecord& record) {
        if (m_files.empty()) return;
        m_record.files[m_files[m_at].path] = record;
        if (Status status = m_record.write(m_staging); !status.ok()) fail(status.error());
    });
    connect(m_download.get(), &FileDownload::reached, this, [this](quint64 bytes) {
        if (m_files.empty()) return;
        m_progress.bytes = m_before + bytes;
        report(DownloadProgress::Step::Fetching);
    });
    connect(m_download.get(), &FileDownload::checking, this, [this] { report(DownloadProgress::Step::Checking); });
    connect(m_download.get(), &FileDownload::waiting, this, [this](std::chrono::milliseconds wait) {
        m_progress.wait = wait;
        report(DownloadProgress::Step::Waiting);
    });
    report(DownloadProgress::Step::Asking);
    FileJob job;
    job.url = QUrl(rules.home.toString() + QStringLiteral("/api/models/") + QString::fromStdString(m_request.name) +
                   QStringLiteral("/revision/main?blobs=true"));
    job.path = staged(listName);
    job.place = m_request.name;
    job.isContents = false;
    m_download->start(std::move(job));
}

void ModelDownload::takeFileEnd() {
    if (!m_running) return;
    if (m_files.empty()) return takeList();
    m_before += m_record.files[m_files[m_at].path].size.value_or(0);
    ++m_at;
    fetchNext();
}

void ModelDownload::takeList() {
    const Result<std::string> text = readFile(staged(listName), largestList);
    if (!text.ok()) return fail(text.error());
    const Result<HubListing> listing = parseHubListing(*text);
    Status status = listing.ok() ? choose(*listing) : Status(listing.error());
    if (status.ok() && !isThere()) status = checkSpace();
    if (!status.ok()) {
        Error error = status.error();
        if (error.place.empty()) error.place = m_request.name;
        return fail(error);
    }
    if (isThere()) {
        clearAway();
        m_running = false;
        emit finished(m_request.folder, false);
        return;
    }
    fetchNext();
}

Status ModelDownload::choose(const HubListing& listing) {
    Result<std::vector<HubFile>> files = filesToFetch(listing);
    if (!files.ok()) return files.error();
    m_files = *std::move(files);
    m_at = 0;
    m_before = 0;
    DownloadRecord old = std::exchange(m_record, {m_request.name, listing.commit, {}});
    const bool sameCommit = !listing.commit.empty() && old.commit == listing.commit;
    m_progress.total = 0;
    for (const HubFile& file : m_files) {
        FileRecord& record = m_record.files[file.path] = listed(file);
        if (m_progress.total) m_progress.total = file.size ? std::optional(*m_progress.total + *file.size) : std::nullopt;
        const auto it = old.files.find(file.path);
        if (it != old.files.end() && sameContents(it->second, record, sameCommit)) {
            record = it->second;
            old.files.erase(it);
        }
    }
    // What is left was begun for another state of the model.
    std::error_code ignored;
    for (const auto& [path, record] : old.files)
        for (const char* ending : {"", ".part"}) fs::remove(staged(path) + ending, ignored);
    return m_record.write(m_staging);
}

/// The folder holds all of it already, of the same contents.
bool ModelDownload::isThere() const {
    if (m_earlier.name.empty()) return false;
    const bool sameCommit = !m_record.commit.empty() && m_earlier.commit == m_record.commit;
    return std::all_of(m_files.begin(), m_files.end(), [&](const HubFile& file) {
        const auto it = m_earlier.files.find(file.path);
        return it != m_earlier.files.end() && it->second.done && sameContents(it->second, listed(file), sameCommit) &&
               sizeOf(m_request.folder + "/" + file.path) == it->second.size;
    });
}

Status ModelDownload::checkSpace() const {
    std::uint64_t needed = 0;
    for (const HubFile& file : m_files) {
        const std::uint64_t size = file.size.value_or(0);
        const std::uint64_t here =
            sizeOf(staged(file.path)).value_or(sizeOf(staged(file.path) + ".part").value_or(0));
        needed += size - std::min(size, here);
    }
    std::error_code error;
    const std::uint64_t space = fs::space(m_staging, error).available;
    if (error || needed <= space) return {};
    return Error{ErrorCode::Io, m_request.folder,
                 "there is no space: " + inGigabytes(needed) + " are still to come, " + inGigabytes(space) + " are free"};
}

/// A file of an earlier download with the same contents need not come again.
void ModelDownload::keepWhatFits(const HubFile& file) {
    FileRecord& record = m_record.files[file.path];
    const auto it = m_earlier.files.find(file.path);
    const std::string earlier = m_request.folder + "/" + file.path;
    if (record.done || it == m_earlier.files.end() || !it->second.done || record.checksum.empty() ||
        it->second.checksum != record.checksum || sizeOf(earlier) != it->second.size)
        return;
    std::error_code error;
    fs::create_hard_link(earlier, staged(file.path), error);
    if (!error) record = it->second;
}

void ModelDownload::fetchNext() {
    for (; m_at < m_files.size(); ++m_at) {
        const HubFile& file = m_files[m_at];
        FileRecord& record = m_record.files[file.path];
        std::error_code error;
        if (file.path.find('/') != std::string::npos) fs::create_directories(fs::path(staged(file.path)).parent_path(), error);
        keepWhatFits(file);
        if (!record.done || sizeOf(staged(file.path)) != record.size) break;
        m_before += record.size.value_or(0);
    }
    if (m_at == m_files.size()) return put();
    const HubFile& file = m_files[m_at];
    FileJob job;
    job.url = QUrl(QString::fromStdString(m_request.access.endpoint + "/" + m_request.name + "/resolve/" +
                                          (m_record.commit.empty() ? "main" : m_record.commit) + "/" + file.path));
    job.path = staged(file.path);
    job.place = m_request.name + "/" + file.path;
    job.record = m_record.files[file.path];
    job.record.done = false;
    job.isListed = file.size.has_value();
    m_progress.file = file.path;
    m_download->start(std::move(job));
}

void ModelDownload::put() {
    Status status = m_record.write(m_staging);
    std::error_code ignored;
    for (const char* name : {listName, lockName}) fs::remove(staged(name), ignored);
    if (status.ok()) status = swapFolders();
    if (!status.ok()) return fail(status.error());
    m_running = false;
    m_lock = Descriptor();
    m_madeFolders.clear();
    emit finished(m_request.folder, true);
}

/// The finished folder takes its place; one from an earlier download goes.
Status ModelDownload::swapFolders() {
    const std::string& folder = m_request.folder;
    const std::string old = m_staging + ".old";
    std::error_code error, ignored;
    if (!m_earlier.name.empty()) {
        fs::remove_all(old, ignored);
        fs::rename(folder, old, error);
    }
    if (!error) fs::rename(m_staging, folder, error);
    if (error) {
        if (!m_earlier.name.empty() && !fs::exists(folder, ignored)) fs::rename(old, folder, ignored);
        return Error{ErrorCode::Io, folder, describeSystemError(error.value())};
    }
    fs::remove_all(old, ignored);
    return {};
}

void ModelDownload::fail(Error error) {
    if (!m_running) return;
    m_running = false;
    if (m_download) m_download->cancel();
    clearAway();
    emit failed(error);
}

/// Leaves the staging folder only where it holds something to go on with.
void ModelDownload::clearAway() {
    if (!m_lock.valid()) return; // somebody else's
    std::error_code error;
    for (const std::string& path : {staged(listName), staged(listName) + ".part", staged(lockName)})
        fs::remove(path, error);
    const bool hasBytes = std::any_of(m_record.files.begin(), m_record.files.end(), [&](const auto& entry) {
        return sizeOf(staged(entry.first)).value_or(0) > 0 || sizeOf(staged(entry.first) + ".part").value_or(0) > 0;
    });
    m_lock = Descriptor();
    if (hasBytes) return;
    for (const auto& [path, record] : m_record.files) fs::remove(staged(path) + ".part", error);
    fs::remove(staged(DownloadRecord::fileName), error);
    fs::remove(m_staging, error);
    for (auto folder = m_madeFolders.rbegin(); folder != m_madeFolders.rend(); ++folder) fs::remove(*folder, error);
}

void ModelDownload::report(DownloadProgress::Step step) {
    m_progress.step = step;
    emit progressed(m_progress);
}

} // namespace headscope
