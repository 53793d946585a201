// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention/line_cache.h"

namespace headscope {

LineCache::Line LineCache::get(const Key& key, const std::function<std::vector<Scalar>()>& make) {
    {
        const std::lock_guard lock(m_mutex);
        if (const auto known = m_lines.find(key); known != m_lines.end()) return known->second;
    }
    // Not under the lock: heads are asked for side by side.
    const Line line = std::make_shared<const std::vector<Scalar>>(make());
    const auto bytes = [](const Line& l) { return l->size() * sizeof(Scalar); };
    const std::lock_guard lock(m_mutex);
    if (!m_lines.emplace(key, line).second) return line;
    m_order.push_back(key);
    m_bytes += bytes(line);
    while (m_bytes > mostBytes && m_order.size() > 1) {
        const auto oldest = m_lines.find(m_order.front());
        m_bytes -= bytes(oldest->second);
        m_lines.erase(oldest);
        m_order.pop_front();
    }
    return line;
}

} // namespace headscope
