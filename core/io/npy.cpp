// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npy.h"

#include "core/io/input_file.h"

#include <charconv>

namespace headscope {

namespace {

constexpr std::size_t kMaxRank = 64; ///< NumPy's own

Error damaged(const std::string& detail) {
    return {ErrorCode::Input, "", detail};
}

/// A strict reader of the one Python dictionary that an .npy header is: texts, True and False, tuples of numbers.
class HeaderParser {
public:
    HeaderParser(std::string_view text, NpyHeader& out) : m_text(text), m_out(out) {}

    /// Empty, or what is wrong.
    std::string parse() {
        if (!take('{')) return "the header does not begin with {";
        while (!take('}')) {
            const std::optional<std::string_view> key = string();
            if (!key || !take(':')) return "the header is damaged";
            if (std::string problem = value(*key); !problem.empty()) return problem;
            if (!take(',') && !peek('}')) return "the header is damaged";
        }
        skipSpace();
        if (m_at != m_text.size()) return "there is something behind the header's }";
        if (m_seen != 7) return "the header lacks descr, fortran_order or shape";
        return {};
    }

private:
    std::string value(std::string_view key) {
        const unsigned bit = key == "descr" ? 1 : key == "fortran_order" ? 2 : key == "shape" ? 4 : 0;
        if (bit == 0 || (m_seen & bit)) return "the header holds an unknown or repeated key";
        m_seen |= bit;
        if (bit == 1) return descr();
        if (bit == 4) return shape();
        if (takeWord("True")) {
            m_out.fortran = true;
        } else if (!takeWord("False")) {
            return "fortran_order is neither True nor False";
        }
        return {};
    }

    std::string descr() {
        if (peek('[')) return "it is a structured array; save one plain array of numbers";
        const std::optional<std::string_view> text = string();
        if (!text) return "descr is not a text";
        m_out.descr = *text;
        return {};
    }

    std::string shape() {
        if (!take('(')) return "shape is not a tuple";
        bool comma = true;
        while (!take(')')) {
            if (!comma) return "shape is damaged";
            skipSpace();
            Index number = 0;
            const char* const end = m_text.data() + m_text.size();
            const auto [next, error] = std::from_chars(m_text.data() + m_at, end, number);
            if (error == std::errc::result_out_of_range) return "shape holds a number that is too large";
            if (error != std::errc{}) return "shape holds something that is not a number";
            if (number < 0) return "shape holds a negative number";
            m_at = static_cast<std::size_t>(next - m_text.data());
            if (m_at < m_text.size() && m_text[m_at] == 'L') ++m_at; // Python 2
            m_out.shape.push_back(number);
            if (m_out.shape.size() > kMaxRank) return "shape has too many dimensions";
            comma = take(',');
        }
        return {};
    }

    void skipSpace() {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\t')) ++m_at;
    }
    bool peek(char c) {
        skipSpace();
        return m_at < m_text.size() && m_text[m_at] == c;
    }
    bool take(char c) {
        const bool found = peek(c);
        m_at += found;
        return found;
    }
    bool takeWord(std::string_view word) {
        skipSpace();
        const bool found = m_text.substr(m_at).starts_with(word);
        m_at += found ? word.size() : 0;
        return found;
    }
    std::optional<std::string_view> string() {
        skipSpace();
        if (m_at == m_text.size() || (m_text[m_at] != '\'' && m_text[m_at] != '"')) return std::nullopt;
        const std::size_t end = m_text.find(m_text[m_at], m_at + 1);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view found = m_text.substr(m_at + 1, end - m_at - 1);
        m_at = end + 1;
        return found;
    }

