// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace headscope {

/// Memory for numbers: begins at a cache line, so that vector loads do not straddle two. A thread keeps some of what it
/// gave back and takes it again: a pass through a small model asks for hundreds of matrices, always of the same sizes,
/// and asking the system for each of them (and getting untouched pages) costs as much as half of their products.
void* takeBlock(std::size_t bytes);
/// `bytes` as when it was taken; from any thread.
void giveBlock(void* block, std::size_t bytes) noexcept;

/// What a std::vector needs to take its memory from there. Of numbers that are given no value it makes no zeros.
template <class T> struct BlockAllocator {
    using value_type = T;
    BlockAllocator() = default;
    template <class U> BlockAllocator(const BlockAllocator<U>&) {}
    T* allocate(std::size_t count) { return static_cast<T*>(takeBlock(count * sizeof(T))); }
    void deallocate(T* block, std::size_t count) noexcept { giveBlock(block, count * sizeof(T)); }
    template <class U> void construct(U* p) { ::new (static_cast<void*>(p)) U; }
    template <class U, class... Values> void construct(U* p, Values&&... values) {
        ::new (static_cast<void*>(p)) U(std::forward<Values>(values)...);
    }
    friend bool operator==(const BlockAllocator&, const BlockAllocator&) { return true; }
};

} // namespace headscope
