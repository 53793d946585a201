// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safetensors_header.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace headscope {

namespace {

struct TypeOfNumber {
    std::string_view word;
    unsigned bits;
    DType dtype;
};
constexpr TypeOfNumber kTypes[] = {
    {"F32", 32, DType::F32},          {"F16", 16, DType::F16},      {"BF16", 16, DType::BF16},
    {"F64", 64, DType::F64},          {"I64", 64, DType::I64},      {"I32", 32, DType::I32},
    {"I16", 16, DType::I16},          {"I8", 8, DType::I8},         {"U64", 64, DType::U64},
    {"U32", 32, DType::U32},          {"U16", 16, DType::U16},      {"U8", 8, DType::U8},
    {"BOOL", 8, DType::Bool},         {"C64", 64, DType::Other},    {"F8_E5M2", 8, DType::Other},
    {"F8_E4M3", 8, DType::Other},     {"F8_E8M0", 8, DType::Other}, {"F8_E5M2FNUZ", 8, DType::Other},
    {"F8_E4M3FNUZ", 8, DType::Other}, {"F6_E2M3", 6, DType::Other}, {"F6_E3M2", 6, DType::Other},
    {"F4", 4, DType::Other}};

const TypeOfNumber* findType(std::string_view word) {
    const auto at = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& t) { return t.word == word; });
    return at == std::end(kTypes) ? nullptr : at;
}

using Entries = std::map<std::string, SafetensorsEntry>;

/// Builds the entries while the parser walks through the text: no tree in memory, and every key is seen, also the
/// second of the same name.
class HeaderHandler final : public nlohmann::json_sax<nlohmann::json> {
public:
    Entries entries;
    std::optional<Error> error;

    bool start_object(std::size_t) override {
        if (m_ignored > 0) return deeper();
        switch (m_where) {
        case Where::Start:
            return enter(Where::Top);
        case Where::Top:
            m_seen = 0;
            return enter(m_key == "__metadata__" ? Where::Metadata : Where::Tensor);
        case Where::Tensor:
            return m_field == Field::Unknown ? deeper() : wrong();
        default:
            return wrong();
        }
    }
    bool end_object() override {
        if (m_ignored > 0) return shallower();
        if (m_where == Where::Tensor && m_seen != 7) return fail("dtype, shape or data_offsets is missing");
        m_where = m_where == Where::Top ? Where::Start : Where::Top;
        return true;
    }
    bool start_array(std::size_t) override {
        if (m_ignored > 0) return deeper();
        if (m_where != Where::Tensor) return wrong();
        if (m_field == Field::Unknown) return deeper();
        if (m_field == Field::Dtype) return wrong();
        m_numbers.clear();
        return enter(Where::List);
    }
    bool end_array() override {
        if (m_ignored > 0) return shallower();
        m_where = Where::Tensor;
        if (m_field == Field::Shape) return takeShape();
        if (m_numbers.size() != 2) return fail("data_offsets should be two whole numbers");
        m_entry->begin = m_numbers[0];
        m_entry->end = m_numbers[1];
        return true;
    }
    bool key(string_t& text) override {
        if (m_ignored > 0) return true;
        if (m_where == Where::Top) {
            m_key = text;
            bool isNew = !m_metadata;
            if (text == "__metadata__") {
                m_metadata = true;
            } else {
                const auto [at, inserted] = entries.try_emplace(text);
                m_entry = &at->second;
                isNew = inserted;
            }
            if (!isNew) return fail("the header holds this name twice");
        } else if (m_where == Where::Tensor) {
            m_field = text == "dtype"          ? Field::Dtype
                      : text == "shape"        ? Field::Shape
                      : text == "data_offsets" ? Field::Offsets
                                               : Field::Unknown;
            const unsigned bit = m_field == Field::Unknown ? 0 : 1U << static_cast<unsigned>(m_field);
            if (m_seen & bit) return fail("its entry holds " + text + " twice");
            m_seen |= bit;
        }
        return true;
    }
    bool string(string_t& text) override {
        if (ignoring() || m_where == Where::Metadata) return true;
        if (m_where != Where::Tensor || m_field != Field::Dtype) return wrong();
        const TypeOfNumber* type = findType(text);
        if (!type) return fail("the number type " + showName(text) + " is unknown");
        m_entry->info.format.dtype = type->dtype;
        m_entry->info.dtypeName = text;
        return true;
    }
    bool number_unsigned(number_unsigned_t value) override {
        if (ignoring()) return true;
        if (m_where != Where::List) return wrong();
        m_numbers.push_back(value);
        return true;
    }
    bool null() override { return ignoring() || (m_where == Where::Top && m_key == "__metadata__") || wrong(); }
    bool boolean(bool) override { return ignoring() || wrong(); }
    bool number_integer(number_integer_t) override { return ignoring() || wrong(); }
    bool number_float(number_float_t, const string_t&) override { return ignoring() || wrong(); }
    bool binary(binary_t&) override { return wrong(); }
    bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception&) override {
        m_key.clear();
        return fail("the header is not valid JSON (byte " + std::to_string(byte) + ")");
    }

