// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"

#include <compare>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace headscope {

/// Rows and columns of weights that were computed lately, for several who look at the same ones. Any thread may ask.
class LineCache {
public:
    enum class Kind { Row, Column };
    struct Key {
        Kind kind = Kind::Row;
        int head = 0;
        Index index = 0; ///< the query of a row, the key of a column
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    using Line = std::shared_ptr<const std::vector<Scalar>>;

    /// The line kept under this key, or what `make` gives, which is kept from now on.
    Line get(const Key& key, const std::function<std::vector<Scalar>()>& make);

    /// Bound of what is kept: the oldest lines go first.
    static constexpr std::size_t mostBytes = std::size_t{16} << 20;

private:
    std::mutex m_mutex;
    std::map<Key, Line> m_lines;
    std::deque<Key> m_order; ///< of m_lines, oldest first
    std::size_t m_bytes = 0;
};

} // namespace headscope
