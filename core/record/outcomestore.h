// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomeStore: the outcome of every index, addressed by index.
//
// A number is in a cell of 8 bytes in a column of shared memory, which local workers write
// themselves; anything else is in a temporary file, and the cell has its position. Order costs
// nothing: a reader in order waits for the first missing index.
//
// The pool's thread adds; any thread reads. Where not all is kept there is one reader, who releases
// what it has read; the column is then a ring of 64 MiB, and no index may be added that lies a
// whole ring beyond the last released one (limit()). Keep::UntilSaved is for numbers that come
// faster than a disk takes them: a ring of 256 MiB lets them be written a quarter of a second at a
// time.
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

/// An outcome and the memory its texts are in, which moves with it.
struct StoredOutcome {
    OutcomeView view;
    std::vector<char> memory;
};

/// A file that has room for a cell of each index, after `offset` bytes of something else. The
/// offset is a multiple of the page size.
struct ColumnFile {
    int descriptor = -1;
    std::uint64_t offset = 0;
};

class OutcomeStore {
public:
    enum class Keep { All, UntilRead, UntilSaved };

    /// A store for indices [0, count). Fails if memory or the temporary file cannot be had.
    static Result<std::unique_ptr<OutcomeStore>> make(std::uint64_t count, Keep keep);
    /// A store with Keep::UntilRead whose column is a file with a cell for each index, so limit()
    /// does not stop anyone. The file's blocks must be allocated, or a full disk ends each process
    /// that stores into it. Released cells may be overwritten.
    static Result<std::unique_ptr<OutcomeStore>> makeIn(
        const ColumnFile &file, std::uint64_t count);
    ~OutcomeStore();
    OutcomeStore(const OutcomeStore &) = delete;
    OutcomeStore &operator=(const OutcomeStore &) = delete;

    /// The path at which workers of this host map the column: index i owns cell i % columnCells().
    const std::string &columnPath() const { return m_columnPath; }
    std::uint64_t columnCells() const { return m_cells; }
    std::uint64_t columnOffset() const { return m_columnOffset; }

    /// Adds numbers of this kind for indices whose cells in the column are set already.
    void addNumbers(IndexRange indices, OutcomeKind kind);
    /// Adds an outcome. If the disk is full, it is kept in memory: see obstacle().
    Result<void> add(std::uint64_t index, const OutcomeView &outcome);
    /// Copies numbers from cells that are elsewhere, at any address. They lie within one round of
    /// the column.
    void addNumbers(std::uint64_t first, OutcomeKind kind, std::string_view cells);
    /// Removes the outcome of an index, which is not a number.
    void remove(std::uint64_t index);

    /// The bytes of the outcomes that were added: 8 for a number, otherwise as many as are kept.
    /// Any thread.
    std::uint64_t bytes() const { return m_bytes; }

    /// Why outcomes stay in memory instead of going to the temporary file, in one line. Empty if
    /// they do not. makeWay() tries whether there is room again.
    std::string obstacle() const { return m_blobs->obstacle(); }
    Result<void> makeWay() { return m_blobs->makeWay(); }

    /// The first index at or after `from` that has no outcome yet.
    std::uint64_t firstMissing(std::uint64_t from) const;
    /// The first index at or after `from` that has an outcome. The number of indices if there is
    /// none.
    std::uint64_t firstSettled(std::uint64_t from) const;
    /// All indices that have outcomes, in order.
    std::vector<IndexRange> settled() const;
    bool has(std::uint64_t index) const;
    /// Whether the index has an outcome, and that is a failure.
    bool isFailure(std::uint64_t index) const;
    /// The outcome of an index that has one. Fails where the temporary file cannot be read.
    Result<StoredOutcome> read(std::uint64_t index) const;
    /// Appends the outcome of an index that has one, as wire::encodeKeptOutcome() writes it. Bytes
    /// that were appended before a failure stay.
    Result<void> copyEncoded(std::uint64_t index, std::string &to) const;

    /// The longest stretch from `first` on, of at most `count` indices that have outcomes, whose
    /// outcomes are numbers of one kind, as cells. Empty if the first is not a number.
    struct Numbers {
        OutcomeKind kind = OutcomeKind::None;
        std::span<const std::uint64_t> cells;
    };
    Numbers numbers(IndexRange indices) const;
    /// Copies such cells, from `first` on. Much faster than through `cells` where nobody has looked
    /// at them yet, since no page needs to be mapped. False where the system refuses it.
    bool copyCells(std::uint64_t first, std::span<std::uint64_t> copy) const;

    /// Whether released outcomes can still be read.
    bool keepsAll() const { return m_keep == Keep::All; }
    /// Releases the outcomes below `index`, which will not be read again. Keep::All keeps them.
    void releaseBelow(std::uint64_t index);
    /// The index up to which there is room now.
    std::uint64_t limit() const;

private:
    /// How an index's outcome is kept: 2 bits.
    enum class Cell : std::uint8_t { Missing = 0, Integer = 1, Real = 2, Blob = 3 };
    static constexpr std::uint64_t segmentSize = 1U << 16;
    static constexpr std::uint64_t cellsPerWord = 32;
    static constexpr std::uint64_t wordsPerSegment = segmentSize / cellsPerWord;
    using Words = std::atomic<std::uint64_t>;
    struct Segment {
        std::atomic<Words *> words = nullptr; ///< null: only the first ones have outcomes,
        std::atomic<std::uint64_t> filled = 0; ///< so many,
        std::atomic<Cell> kind = Cell::Missing; ///< all of this kind
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
    std::atomic<std::uint64_t> m_bytes = 0; ///< one thread adds to it at a time
};

} // namespace poolscope