    std::string_view m_text;
    NpyHeader& m_out;
    std::size_t m_at = 0;
    unsigned m_seen = 0;
};

/// The number type behind descr; Error in words for what is no number here.
Result<NumberFormat> parseDescr(const std::string& descr) {
    static constexpr std::pair<std::string_view, DType> kTypes[] = {
        {"f2", DType::F16}, {"f4", DType::F32},  {"f8", DType::F64}, {"i1", DType::I8},  {"i2", DType::I16},
        {"i4", DType::I32}, {"i8", DType::I64},  {"u1", DType::U8},  {"u2", DType::U16}, {"u4", DType::U32},
        {"u8", DType::U64}, {"b1", DType::Bool}, {"V2", DType::BF16}}; // V2: how ml_dtypes' bfloat16 is saved
    const std::string shown = showName(descr);
    const bool order = !descr.empty() && std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
    const std::string_view type = std::string_view(descr).substr(order ? 1 : 0);
    for (const auto& [word, dtype] : kTypes)
        if (type == word) return NumberFormat{dtype, order && descr[0] == '>'};
    if (type.starts_with('O'))
        return damaged("it holds Python objects (" + shown +
                       "), which could run any program and are not read; save numbers");
    if (type.starts_with('U') || type.starts_with('S') || type.starts_with('a'))
        return damaged("it holds text (" + shown + "), not numbers");
    if (type.starts_with('c'))
        return damaged("it holds complex numbers (" + shown + "), which are not computed with here");
    return damaged("numbers of the type " + shown + " are not read; save them as float32");
}

} // namespace

Result<NpyHeader> parseNpyHeader(std::string_view start, std::uint64_t size) {
    if (!start.starts_with("\x93NUMPY")) {
        const std::string kind = recognise(start);
        return damaged("this is no NumPy array" + (kind.empty() ? "" : ": " + kind));
    }
    if (start.size() < 10) return damaged("the file ends in its header");
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(start[i])); };
    const std::size_t version = byte(6);
    if (version < 1 || version > 3 || byte(7) != 0)
        return damaged("version " + std::to_string(version) + "." + std::to_string(byte(7)) +
                       " of the .npy format is unknown");
    const std::size_t prefix = version == 1 ? 10 : 12;
    if (start.size() < prefix) return damaged("the file ends in its header");
    std::size_t length = byte(8) | byte(9) << 8;
    if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
    if (length > kNpyHeaderLimit - 12)
        return damaged("the header claims " + std::to_string(length) + " bytes, which is too much");
    if (prefix + length > start.size()) return damaged("the file ends in its header");
    const std::string_view text = start.substr(prefix, length);
    if (!text.ends_with('\n')) return damaged("the header does not end with a line end");

    NpyHeader header;
    header.dataBegin = prefix + length;
    if (const std::string problem = HeaderParser(text, header).parse(); !problem.empty()) return damaged(problem);
    const Result<NumberFormat> format = parseDescr(header.descr);
    if (!format) return format.error();
    header.format = *format;

    const std::optional<std::uint64_t> count = elementCount(header.shape);
    const std::uint64_t item = byteSize(header.format.dtype);
    if (!count || *count > INT64_MAX / item)
        return damaged("its shape " + showShape(header.shape) + " is too large to be true");
    header.elements = *count;
    const std::uint64_t found = size - header.dataBegin;
    if (found != *count * item)
        return damaged("its shape " + showShape(header.shape) + " of " + name(header.format.dtype) + " needs " +
                       std::to_string(*count * item) + " bytes of numbers, but there are " + std::to_string(found));
    return header;
}

std::string makeNpyHeader(DType dtype, const std::vector<Index>& shape) {
    const char* descr = dtype == DType::I64 ? "<i8" : dtype == DType::U8 ? "|u1" : "<f4";
    std::string text = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (";
    for (std::size_t i = 0; i < shape.size(); ++i) text.append(i ? ", " : "").append(std::to_string(shape[i]));
    text += shape.size() == 1 ? ",), }" : "), }";
    text.append(63 - (10 + text.size()) % 64, ' ');
    text += '\n';
    std::string header("\x93NUMPY\x01\x00", 8);
    header += static_cast<char>(text.size() & 255);
    header += static_cast<char>(text.size() >> 8);
    return header + text;
}

template <class T> std::vector<T> toRowMajor(const std::vector<T>& values, const std::vector<Index>& shape) {
    const std::size_t rank = shape.size();
    std::vector<Index> stride(rank, 1); // of the column-major numbers
    for (std::size_t d = 1; d < rank; ++d) stride[d] = stride[d - 1] * shape[d - 1];
    std::vector<T> out;
    out.reserve(values.size());
    std::vector<Index> place(rank, 0);
    Index offset = 0;
    while (out.size() < values.size()) {
        out.push_back(values[static_cast<std::size_t>(offset)]);
        // One step in row-major order: the last dimension first.
        for (std::size_t d = rank; d-- > 0;) {
            offset += stride[d];
            if (++place[d] < shape[d]) break;
            offset -= stride[d] * shape[d];
            place[d] = 0;
        }
    }
    return out;
}

template std::vector<Scalar> toRowMajor(const std::vector<Scalar>&, const std::vector<Index>&);
template std::vector<std::uint8_t> toRowMajor(const std::vector<std::uint8_t>&, const std::vector<Index>&);

} // namespace headscope
