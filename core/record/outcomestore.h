// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomeStore: the outcome of every index, addressed by index.
//
// A number is stored in a cell of 8 bytes, in a column of shared memory that local workers write.
// Any other outcome is stored in a temporary file, and its cell contains the offset. Reading in
// order costs nothing: a reader waits for the first missing index.
//
// The pool's thread adds and any thread reads. Unless all outcomes are kept there is one reader,
// which releases outcomes that it has read. The column is then a ring of 64 MiB, and no index may
// be added at or above limit(). Keep::UntilSaved is for numbers that arrive faster than a disk can
// write them. Its ring of 256 MiB allows writing a quarter of a second at a time.
#pragma once

#include "events/types.h"
#include "record/appendlog.h"
#include "record/bloblog.h"
#include "result.h"
#include "wire/outcomecodec.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope {

/// An outcome with the memory of its texts. The view stays valid if both are moved.
struct StoredOutcome {
    OutcomeView view;
    std::vector<char> memory;
};

/// A file with room for a cell of each index after `offset` bytes, a multiple of the page size.
struct ColumnFile {
    int descriptor = -1;
    std::uint64_t offset = 0;
};

class OutcomeStore {
public:
    enum class Keep { All, UntilRead, UntilSaved };

    /// Makes a store for indices [0, count). Fails if the column or the temporary file cannot be
    /// created.
    static Result<std::unique_ptr<OutcomeStore>> make(std::uint64_t count, Keep keep);
    /// Makes a store with Keep::UntilRead whose column is a file with a cell for each index, so
    /// that limit() is `count`. The file's blocks must be allocated, or a full disk kills each
    /// process that writes to it. The caller may overwrite cells of released outcomes.
    static Result<std::unique_ptr<OutcomeStore>> makeIn(
        const ColumnFile &file, std::uint64_t count);
    ~OutcomeStore();
    OutcomeStore(const OutcomeStore &) = delete;
    OutcomeStore &operator=(const OutcomeStore &) = delete;

    /// The path by which workers of this host map the column. Index i has cell i % columnCells().
    const std::string &columnPath() const { return m_columnPath; }
    std::uint64_t columnCells() const { return m_cells; }
    std::uint64_t columnOffset() const { return m_columnOffset; }

    /// Adds numbers of this kind for indices whose cells in the column are set already.
    void addNumbers(IndexRange indices, OutcomeKind kind);
    /// Adds an outcome. If the disk is full, the outcome stays in memory. See obstacle().
    Result<void> add(std::uint64_t index, const OutcomeView &outcome);
    /// Adds numbers from `first` on, which are copied from `cells`. They must not exceed the end of
    /// the ring. `cells` needs no alignment.
    void addNumbers(std::uint64_t first, OutcomeKind kind, std::string_view cells);
    /// Removes the outcome of an index, which must not be a number.
    void remove(std::uint64_t index);

    /// The bytes of the outcomes that were added: 8 for a number, the encoded size for others. Any
    /// thread.
    std::uint64_t bytes() const { return m_bytes; }

    /// The reason why outcomes cannot be written to the temporary file, in one line. Empty if they
    /// can.
    std::string obstacle() const { return m_blobs->obstacle(); }
    /// Tries again to write outcomes that stayed in memory.
    Result<void> makeWay() { return m_blobs->makeWay(); }

    /// The first index at or after `from` without an outcome, or else the number of indices.
    std::uint64_t firstMissing(std::uint64_t from) const;
    /// The first index at or after `from` that has an outcome, or else the number of indices.
    std::uint64_t firstSettled(std::uint64_t from) const;
    /// All indices with outcomes, in order.
    std::vector<IndexRange> settled() const;
    bool has(std::uint64_t index) const;
    /// Whether the index has an outcome that is a failure.
    bool isFailure(std::uint64_t index) const;
    /// The outcome of an index that has one. Fails if the temporary file cannot be read.
    Result<StoredOutcome> read(std::uint64_t index) const;
    /// Appends the outcome of an index that has one, as wire::encodeKeptOutcome() does. Bytes that
    /// were appended before an error are not removed.
    Result<void> copyEncoded(std::uint64_t index, std::string &to) const;

    /// Numbers of one kind with consecutive indices.
    struct Numbers {
        OutcomeKind kind = OutcomeKind::None;
        std::span<const std::uint64_t> cells;
    };
    /// Returns as many numbers of one kind as follow each other from the first of the
    /// indices on, at most all of them. Empty if the outcome of the first is not a number.
    Numbers numbers(IndexRange indices) const;
    /// Copies the cells of numbers() from `first` on. Much faster than a first access by `cells`,
    /// since no page needs to be mapped. Returns false if the system refuses.
    bool copyCells(std::uint64_t first, std::span<std::uint64_t> copy) const;

    /// Whether released outcomes can still be read.
    bool keepsAll() const { return m_keep == Keep::All; }
    /// Releases the outcomes below `index`, which are not read again. No effect with Keep::All.
    void releaseBelow(std::uint64_t index);
    /// The end of the indices for which there is room.
    std::uint64_t limit() const;

private:
    /// The storage of an outcome, in 2 bits.
    enum class Cell : std::uint8_t { Missing = 0, Integer = 1, Real = 2, Blob = 3 };
    static constexpr std::uint64_t segmentSize = 1U << 16;
    static constexpr std::uint64_t cellsPerWord = 32;
    static constexpr std::uint64_t wordsPerSegment = segmentSize / cellsPerWord;
    using Words = std::atomic<std::uint64_t>;
    struct Segment {
        std::atomic<Words *> words = nullptr; ///< null if only the first have outcomes
        std::atomic<std::uint64_t> filled = 0; ///< number of these
        std::atomic<Cell> kind = Cell::Missing; ///< of each of these
        Segment() = default;
        Segment(Segment &&other) noexcept { *this = std::move(other); }
        Segment &operator=(Segment &&other) noexcept;
        ~Segment();
    };

    OutcomeStore() = default;
    Result<void> makeColumn();
    Result<void> mapColumn();
    Result<void> makeBlobs();
    Result<void> addEncoded(std::uint64_t index, std::string_view record);
    Result<std::uint64_t> blobOf(std::uint64_t index) const;
    std::uint64_t *cell(std::uint64_t index) const { return m_column + index % m_cells; }
    Cell state(std::uint64_t index) const;
    std::uint64_t wordAt(std::uint64_t index) const;
    std::uint64_t knownRun(std::uint64_t index) const;
    std::uint64_t firstSegmentInUse(std::uint64_t segment) const;
    Segment &segmentFor(std::uint64_t index);
    static Words *wordsOf(Segment &segment);
    static std::uint64_t prefixWord(const Segment &segment, std::uint64_t within);
    static bool extendPrefix(Segment &segment, std::uint64_t from, std::uint64_t to, Cell state);
    void mark(IndexRange indices, Cell state);
    void countBytes(std::uint64_t count);
    void markWithin(Segment &segment, std::uint64_t from, std::uint64_t to, Cell state);

    std::uint64_t m_count = 0;
    Keep m_keep = Keep::All;
    int m_columnFile = -1;
    std::string m_columnPath;
    std::uint64_t *m_column = nullptr;
    std::uint64_t m_cells = 0;
    std::uint64_t m_columnOffset = 0; ///< of the first cell in its file
    std::unique_ptr<BlobLog> m_blobs;
    AppendLog<Segment> m_segments;
    std::uint64_t m_released = 0;
    std::atomic<std::uint64_t> m_bytes = 0; ///< changed by one thread at a time
};

} // namespace poolscope
