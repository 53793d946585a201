// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/array_writer.h"

#include "core/io/npy.h"
#include "core/io/zip_writer.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <cstring>

namespace headscope {

namespace {

std::uint64_t byteCount(const ArraySource& array) {
    return elementCount(array.shape).value_or(0) * byteSize(array.dtype);
}

/// Hands the array's bytes on until somebody has enough. False: not all were written.
bool produce(const ArraySource& array, SafeFile& file, const GoOn& goOn, const ArraySource::Sink& sink) {
    std::uint64_t written = 0;
    array.produce([&](const void* bytes, std::size_t count) {
        if (file.failed() || !goOn()) return false;
        written += count;
        return sink(bytes, count);
    });
    assert(written <= byteCount(array));
    return written == byteCount(array) && !file.failed();
}

/// Puts brackets and commas of nested lists around numbers that come one by one.
class NestedLists {
public:
    NestedLists(SafeFile& file, const ArraySource& array) : m_file(file), m_array(array) {
        // m_group[d]: how many numbers one list of depth d holds.
        m_group.assign(array.shape.size() + 1, 1);
        for (std::size_t d = array.shape.size(); d-- > 0;)
            m_group[d] = m_group[d + 1] * static_cast<std::uint64_t>(array.shape[d]);
    }

    bool add(const void* bytes, std::size_t count) {
        const char* p = static_cast<const char*>(bytes);
        const std::size_t item = byteSize(m_array.dtype);
        m_text.clear();
        for (std::size_t i = 0; i < count / item; ++i) {
            const std::size_t depth = m_array.shape.size();
            for (std::size_t d = 0; d < depth; ++d)
                if (m_done % m_group[d] == 0) m_text += '[';
            appendElement(p + i * item);
            ++m_done;
            bool open = depth > 0;
            for (std::size_t d = depth; d-- > 0;) {
                open = m_done % m_group[d] != 0;
                if (open) break;
                m_text += ']';
            }
            if (open) m_text += ',';
            if (m_text.size() > 60'000) flush();
        }
        flush();
        return true;
    }

private:
    void appendElement(const char* p) {
        if (m_array.dtype == DType::F32) {
            float value;
            std::memcpy(&value, p, sizeof value);
            // JSON knows neither NaN nor Inf.
            if (std::isfinite(value)) return appendNumber(m_text, value);
            m_text += "null";
        } else if (m_array.dtype == DType::I64) {
            std::int64_t value;
            std::memcpy(&value, p, sizeof value);
            appendNumber(m_text, value);
        } else {
            appendNumber(m_text, std::int64_t{static_cast<unsigned char>(*p)});
        }
    }
    void flush() {
        m_file.write(m_text);
        m_text.clear();
    }

    SafeFile& m_file;
    const ArraySource& m_array;
    std::vector<std::uint64_t> m_group;
    std::uint64_t m_done = 0;
    std::string m_text;
};

template <class T> void appendShortest(std::string& text, T value) {
    char digits[32];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    assert(error == std::errc{});
    text.append(digits, end);
}

} // namespace

void appendNumber(std::string& text, float value) {
    // "-0" would be read as a whole number, which has no sign at 0.
    if (value == 0 && std::signbit(value)) {
        text += "-0.0";
        return;
    }
    appendShortest(text, value);
}

void appendNumber(std::string& text, std::int64_t value) {
    appendShortest(text, value);
}

bool writeNpz(SafeFile& file, const std::vector<ArraySource>& arrays, const std::vector<NamedText>& texts,
              const GoOn& goOn) {
    ZipWriter zip(file);
    for (const NamedText& text : texts) {
        zip.begin(text.name, text.text.size());
        zip.write(text.text.data(), text.text.size());
        zip.end();
    }
    for (const ArraySource& array : arrays) {
        const std::string header = makeNpyHeader(array.dtype, array.shape);
        zip.begin(array.name + ".npy", header.size() + byteCount(array));
        zip.write(header.data(), header.size());
        const bool good = produce(array, file, goOn, [&](const void* bytes, std::size_t count) {
            zip.write(bytes, count);
            return true;
        });
        if (!good) return false;
        zip.end();
    }
    zip.finish();
    return !file.failed();
}

bool writeSafetensors(SafeFile& file, const std::vector<ArraySource>& arrays, const std::vector<NamedText>& texts,
                      const GoOn& goOn) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    for (const NamedText& text : texts) header["__metadata__"][text.name] = text.text;
    std::uint64_t at = 0;
    for (const ArraySource& array : arrays) {
        const char* dtype = array.dtype == DType::I64   ? "I64"
                            : array.dtype == DType::U8  ? "U8"
                            : array.dtype == DType::F16 ? "F16"
                                                        : "F32";
        const std::uint64_t end = at + byteCount(array);
        header[array.name] = {{"dtype", dtype}, {"shape", array.shape}, {"data_offsets", {at, end}}};
        at = end;
    }
    std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    file.write(&length, sizeof length);
    file.write(text);
    for (const ArraySource& array : arrays) {
        const bool good = produce(array, file, goOn, [&](const void* bytes, std::size_t count) {
            file.write(bytes, count);
            return true;
        });
        if (!good) return false;
    }
    return !file.failed();
}

bool writeJsonArrays(SafeFile& file, const std::vector<ArraySource>& arrays, const GoOn& goOn) {
    file.write("{");
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        file.write(i ? ",\n" : "\n");
        file.write(nlohmann::json(arrays[i].name).dump() + ": ");
        if (byteCount(arrays[i]) == 0) {
            file.write("[]");
            continue;
        }
        NestedLists lists(file, arrays[i]);
        const auto sink = [&](const void* bytes, std::size_t count) { return lists.add(bytes, count); };
        if (!produce(arrays[i], file, goOn, sink)) return false;
    }
    file.write("\n}");
    return !file.failed();
}

} // namespace headscope
