// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/tensor_file.h"

#include "core/io/npy.h"
#include "core/io/safetensors_header.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

namespace headscope {

namespace {

constexpr std::uint64_t kMaxHeader = 100'000'000;              ///< the reference reader's limit
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 30; ///< of one tensor: 4 GiB as float
constexpr std::size_t kBlock = std::size_t{1} << 18;

Error inputError(const std::string& path, const std::string& tensor, const std::string& detail) {
    return {ErrorCode::Input, tensor.empty() ? path : path + ": " + tensor, detail};
}

bool isZip(std::string_view head) {
    return head.starts_with("PK\3\4") || head.starts_with("PK\5\6");
}

std::optional<Error> checkSize(const std::string& path, const std::string& tensor, std::uint64_t count) {
    if (count <= kMaxElements) return std::nullopt;
    return inputError(path, tensor,
                      "holds " + std::to_string(count) + " numbers, more than are read from one array (2^30)");
}

/// The numbers that lie in a file one behind the other.
Result<std::vector<Scalar>> readNumbers(const InputFile& file, std::uint64_t offset, NumberFormat format,
                                        std::uint64_t count) {
    NumberCollector numbers(format, count);
    std::vector<char> block(kBlock);
    const std::uint64_t bytes = count * byteSize(format.dtype);
    for (std::uint64_t at = 0; at < bytes; at += kBlock) {
        const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, bytes - at));
        if (const Status s = file.read(offset + at, block.data(), wanted); !s) return s.error();
        numbers.add(block.data(), wanted);
    }
    return numbers.take();
}

/// A member that tells what the archive is, when it is another program's.
const char* foreignArchive(const ZipMember& member) {
    if (member.name.ends_with("/data.pkl"))
        return "this is a PyTorch checkpoint (torch.save), a pickle that is not read; save the state with "
               "safetensors.torch.save_file";
    if (member.name.ends_with(".weights.h5")) return "this is a Keras model; save the layer's arrays with numpy.savez";
    return nullptr;
}

} // namespace

NumberCollector::NumberCollector(NumberFormat format, std::uint64_t count)
    : m_format(format), m_values(static_cast<std::size_t>(count)) {}

void NumberCollector::add(const char* bytes, std::size_t count) {
    const std::size_t item = byteSize(m_format.dtype);
    while (m_restSize > 0 && m_restSize < sizeof m_rest && count > 0) {
        m_rest[m_restSize++] = *bytes++;
        --count;
        if (m_restSize < item) continue;
        decode(m_rest, m_format, 1, m_values.data() + m_filled++);
        m_restSize = 0;
    }
    const std::size_t whole = std::min(count / item, m_values.size() - m_filled);
    decode(bytes, m_format, whole, m_values.data() + m_filled);
    m_filled += whole;
    if (full() || m_restSize > 0) return;
    m_restSize = count - whole * item;
    std::memcpy(m_rest, bytes + whole * item, m_restSize);
}

Result<TensorFile> TensorFile::open(const std::string& path) {
    Result<InputFile> file = InputFile::open(path);
    if (!file) return file.error();
    const Result<std::string> head = file->head(8);
    if (!head) return head.error();
    // What is in it decides; the name only says which format a file that is neither was meant to be.
    return isZip(*head) || path.ends_with(".npz") ? openNpz(std::move(*file)) : openSafetensors(std::move(*file));
}

