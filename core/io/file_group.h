// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/safe_file.h"

#include <functional>
#include <vector>

namespace headscope {

/// Files of one folder that belong together. All of them are written before the first takes its place, so a full disk
/// leaves everything as it was; a folder that was made for them goes again where nothing came of it.
class FileGroup {
public:
    /// Makes the folder where there is none. Io error with the path.
    static Result<FileGroup> begin(const std::string& folder);
    FileGroup(FileGroup&& other) noexcept;
    FileGroup(const FileGroup&) = delete;
    ~FileGroup();

    /// Io error when the file cannot be written.
    Status add(const std::string& name, const std::function<void(SafeFile&)>& write);
    /// Puts the files in their places, in the order in which they were added.
    Status commit();

private:
    explicit FileGroup(std::string folder, bool made) : m_folder(std::move(folder)), m_made(made) {}

    std::string m_folder;
    bool m_made = false;
    std::vector<SafeFile> m_files;
};

} // namespace headscope
