// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/input_file.h"

#include "core/io/safe_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <initializer_list>
#include <sys/stat.h>

namespace headscope {
namespace {

std::int64_t timeOfChange(const struct stat& state) {
    return static_cast<std::int64_t>(state.st_mtim.tv_sec) * 1'000'000'000 + state.st_mtim.tv_nsec;
}

} // namespace

Result<InputFile> InputFile::open(const std::string& path) {
    const auto fail = [&](int error) { return Error{ErrorCode::Io, path, describeSystemError(error)}; };
    if (path.empty()) return Error{ErrorCode::Io, "an empty file name", describeSystemError(ENOENT)};
    if (path.find('\0') != std::string::npos) return fail(EINVAL);
    InputFile file;
    file.m_path = path;
    // Without O_NONBLOCK, opening a pipe that nobody writes to would never return.
    file.m_file = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file.m_file.valid()) return fail(errno);
    struct stat state {};
    if (::fstat(file.m_file.get(), &state) != 0) return fail(errno);
    if (S_ISDIR(state.st_mode)) return fail(EISDIR);
    if (!S_ISREG(state.st_mode))
        return Error{ErrorCode::Io, path, "this is a device or a pipe; the numbers have to be in a file"};
    file.m_size = static_cast<std::uint64_t>(state.st_size);
    file.m_changed = timeOfChange(state);
    return file;
}

Status InputFile::read(std::uint64_t offset, void* bytes, std::size_t count) const {
    const std::ptrdiff_t got = readAt(m_file.get(), bytes, count, offset);
    if (got < 0) return Error{ErrorCode::Io, m_path, describeSystemError(static_cast<int>(-got))};
    if (static_cast<std::size_t>(got) < count)
        return Error{ErrorCode::Io, m_path, "the file became shorter while it was read"};
    return {};
}

Status InputFile::unchanged() const {
    struct stat state {};
    if (::fstat(m_file.get(), &state) != 0) return Error{ErrorCode::Io, m_path, describeSystemError(errno)};
    if (static_cast<std::uint64_t>(state.st_size) == m_size && timeOfChange(state) == m_changed) return {};
    return Error{ErrorCode::Io, m_path, "the file was changed while it was read; open it again"};
}

Result<std::string> InputFile::head(std::size_t count) const {
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(count, m_size)), '\0');
    const Status status = read(0, bytes.data(), bytes.size());
    if (!status) return status.error();
    return bytes;
}

std::string recognise(std::string_view bytes) {
    std::string lower(bytes.substr(0, 512));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return c < 128 ? std::tolower(c) : c; });
    const std::size_t text = lower.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    const std::string_view visible =
        text == std::string::npos ? std::string_view{} : std::string_view(lower).substr(text);
    if (bytes.empty()) return "the file is empty";
    if (bytes.starts_with("\x93NUMPY")) return "this is one NumPy array (.npy)";
    if (bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6")) return "this is a ZIP archive (.npz and others)";
    if (bytes.starts_with("\x1F\x8B")) return "this is a gzip file; unpack it first";
    if (bytes.starts_with("\x89HDF"))
        return "this is an HDF5 file (Keras .h5); save the layer's arrays with numpy.savez";
    if (bytes.starts_with("GGUF")) return "this is a GGUF file, which is not read";
    if (bytes.starts_with("version https://git-lfs"))
        return "this is only the pointer of Git LFS; fetch the file itself with \"git lfs pull\"";
    if (visible.starts_with("<!doctype") || visible.starts_with("<html") || visible.starts_with("<?xml"))
        return "this is a web page, not the file; the download went wrong";
    if (bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5)
        return "this is a Python pickle, which could run any program and is not read; save it as .npz or .safetensors";
    if (bytes.starts_with("%PDF")) return "this is a PDF document";
    if (visible.starts_with("{") || visible.starts_with("[")) return "this looks like JSON";
    return {};
}

std::string howToConvert(const std::string& path) {
    const auto endsInOne = [&](std::initializer_list<std::string_view> endings) {
        return std::any_of(endings.begin(), endings.end(), [&](std::string_view e) { return path.ends_with(e); });
    };
    const std::string stem = path.substr(0, path.rfind('.'));
    if (endsInOne({".pt", ".pth", ".bin", ".ckpt"}))
        return "in Python: import torch, safetensors.torch; safetensors.torch.save_file(torch.load(\"" + path + "\"), \"" +
               stem + ".safetensors\")";
    if (endsInOne({".h5", ".hdf5", ".keras"}))
        return "in Python: import keras, numpy; numpy.savez(\"" + stem +
               ".npz\", **{w.path: w.numpy() for w in keras.models.load_model(\"" + path + "\").weights})";
    return {};
}

} // namespace headscope
