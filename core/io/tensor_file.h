// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/input_file.h"
#include "core/io/number_format.h"
#include "core/io/zip_reader.h"

#include <map>

namespace headscope {

/// What a file says of one tensor; its numbers are read when they are asked for.
struct TensorInfo {
    std::vector<Index> shape;
    NumberFormat format;
    std::string dtypeName; ///< as the file spells it: "BF16", "<f4"
};

/// A .safetensors or .npz file, told apart by what is in it. Opening reads and checks the headers only.
class TensorFile {
public:
    /// Input or Io error with the path, and the tensor's name where it is one tensor's fault.
    static Result<TensorFile> open(const std::string& path);
    static Result<TensorFile> openNpz(InputFile file);
    static Result<TensorFile> openSafetensors(InputFile file);

    const std::string& path() const { return m_file.path(); }
    const std::map<std::string, TensorInfo>& tensors() const { return m_infos; }
    /// The tensor must be there. Error naming it when its number type is not computed with, it is damaged or too large.
    Result<Array> read(const std::string& name) const;
    Result<Arrays> readAll() const;
    /// Bytes `offset` … of a tensor as they are in a .safetensors file; both must be inside it. May be called from
    /// several threads.
    Status readBytes(const std::string& name, std::uint64_t offset, void* bytes, std::size_t count) const;
    /// Io error when the file was written to since it was opened.
    Status unchanged() const { return m_file.unchanged(); }

private:
    struct Place {
        std::uint64_t offset = 0; ///< of the numbers in the file (safetensors) or in the member (npz)
        bool fortran = false;
        ZipMember member; ///< npz only
    };
    explicit TensorFile(InputFile file) : m_file(std::move(file)) {}

    InputFile m_file;
    bool m_zip = false;
    std::map<std::string, TensorInfo> m_infos;
    std::map<std::string, Place> m_places;
};

/// Numbers from bytes that come in pieces of any size.
class NumberCollector {
public:
    NumberCollector(NumberFormat format, std::uint64_t count);
    void add(const char* bytes, std::size_t count);
    bool full() const { return m_filled == m_values.size(); }
    std::vector<Scalar> take() { return std::move(m_values); }

private:
    NumberFormat m_format;
    std::vector<Scalar> m_values;
    std::size_t m_filled = 0;
    char m_rest[8] = {}; ///< the first bytes of a number that was cut between two pieces
    std::size_t m_restSize = 0;
};

} // namespace headscope
