// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/download/checksum.h"

#include "core/io/input_file.h"
#include "core/sources/hub_files.h"

#include <QCryptographicHash>
#include <algorithm>

namespace headscope {

namespace {

constexpr std::size_t pieceSize = std::size_t{1} << 20;
constexpr const char* sha256 = "sha256:";
constexpr const char* git = "git:";

} // namespace

std::string checksumFromHex(const std::string& hex) {
    return isHex(hex, 64) ? sha256 + hex : isHex(hex, 40) ? git + hex : "";
}

Result<std::string> checksumOfFile(const std::string& path, const std::string& like, std::stop_token stop) {
    const Result<InputFile> file = InputFile::open(path);
    if (!file.ok()) return file.error();
    const bool isGit = like.starts_with(git);
    QCryptographicHash hash(isGit ? QCryptographicHash::Sha1 : QCryptographicHash::Sha256);
    if (isGit) {
        const std::string head = "blob " + std::to_string(file->size()) + '\0';
        hash.addData(QByteArrayView(head.data(), static_cast<qsizetype>(head.size())));
    }
    std::string piece(pieceSize, '\0');
    for (std::uint64_t at = 0; at < file->size(); at += piece.size()) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(pieceSize, file->size() - at)));
        if (const Status status = file->read(at, piece.data(), piece.size()); !status.ok()) return status.error();
        hash.addData(QByteArrayView(piece.data(), static_cast<qsizetype>(piece.size())));
    }
    return (isGit ? git : sha256) + hash.result().toHex().toStdString();
}

} // namespace headscope
