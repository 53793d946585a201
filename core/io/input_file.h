// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/io/descriptor.h"

#include <string>
#include <string_view>

namespace headscope {

/// A regular file, read in pieces. Not mapped: a file cut while it is open must be an error, not a signal.
class InputFile {
public:
    /// Io error with the path; pipes, devices and folders are refused.
    static Result<InputFile> open(const std::string& path);

    const std::string& path() const { return m_path; }
    std::uint64_t size() const { return m_size; }
    /// Exactly `count` bytes; Io error where the disk fails or the file became shorter.
    Status read(std::uint64_t offset, void* bytes, std::size_t count) const;
    /// At most `count` bytes from the beginning.
    Result<std::string> head(std::size_t count) const;

    /// Io error when the file's size or time of change is another than when it was opened.
    Status unchanged() const;

private:
    std::string m_path;
    Descriptor m_file;
    std::uint64_t m_size = 0;
    std::int64_t m_changed = 0; ///< nanoseconds
};

/// What a file is that is not what its name promises, and what to do: "this is a gzip file; unpack it first". Empty
/// when the first bytes say nothing.
std::string recognise(std::string_view firstBytes);

/// One line of Python that makes a file we read out of a PyTorch or Keras file of this name: "in Python: …". Empty for
/// other endings.
std::string howToConvert(const std::string& path);

} // namespace headscope
