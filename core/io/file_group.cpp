// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/file_group.h"

#include <filesystem>
#include <utility>

namespace headscope {

namespace fs = std::filesystem;

Result<FileGroup> FileGroup::begin(const std::string& folder) {
    const auto fail = [&](const std::error_code& error) {
        return Error{ErrorCode::Io, folder.empty() ? "an empty folder name" : folder,
                     describeSystemError(error.value())};
    };
    std::error_code error;
    if (fs::is_directory(folder, error)) return FileGroup(folder, false);
    const fs::path path = fs::path(folder).has_filename() ? fs::path(folder) : fs::path(folder).parent_path();
    if (fs::exists(path, error)) return fail(std::make_error_code(std::errc::not_a_directory));
    const fs::path parent = path.has_parent_path() ? path.parent_path() : ".";
    if (!folder.empty() && !fs::exists(parent, error))
        return Error{ErrorCode::Io, folder, "there is no folder \"" + parent.string() + "\"; make it first"};
    fs::create_directory(path, error);
    if (error) return fail(error);
    return FileGroup(folder, true);
}

FileGroup::FileGroup(FileGroup&& other) noexcept
    : m_folder(std::move(other.m_folder)), m_made(std::exchange(other.m_made, false)),
      m_files(std::move(other.m_files)) {}

FileGroup::~FileGroup() {
    m_files.clear();
    std::error_code ignored;
    if (m_made) fs::remove(m_folder, ignored); // only where it is empty
}

Status FileGroup::add(const std::string& name, const std::function<void(SafeFile&)>& write) {
    Result<SafeFile> file = SafeFile::create((fs::path(m_folder) / name).string());
    if (!file) return file.error();
    write(*file);
    file->flush();
    if (file->failed()) return file->commit();
    m_files.push_back(std::move(*file));
    return {};
}

Status FileGroup::commit() {
    for (SafeFile& file : m_files)
        if (Status s = file.commit(); !s) return s;
    return {};
}

} // namespace headscope