Result<TensorFile> TensorFile::openNpz(InputFile input) {
    TensorFile file(std::move(input));
    file.m_zip = true;
    const Result<std::string> head = file.m_file.head(512);
    if (!head) return head.error();
    if (!isZip(*head)) {
        const std::string kind = recognise(*head);
        return inputError(file.path(), "", "this is no .npz archive" + (kind.empty() ? "" : ": " + kind));
    }
    Result<std::vector<ZipMember>> members = readZipDirectory(file.m_file);
    if (!members) return members.error();
    for (ZipMember& member : *members) {
        if (const char* foreign = foreignArchive(member)) return inputError(file.path(), "", foreign);
        if (!member.name.ends_with(".npy")) continue; // ours carry JSON texts too
        const std::string name = member.name.substr(0, member.name.size() - 4);
        const Result<std::string> start = readZipHead(file.m_file, member, kNpyHeaderLimit);
        if (!start) return start.error();
        const Result<NpyHeader> header = parseNpyHeader(*start, member.size);
        if (!header) return inputError(file.path(), showName(name), header.error().detail);
        file.m_infos.emplace(name, TensorInfo{header->shape, header->format, header->descr});
        file.m_places.emplace(name, Place{header->dataBegin, header->fortran, std::move(member)});
    }
    return file;
}

Result<TensorFile> TensorFile::openSafetensors(InputFile input) {
    TensorFile file(std::move(input));
    const InputFile& in = file.m_file;
    const Result<std::string> head = in.head(512);
    if (!head) return head.error();
    const auto fail = [&](const std::string& detail) {
        const std::string kind = recognise(*head);
        return inputError(in.path(), "", kind.empty() ? detail : "this is no .safetensors file: " + kind);
    };
    std::uint64_t length = 0;
    if (in.size() < 8) return fail("the file is too short for the header of a .safetensors file");
    std::memcpy(&length, head->data(), 8);
    if (length > kMaxHeader)
        return fail("its header claims " + std::to_string(length) + " bytes, more than a .safetensors file may have");
    if (length > in.size() - 8)
        return fail("its header claims " + std::to_string(length) + " bytes, but the file ends before");
    std::string json(static_cast<std::size_t>(length), '\0');
    if (const Status s = in.read(8, json.data(), json.size()); !s) return s.error();
    Result<std::map<std::string, SafetensorsEntry>> entries = parseSafetensorsHeader(json, in.size() - 8 - length);
    if (!entries) return inputError(in.path(), entries.error().place, entries.error().detail);
    for (auto& [name, entry] : *entries) {
        file.m_places.emplace(name, Place{8 + length + entry.begin, false, {}});
        file.m_infos.emplace(name, std::move(entry.info));
    }
    return file;
}

Result<Array> TensorFile::read(const std::string& name) const {
    const TensorInfo& info = m_infos.at(name);
    const Place& place = m_places.at(name);
    const std::string shown = showName(name);
    if (info.format.dtype == DType::Other)
        return inputError(path(), shown,
                          "numbers of the type " + info.dtypeName + " cannot be computed with here; save it as F32");
    const std::uint64_t count = elementCount(info.shape).value_or(UINT64_MAX);
    if (const std::optional<Error> error = checkSize(path(), shown, count)) return *error;
    Array array{info.shape, info.format.dtype, {}};
    if (!m_zip) {
        Result<std::vector<Scalar>> values = readNumbers(m_file, place.offset, info.format, count);
        if (!values) return values.error();
        array.values = std::move(*values);
        return array;
    }
    NumberCollector numbers(info.format, count);
    std::uint64_t skip = place.offset;
    const Status status = readZipMember(m_file, place.member, [&](const char* bytes, std::size_t got) {
        const std::size_t skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip, got));
        skip -= skipped;
        numbers.add(bytes + skipped, got - skipped);
        return true; // to the end: the checksum covers all of it
    });
    if (!status) return status.error();
    array.values = place.fortran ? toRowMajor(numbers.take(), info.shape) : numbers.take();
    return array;
}

Status TensorFile::readBytes(const std::string& name, std::uint64_t offset, void* bytes, std::size_t count) const {
    assert(!m_zip);
    return m_file.read(m_places.at(name).offset + offset, bytes, count);
}

Result<Arrays> TensorFile::readAll() const {
    Arrays arrays;
    for (const auto& [name, info] : m_infos) {
        Result<Array> array = read(name);
        if (!array) return array.error();
        arrays.emplace(name, std::move(*array));
    }
    return arrays;
}

