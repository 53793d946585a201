// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/download/download_record.h"

#include "core/io/safe_file.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace headscope {

namespace {

constexpr std::uint64_t largestRecord = std::uint64_t{16} << 20;

QString text(const std::string& bytes) {
    return QString::fromStdString(bytes);
}

} // namespace

DownloadRecord DownloadRecord::read(const std::string& folder) {
    DownloadRecord record;
    const Result<std::string> bytes = readFile(folder + "/" + fileName, largestRecord);
    if (!bytes.ok()) return record;
    const QJsonObject root = QJsonDocument::fromJson(QByteArray::fromStdString(*bytes)).object();
    record.name = root[QStringLiteral("name")].toString().toStdString();
    record.commit = root[QStringLiteral("commit")].toString().toStdString();
    const QJsonObject files = root[QStringLiteral("files")].toObject();
    for (auto it = files.begin(); it != files.end(); ++it) {
        const QJsonObject entry = it->toObject();
        FileRecord& file = record.files[it.key().toStdString()];
        file.checksum = entry[QStringLiteral("checksum")].toString().toStdString();
        file.etag = entry[QStringLiteral("etag")].toString().toStdString();
        file.done = entry[QStringLiteral("done")].toBool();
        if (const qint64 size = entry[QStringLiteral("size")].toInteger(-1); size >= 0)
            file.size = static_cast<std::uint64_t>(size);
    }
    return record;
}

Status DownloadRecord::write(const std::string& folder) const {
    QJsonObject entries;
    for (const auto& [path, file] : files) {
        QJsonObject entry{{QStringLiteral("checksum"), text(file.checksum)},
                          {QStringLiteral("etag"), text(file.etag)},
                          {QStringLiteral("done"), file.done}};
        if (file.size) entry[QStringLiteral("size")] = static_cast<qint64>(*file.size);
        entries[text(path)] = entry;
    }
    const QJsonObject root{{QStringLiteral("name"), text(name)},
                           {QStringLiteral("commit"), text(commit)},
                           {QStringLiteral("files"), entries}};
    Result<SafeFile> file = SafeFile::create(folder + "/" + fileName);
    if (!file.ok()) return file.error();
    file->write(QJsonDocument(root).toJson().toStdString());
    return file->commit();
}

} // namespace headscope
