// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/block_cache.h"

#include <array>
#include <bit>
#include <new>
#include <vector>

namespace headscope {
namespace {

constexpr std::align_val_t line{64};

// A sanitizer must see every block come and go.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool keeping = false;
#else
constexpr bool keeping = true;
#endif

constexpr std::size_t least = 512;                     ///< smaller ones are the system's business
constexpr std::size_t most = std::size_t{1} << 20;     ///< larger ones are rare
constexpr std::size_t mostKept = std::size_t{4} << 20; ///< by a thread
constexpr int stepsPerDoubling = 4;                    ///< so at most a fifth of a block is waste
constexpr int classes = stepsPerDoubling * 11 + 1;     ///< from least to most

/// Sizes least · 2^(c / 4), the steps of a doubling being alike.
constexpr std::size_t classSize(int c) {
    const std::size_t base = least << (c / stepsPerDoubling);
    return base + base / stepsPerDoubling * static_cast<std::size_t>(c % stepsPerDoubling);
}
static_assert(classSize(classes - 1) == most);

/// The smallest class that holds so many bytes.
int classOf(std::size_t bytes) {
    const int doubling = static_cast<int>(std::bit_width(bytes - 1)) - static_cast<int>(std::bit_width(least - 1)) -
                         1; // base < bytes ≤ 2 · base
    if (doubling < 0) return 0;
    const std::size_t base = least << doubling, step = base / stepsPerDoubling;
    return doubling * stepsPerDoubling + static_cast<int>((bytes - base + step - 1) / step);
}

struct Kept {
    ~Kept();
    std::array<std::vector<void*>, static_cast<std::size_t>(classes)> blocks;
    std::size_t bytes = 0;
};
thread_local Kept kept;
thread_local bool ended = false; ///< this thread's `kept` is gone; what is given back now goes to the system

Kept::~Kept() {
    ended = true;
    for (std::vector<void*>& list : blocks)
        for (void* block : list) ::operator delete(block, line);
}

bool hasClass(std::size_t bytes) {
    return keeping && bytes >= least && bytes <= most;
}

} // namespace

void* takeBlock(std::size_t bytes) {
    if (!hasClass(bytes)) return ::operator new(bytes, line);
    const int c = classOf(bytes);
    if (ended || kept.blocks[static_cast<std::size_t>(c)].empty()) return ::operator new(classSize(c), line);
    std::vector<void*>& list = kept.blocks[static_cast<std::size_t>(c)];
    void* block = list.back();
    list.pop_back();
    kept.bytes -= classSize(c);
    return block;
}

void giveBlock(void* block, std::size_t bytes) noexcept {
    const int c = hasClass(bytes) ? classOf(bytes) : 0;
    if (!hasClass(bytes) || ended || kept.bytes + classSize(c) > mostKept) return ::operator delete(block, line);
    try {
        kept.blocks[static_cast<std::size_t>(c)].push_back(block);
        kept.bytes += classSize(c);
    } catch (const std::bad_alloc&) {
        ::operator delete(block, line);
    }
}

} // namespace headscope
