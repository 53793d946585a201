// SPDX-License-Identifier: GPL-3.0-or-later
// How a tensor's numbers come into memory: read, not mapped, in the order of the kernels and by all cores. A file that
// is cut meanwhile is then an error, and no number is held twice.
#include "core/sources/model_loader.h"

#include "core/base/packing.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>

namespace headscope {
namespace {

constexpr std::size_t checkedAtOnce = 1 << 16; ///< numbers

/// Bytes as the numbers of a packed matrix: 16-bit ones stay, others become Scalar.
class Buffer {
public:
    Buffer(const WeightFiles::Tensor& from, bool narrow)
        : m_from(from), m_item(byteSize(from.info->format.dtype)), m_narrow(narrow) {}

    /// Numbers first … first + count − 1 of the tensor; data<T>() has them then.
    Status read(Index first, Index count) {
        const auto size = static_cast<std::size_t>(count);
        const bool direct = m_narrow || m_item == sizeof(Scalar);
        m_bytes.resize(size * m_item);
        const Status s = m_from.file->readBytes(m_from.name, static_cast<std::uint64_t>(first) * m_item, m_bytes.data(),
                                                size * m_item);
        if (!s || direct) return s;
        m_numbers.resize(size);
        decode(m_bytes.data(), m_from.info->format, size, m_numbers.data());
        return {};
    }
    template <class T> const T* data() const {
        if (!m_numbers.empty()) return reinterpret_cast<const T*>(m_numbers.data());
        return reinterpret_cast<const T*>(m_bytes.data());
    }

private:
    const WeightFiles::Tensor& m_from;
    std::size_t m_item;
    bool m_narrow;
    std::vector<char> m_bytes;
    std::vector<Scalar> m_numbers;
};

/// The first error of several threads.
class FirstError {
public:
    void keep(const Status& s) {
        if (s) return;
        const std::scoped_lock lock(m_mutex);
        if (!m_error) m_error = s.error();
    }
    Status status() const { return m_error ? Status(*m_error) : Status(); }

private:
    std::mutex m_mutex;
    std::optional<Error> m_error;
};

/// Where column `lane` of a panel of T stands.
template <class T> Index placeOf(Index lane) {
    return sizeof(T) == 2 ? narrowPlace(lane) : lane;
}

/// `count` rows of `from` [count, depth] as columns `lane` … of a panel.
template <class T> void transpose(const T* from, Index count, Index depth, T* panel, Index lane) {
    const Index width = kernels().panel;
    std::vector<Index> places;
    for (Index r = 0; r < count; ++r) places.push_back(placeOf<T>(lane + r));
    for (Index d = 0; d < depth; ++d)
        for (Index r = 0; r < count; ++r) panel[d * width + places[static_cast<std::size_t>(r)]] = from[r * depth + d];
}

/// Columns lane … of a panel that juts out of the matrix.
template <class T> void clearLanes(T* panel, Index depth, Index lane) {
    const Index width = kernels().panel;
    for (; lane < width; ++lane)
        for (Index d = 0; d < depth; ++d) panel[d * width + placeOf<T>(lane)] = T{};
}

/// One row of the matrix [out] into its row of every panel; `next` numbers lie between them.
template <class T> void spread(const T* from, Index out, T* to, Index next) {
    const Index width = kernels().panel;
    for (Index o = 0; o < out; o += width, to += next) {
        const Index count = std::min(width, out - o);
        for (Index lane = 0; lane < width; ++lane) to[placeOf<T>(lane)] = lane < count ? from[o + lane] : T{};
    }
}

} // namespace

Status ModelLoader::read(const Item& item, const std::stop_token& stop) const {
    if (!item.packed) return readPlain(item);
    return item.layout == Layout::OutIn ? readPanels(item, stop) : readColumns(item, stop);
}

Status ModelLoader::readPlain(const Item& item) const {
    const Result<Array> array = item.from->file->read(item.from->name);
    if (!array) return array.error();
    for (Index r = 0; r < item.in; ++r)
        for (Index o = 0; o < item.out; ++o) {
            const Index at = item.first + o / item.group * item.step + o % item.group;
            (*item.plain)(r, o) = array->values[static_cast<std::size_t>(r * item.out + at)];
        }
    return {};
}

Status ModelLoader::checkNumbers(const std::stop_token& stop) const {
    std::vector<Scalar> numbers;
    std::vector<char> bytes;
    std::set<const WeightFiles::Tensor*> seen; // several items can be parts of one
    for (const Item& item : m_items) {
        if (!seen.insert(item.from).second) continue;
        const TensorInfo& info = *item.from->info;
        const std::size_t each = byteSize(info.format.dtype);
        const std::size_t all = elementCount(info.shape).value_or(0);
        for (std::size_t first = 0; first < all; first += checkedAtOnce) {
            if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, "stopped"};
            const std::size_t count = std::min(checkedAtOnce, all - first);
            bytes.resize(count * each);
            numbers.resize(count);
            if (Status s = item.from->file->readBytes(item.from->name, first * each, bytes.data(), bytes.size()); !s)
                return s;
            decode(bytes.data(), info.format, count, numbers.data());
            const auto wrong = std::ranges::find_if_not(numbers, [](Scalar x) { return std::isfinite(x); });
            if (wrong == numbers.end()) continue;
            const std::size_t at = first + static_cast<std::size_t>(wrong - numbers.begin());
            return Error{ErrorCode::Input, m_files.place(*item.from),
                         std::string(std::isnan(*wrong) ? "NaN" : "an infinite number") + " at " +
                             showIndex(at, info.shape) +
                             "; only finite numbers can be computed with: save or download the model again"};
        }
    }
    return {};
}