private:
    enum class Where { Start, Top, Metadata, Tensor, List };
    enum class Field { Dtype, Shape, Offsets, Unknown };

    bool enter(Where where) {
        m_where = where;
        return true;
    }
    bool deeper() { return ++m_ignored > 0; }
    bool shallower() {
        --m_ignored;
        return true;
    }
    bool ignoring() const { return m_ignored > 0 || (m_where == Where::Tensor && m_field == Field::Unknown); }
    bool fail(const std::string& detail) {
        if (!error) error = Error{ErrorCode::Input, m_where == Where::Start ? "" : m_key, detail};
        return false;
    }
    bool wrong() {
        switch (m_where) {
        case Where::Start:
            return fail("the header is not a JSON object");
        case Where::Top:
            return fail("its entry is not a JSON object");
        case Where::Metadata:
            return fail("every value here should be a text");
        case Where::List:
            return fail("shape and data_offsets should hold whole numbers from 0 on");
        case Where::Tensor:
            break;
        }
        return fail("its dtype, shape or data_offsets is of the wrong kind");
    }
    bool takeShape() {
        for (const std::uint64_t dimension : m_numbers) {
            if (dimension > INT64_MAX) return fail("its shape is too large to be true");
            m_entry->info.shape.push_back(static_cast<Index>(dimension));
        }
        return true;
    }

    Where m_where = Where::Start;
    Field m_field = Field::Unknown;
    int m_ignored = 0; ///< depth inside a field that the format does not know
    unsigned m_seen = 0;
    std::string m_key;
    bool m_metadata = false; ///< seen
    SafetensorsEntry* m_entry = nullptr;
    std::vector<std::uint64_t> m_numbers;
};

/// The tensors must lie one behind the other, without holes, and fill the data exactly.
std::optional<Error> checkPlaces(const Entries& entries, std::uint64_t dataSize) {
    std::vector<const Entries::value_type*> sorted;
    for (const auto& entry : entries) sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
        return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
    });
    std::uint64_t at = 0;
    for (const auto* item : sorted) {
        const auto& [name, e] = *item;
        const auto fail = [&](const std::string& detail) { return Error{ErrorCode::Input, name, detail}; };
        const std::string range = "[" + std::to_string(e.begin) + ", " + std::to_string(e.end) + "]";
        if (e.begin != at || e.end < e.begin)
            return fail("its data_offsets " + range + " should begin at " + std::to_string(at) +
                        ": tensors may neither overlap nor leave holes");
        const std::optional<std::uint64_t> count = elementCount(e.info.shape);
        const std::uint64_t bits = findType(e.info.dtypeName)->bits;
        if (!count || *count > UINT64_MAX / bits) return fail("its shape is too large to be true");
        if (*count * bits % 8 != 0 || e.end - e.begin != *count * bits / 8)
            return fail("its shape " + showShape(e.info.shape) + " of " + e.info.dtypeName + " needs " +
                        std::to_string(*count * bits / 8) + " bytes, but data_offsets " + range + " give " +
                        std::to_string(e.end - e.begin));
        at = e.end;
    }
    if (at != dataSize)
        return Error{ErrorCode::Input, "",
                     "the tensors need " + std::to_string(at) + " bytes behind the header, but there are " +
                         std::to_string(dataSize) + "; the file was cut off or is damaged"};
    return std::nullopt;
}

} // namespace

Result<Entries> parseSafetensorsHeader(std::string_view json, std::uint64_t dataSize) {
    // Both would slip through the parser: it skips the mark and takes a NUL for the end of the text.
    if (json.starts_with("\xEF\xBB\xBF") || json.find('\0') != std::string_view::npos)
        return Error{ErrorCode::Input, "", "the header is not valid JSON (it holds a byte-order mark or a NUL byte)"};
    HeaderHandler handler;
    const bool good = nlohmann::json::sax_parse(json, &handler);
    if (handler.error) {
        handler.error->place = handler.error->place.empty() ? "" : showName(handler.error->place);
        return *handler.error;
    }
    assert(good);
    if (!good) return Error{ErrorCode::Input, "", "the header is not valid JSON"};
    if (std::optional<Error> error = checkPlaces(handler.entries, dataSize)) {
        error->place = error->place.empty() ? "" : showName(error->place);
        return *error;
    }
    return std::move(handler.entries);
}

} // namespace headscope
