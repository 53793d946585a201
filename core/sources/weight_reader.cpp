// SPDX-License-Identifier: GPL-3.0-or-later
// How a tensor's numbers come into memory: read, not mapped, in the order of the kernels and by all cores. A file that
// is cut meanwhile is then an error, and no number is held twice.
#include "core/sources/model_loader.h"

#include "core/base/kernels.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace headscope {
namespace {

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

/// `count` rows of `from` [count, depth] as columns `lane` … of a panel.
template <class T> void transpose(const T* from, Index count, Index depth, T* panel, Index lane) {
    const Index width = kernels().panel;
    for (Index d = 0; d < depth; ++d)
        for (Index r = 0; r < count; ++r) panel[d * width + lane + r] = from[r * depth + d];
}

template <class T> void clearLanes(T* panel, Index depth, Index lane) {
    const Index width = kernels().panel;
    for (Index d = 0; d < depth && lane < width; ++d) std::fill(panel + d * width + lane, panel + (d + 1) * width, T{});
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
        const Index width = kernels().panel;
        const auto spread = [&]<class T>(T*) {
            for (Index r = block * rowsAtOnce; r < std::min(item.in, (block + 1) * rowsAtOnce); ++r) {
                const Status s = buffer.read(r * rowSize + item.first, item.out);
                if (!s || stop.stop_requested()) return errors.keep(s);
                for (Index o = 0; o < item.out; o += width) {
                    const Index count = std::min(width, item.out - o);
                    T* to = static_cast<T*>(item.packed->panel(o / width)) + r * width;
                    std::copy_n(buffer.data<T>() + o, count, to);
                    std::fill(to + count, to + width, T{});
                }
            }
        };
        if (narrow) {
            spread(static_cast<std::uint16_t*>(nullptr));
        } else {
            spread(static_cast<Scalar*>(nullptr));
        }
    });
    return errors.status();
}

} // namespace headscope