namespace {

struct NpyFile {
    InputFile file;
    NpyHeader header;
};

Result<NpyFile> openNpy(const std::string& path) {
    Result<InputFile> file = InputFile::open(path);
    if (!file) return file.error();
    const Result<std::string> start = file->head(kNpyHeaderLimit);
    if (!start) return start.error();
    Result<NpyHeader> header = parseNpyHeader(*start, file->size());
    if (!header) return inputError(path, "", header.error().detail);
    if (const std::optional<Error> error = checkSize(path, "", header->elements)) return *error;
    return NpyFile{std::move(*file), std::move(*header)};
}

/// Where the number stands that is `at` places behind the first one in the file: "[2, 0]".
std::string showPlace(std::uint64_t at, const NpyHeader& header) {
    const std::vector<Index>& shape = header.shape;
    std::vector<Index> place(shape.size());
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const std::size_t d = header.fortran ? i : shape.size() - 1 - i;
        place[d] = static_cast<Index>(at % static_cast<std::uint64_t>(shape[d]));
        at /= static_cast<std::uint64_t>(shape[d]);
    }
    return showShape(place);
}

std::string showNumber(double number) {
    char text[32];
    const auto [end, error] = std::to_chars(std::begin(text), std::end(text), number);
    return {text, end};
}

} // namespace

Result<Array> readNpy(const std::string& path) {
    const Result<NpyFile> npy = openNpy(path);
    if (!npy) return npy.error();
    const NpyHeader& header = npy->header;
    Result<std::vector<Scalar>> values = readNumbers(npy->file, header.dataBegin, header.format, header.elements);
    if (!values) return values.error();
    return Array{header.shape, header.format.dtype,
                 header.fortran ? toRowMajor(*values, header.shape) : std::move(*values)};
}

Result<Flags> readNpyFlags(const std::string& path) {
    const Result<NpyFile> npy = openNpy(path);
    if (!npy) return npy.error();
    const NpyHeader& header = npy->header;
    const std::size_t item = byteSize(header.format.dtype);
    std::vector<std::uint8_t> flags;
    flags.reserve(static_cast<std::size_t>(header.elements));
    std::vector<char> block(kBlock);
    std::vector<double> numbers(kBlock / item); // as float, a number next to 1 would be 1
    while (flags.size() < header.elements) {
        const std::size_t count =
            static_cast<std::size_t>(std::min<std::uint64_t>(numbers.size(), header.elements - flags.size()));
        if (const Status s = npy->file.read(header.dataBegin + flags.size() * item, block.data(), count * item); !s)
            return s.error();
        decode(block.data(), header.format, count, numbers.data());
        for (std::size_t i = 0; i < count; ++i) {
            if (numbers[i] != 0 && numbers[i] != 1)
                return inputError(path, "",
                                  "expected only 0 and 1 (1 = may attend), found " + showNumber(numbers[i]) + " at " +
                                      showPlace(flags.size(), header) +
                                      "; of a mask that is added to the scores (0 and -inf) save (mask == 0), of a bool "
                                      "mask for PyTorch's nn.MultiheadAttention, where True forbids, save ~mask");
            flags.push_back(numbers[i] != 0);
        }
    }
    return Flags{header.shape, header.fortran ? toRowMajor(flags, header.shape) : std::move(flags)};
}

namespace {

Result<Arrays> readArrays(const std::string& path, Result<TensorFile> (*open)(InputFile)) {
    Result<InputFile> input = InputFile::open(path);
    if (!input) return input.error();
    const Result<TensorFile> file = open(std::move(*input));
    if (!file) return file.error();
    return file->readAll();
}

} // namespace

Result<Arrays> readNpz(const std::string& path) {
    return readArrays(path, TensorFile::openNpz);
}

Result<Arrays> readSafetensors(const std::string& path) {
    return readArrays(path, TensorFile::openSafetensors);
}

} // namespace headscope
