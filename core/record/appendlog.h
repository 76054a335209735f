// SPDX-License-Identifier: GPL-3.0-or-later
// AppendLog<T>: a list to which one thread appends while other threads read.
//
// Any thread may read the elements below the size() that it saw. Elements never move, no call waits
// for another, and an element is complete once size() covers it. Memory grows by blocks, each twice
// as large as the one before. Memory of plain values is used only when they are written, so a list
// whose beginning is released may have far more elements than fit into memory.
#pragma once

#include "record/memorypages.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace poolscope {

template <typename T> class AppendLog {
public:
    AppendLog() = default;
    AppendLog(const AppendLog &) = delete;
    AppendLog &operator=(const AppendLog &) = delete;
    ~AppendLog()
    {
        for (std::size_t block = 0; block < m_blocks.size(); ++block)
            release(m_blocks[block].load(std::memory_order_relaxed), sizeOf(block));
    }

    std::size_t size() const { return m_size.load(std::memory_order_acquire); }
    bool empty() const { return size() == 0; }

    const T &operator[](std::size_t index) const
    {
        const Position position = positionOf(index);
        return m_blocks[position.block].load(std::memory_order_relaxed)[position.offset];
    }

    /// Returns an element, which the appending thread may change while no other thread reads it.
    T &mutableAt(std::size_t index) { return const_cast<T &>(std::as_const(*this)[index]); }

    void append(T value)
    {
        const std::size_t size = m_size.load(std::memory_order_relaxed);
        slot(size) = std::move(value);
        m_size.store(size + 1, std::memory_order_release);
    }

    /// Appends all values at once. Readers see all or none.
    void append(std::span<const T> values)
    {
        std::size_t size = m_size.load(std::memory_order_relaxed);
        for (const T &value : values)
            slot(size++) = value;
        m_size.store(size, std::memory_order_release);
    }

    /// Releases the memory of elements below `index`, which no thread reads any more. `index` is at
    /// most the size() that the caller saw, and never decreases. Any thread, one at a time.
    void releaseBelow(std::size_t index)
    {
        static_assert(arePlain);
        const Position end = positionOf(index);
        for (; m_firstHeld < end.block; ++m_firstHeld)
            discard(m_firstHeld, sizeOf(m_firstHeld));
        discard(end.block, end.offset);
    }

private:
    static constexpr int firstBits = 8;
    static constexpr std::size_t firstBlock = std::size_t{1} << firstBits;
    static constexpr bool arePlain = std::is_trivially_copyable_v<T>;

    struct Position {
        std::size_t block;
        std::size_t offset;
    };
    static Position positionOf(std::size_t index)
    {
        const std::size_t shifted = index + firstBlock;
        if (shifted < firstBlock)
            __builtin_unreachable(); // no memory has room for so many
        const auto block = static_cast<std::size_t>(std::bit_width(shifted)) - 1 - firstBits;
        return {block, shifted - sizeOf(block)};
    }
    static std::size_t sizeOf(std::size_t block) { return firstBlock << block; }

    static T *allocate(std::size_t count)
    {
        if constexpr (arePlain)
            return static_cast<T *>(reservePages(count * sizeof(T)));
        else
            return new T[count];
    }

    static void release(T *block, std::size_t count)
    {
        if (!block)
            return;
        if constexpr (arePlain)
            releasePages(block, count * sizeof(T));
        else
            delete[] block;
    }

    void discard(std::size_t block, std::size_t count)
    {
        discardPages(m_blocks[block].load(std::memory_order_relaxed), count * sizeof(T));
    }

    T &slot(std::size_t index)
    {
        const Position position = positionOf(index);
        T *block = m_blocks[position.block].load(std::memory_order_relaxed);
        if (!block) {
            block = allocate(sizeOf(position.block));
            m_blocks[position.block].store(block, std::memory_order_relaxed);
        }
        return block[position.offset];
    }

    std::array<std::atomic<T *>, 48> m_blocks{};
    std::atomic<std::size_t> m_size = 0;
    std::size_t m_firstHeld = 0; ///< the first block that was not released as a whole
};

} // namespace poolscope