/// [out, in]: a panel is some rows of the tensor, turned.
Status ModelLoader::readPanels(const Item& item, const std::stop_token& stop) const {
    const bool narrow = item.packed->type() != PackedType::Native;
    FirstError errors;
    parallelFor(item.packed->panels(), [&](Index p) {
        if (stop.stop_requested()) return;
        const Index width = kernels().panel;
        const Index end = std::min(item.out, (p + 1) * width);
        Buffer buffer(*item.from, narrow);
        const auto fill = [&]<class T>(T* panel) {
            Index run = 0;
            for (Index o = p * width; o < end; o += run) {
                run = std::min(end - o, item.group - o % item.group);
                const Index row = item.first + o / item.group * item.step + o % item.group;
                const Status s = buffer.read(row * item.in, run * item.in);
                if (!s) return errors.keep(s);
                transpose(buffer.data<T>(), run, item.in, panel, o - p * width);
            }
            clearLanes(panel, item.in, end - p * width);
        };
        if (narrow) {
            fill(static_cast<std::uint16_t*>(item.packed->panel(p)));
        } else {
            fill(static_cast<Scalar*>(item.packed->panel(p)));
        }
    });
    return errors.status();
}

/// [in, out]: rows of the tensor are spread over the panels.
Status ModelLoader::readColumns(const Item& item, const std::stop_token& stop) const {
    constexpr Index rowsAtOnce = 32;
    assert(item.group == item.out); // Conv1D's parts are whole
    const bool narrow = item.packed->type() != PackedType::Native;
    const Index rowSize = item.from->info->shape[1];
    FirstError errors;
    parallelFor((item.in + rowsAtOnce - 1) / rowsAtOnce, [&](Index block) {
        Buffer buffer(*item.from, narrow);
        const auto fill = [&]<class T>(T* panels) {
            for (Index r = block * rowsAtOnce; r < std::min(item.in, (block + 1) * rowsAtOnce); ++r) {
                const Status s = buffer.read(r * rowSize + item.first, item.out);
                if (!s || stop.stop_requested()) return errors.keep(s);
                spread(buffer.data<T>(), item.out, panels + r * kernels().panel, item.in * kernels().panel);
            }
        };
        if (narrow) {
            fill(static_cast<std::uint16_t*>(item.packed->panel(0)));
        } else {
            fill(static_cast<Scalar*>(item.packed->panel(0)));
        }
    });
    return errors.status();
}

} // namespace headscope
