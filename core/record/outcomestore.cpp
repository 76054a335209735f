// SPDX-License-Identifier: GPL-3.0-or-later
#include "record/outcomestore.h"

#include "wire/outcomecodec.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

constexpr std::uint64_t ringCells = 1ULL << 23;
constexpr std::uint64_t savedRingCells = 1ULL << 25;
constexpr std::uint64_t mostCells = 1ULL << 40;
constexpr std::uint64_t everyCell = 0x5555'5555'5555'5555; // the low bit of each 2-bit cell

tl::unexpected<Error> missing(std::uint64_t index)
{
    return failure("index " + std::to_string(index) + " has no outcome yet");
}

std::uint64_t maskOf(std::uint64_t from, std::uint64_t to)
{
    const std::uint64_t below = to == 32 ? ~0ULL : (1ULL << (2 * to)) - 1;
    return below & ~((1ULL << (2 * from)) - 1);
}

std::uint64_t cellsAtMost(OutcomeStore::Keep keep)
{
    switch (keep) {
    case OutcomeStore::Keep::All:
        return mostCells;
    case OutcomeStore::Keep::UntilRead:
        return ringCells;
    case OutcomeStore::Keep::UntilSaved:
        return savedRingCells;
    }
    return ringCells;
}

/// The most cells within the limit of file sizes, which also holds for shared memory.
std::uint64_t cellsThatAFileMayHave()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return mostCells;
    return std::max<std::uint64_t>(std::bit_floor(limit.rlim_cur / sizeof(std::uint64_t)), 1);
}

} // namespace

OutcomeStore::Segment &OutcomeStore::Segment::operator=(Segment &&other) noexcept
{
    delete[] words.exchange(other.words.exchange(nullptr));
    filled = other.filled.load();
    kind = other.kind.load();
    return *this;
}

OutcomeStore::Segment::~Segment()
{
    delete[] words.load();
}

Result<std::unique_ptr<OutcomeStore>> OutcomeStore::make(std::uint64_t count, Keep keep)
{
    std::unique_ptr<OutcomeStore> store(new OutcomeStore);
    store->m_count = count;
    store->m_keep = keep;
    const std::uint64_t most = std::min(cellsAtMost(keep), cellsThatAFileMayHave());
    if (keep == Keep::All && count > most)
        return failure("cannot keep the outcomes of " + std::to_string(count) + " inputs"
            + (count > mostCells ? "" : ": a file must not have so many bytes here (ulimit -f)"));
    store->m_cells =
        std::min(std::bit_ceil(std::clamp<std::uint64_t>(count, 512, mostCells)), most);
    return store->makeColumn().and_then([&] { return store->makeBlobs(); }).map([&] {
        return std::move(store);
    });
}

Result<std::unique_ptr<OutcomeStore>> OutcomeStore::makeIn(
    const ColumnFile &file, std::uint64_t count)
{
    std::unique_ptr<OutcomeStore> store(new OutcomeStore);
    store->m_keep = Keep::UntilRead;
    store->m_count = store->m_cells = count;
    store->m_columnOffset = file.offset;
    store->m_columnFile = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0);
    return store->mapColumn().and_then([&] { return store->makeBlobs(); }).map([&] {
        return std::move(store);
    });
}

Result<void> OutcomeStore::makeColumn()
{
    m_columnFile = memfd_create("poolscope-column", MFD_CLOEXEC);
    if (m_columnFile >= 0
        && ftruncate(m_columnFile, static_cast<off_t>(m_cells * sizeof(std::uint64_t))) != 0)
        close(std::exchange(m_columnFile, -1));
    return mapColumn();
}

Result<void> OutcomeStore::mapColumn()
{
    void *memory = MAP_FAILED;
    if (m_columnFile >= 0)
        memory = mmap(nullptr, m_cells * sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED,
            m_columnFile, static_cast<off_t>(m_columnOffset));
    if (memory == MAP_FAILED)
        return failure(
            std::string("cannot make shared memory for outcomes: ") + std::strerror(errno));
    m_column = static_cast<std::uint64_t *>(memory);
    m_columnPath = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(m_columnFile);
    return {};
}

Result<void> OutcomeStore::makeBlobs()
{
    return BlobLog::make().map(
        [this](std::unique_ptr<BlobLog> blobs) { m_blobs = std::move(blobs); });
}

OutcomeStore::~OutcomeStore()
{
    if (m_column)
        munmap(m_column, m_cells * sizeof(std::uint64_t));
    if (m_columnFile >= 0)
        close(m_columnFile);
}

void OutcomeStore::addNumbers(IndexRange indices, OutcomeKind kind)
{
    mark(indices, kind == OutcomeKind::Real ? Cell::Real : Cell::Integer);
    countBytes(indices.count * sizeof(std::uint64_t));
}

Result<void> OutcomeStore::add(std::uint64_t index, const OutcomeView &outcome)
{
    switch (outcome.kind) {
    case OutcomeKind::Integer:
        *cell(index) = static_cast<std::uint64_t>(outcome.integer);
        addNumbers({index, 1}, outcome.kind);
        return {};
    case OutcomeKind::Real:
        *cell(index) = std::bit_cast<std::uint64_t>(outcome.real);
        addNumbers({index, 1}, outcome.kind);
        return {};
    default:
        break;
    }
    if (!outcome.encoded.empty())
        return addEncoded(index, outcome.encoded);
    std::string record;
    wire::encodeKeptOutcome(record, outcome);
    return addEncoded(index, record);
}

Result<void> OutcomeStore::addEncoded(std::uint64_t index, std::string_view record)
{
    const auto offset = m_blobs->append(record);
    if (!offset)
        return tl::unexpected(offset.error());
    std::atomic_ref(*cell(index)).store(*offset, std::memory_order_relaxed);
    mark({index, 1}, Cell::Blob);
    countBytes(record.size());
    return {};
}

void OutcomeStore::addNumbers(std::uint64_t first, OutcomeKind kind, std::string_view cells)
{
    std::memcpy(cell(first), cells.data(), cells.size());
    addNumbers({first, cells.size() / sizeof(std::uint64_t)}, kind);
}

void OutcomeStore::remove(std::uint64_t index)
{
    // The record stays in the temporary file, since another thread may be reading it.
    mark({index, 1}, Cell::Missing);
}

OutcomeStore::Segment &OutcomeStore::segmentFor(std::uint64_t index)
{
    while (m_segments.size() <= index / segmentSize)
        m_segments.append(Segment());
    return m_segments.mutableAt(index / segmentSize);
}

/// Adds to the number of bytes, without a locked instruction.
void OutcomeStore::countBytes(std::uint64_t count)
{
    m_bytes.store(m_bytes.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
}

void OutcomeStore::mark(IndexRange indices, Cell state)
{
    std::uint64_t index = indices.first;
    while (index < indices.end()) {
        const std::uint64_t base = index / segmentSize * segmentSize;
        const std::uint64_t end = std::min(indices.end(), base + segmentSize);
        Segment &segment = segmentFor(index);
        if (!extendPrefix(segment, index - base, end - base, state))
            markWithin(segment, index - base, end - base, state);
        index = end;
    }
}

/// Marks indices of a segment that is filled from its start with outcomes of one kind, as most are.
/// Such a segment needs no words. Returns false if the segment is not one.
bool OutcomeStore::extendPrefix(Segment &segment, std::uint64_t from, std::uint64_t to, Cell state)
{
    const std::uint64_t filled = segment.filled.load(std::memory_order_relaxed);
    const bool sameKind = filled == 0 || segment.kind.load(std::memory_order_relaxed) == state;
    if (segment.words.load(std::memory_order_relaxed) || from != filled || !sameKind)
        return false;
    segment.kind.store(state, std::memory_order_relaxed);
    segment.filled.store(to, std::memory_order_release);
    return true;
}

/// Returns the word that contains the state at `within`, for a segment without words.
std::uint64_t OutcomeStore::prefixWord(const Segment &segment, std::uint64_t within)
{
    const std::uint64_t filled = segment.filled.load(std::memory_order_acquire);
    const auto kind = static_cast<std::uint64_t>(segment.kind.load(std::memory_order_relaxed));
    const std::uint64_t base = within / cellsPerWord * cellsPerWord;
    if (filled <= base)
        return 0;
    return everyCell * kind & maskOf(0, std::min(filled - base, cellsPerWord));
}

OutcomeStore::Words *OutcomeStore::wordsOf(Segment &segment)
{
    Words *words = segment.words.load(std::memory_order_relaxed);
    if (!words) {
        words = new Words[wordsPerSegment]();
        for (std::uint64_t word = 0; word < wordsPerSegment; ++word)
            words[word].store(prefixWord(segment, word * cellsPerWord), std::memory_order_relaxed);
        segment.words.store(words, std::memory_order_release);
    }
    return words;
}

void OutcomeStore::markWithin(Segment &segment, std::uint64_t from, std::uint64_t to, Cell state)
{
    Words *words = wordsOf(segment);
    const std::uint64_t pattern = everyCell * static_cast<std::uint64_t>(state);
    while (from < to) {
        const std::uint64_t base = from / cellsPerWord * cellsPerWord;
        const std::uint64_t end = std::min(to, base + cellsPerWord);
        const std::uint64_t mask = maskOf(from - base, end - base);
        Words &word = words[from / cellsPerWord];
        word.store((word.load(std::memory_order_relaxed) & ~mask) | (pattern & mask),
            std::memory_order_release);
        from = end;
    }
}

/// Returns the word of 32 states that contains the state of `index`.
std::uint64_t OutcomeStore::wordAt(std::uint64_t index) const
{
    if (index / segmentSize >= m_segments.size())
        return 0;
    const Segment &segment = m_segments[index / segmentSize];
    const Words *words = segment.words.load(std::memory_order_acquire);
    if (!words)
        return prefixWord(segment, index % segmentSize);
    return words[index % segmentSize / cellsPerWord].load(std::memory_order_acquire);
}

OutcomeStore::Cell OutcomeStore::state(std::uint64_t index) const
{
    return static_cast<Cell>((wordAt(index) >> (2 * (index % cellsPerWord))) & 3);
}

bool OutcomeStore::has(std::uint64_t index) const
{
    return state(index) != Cell::Missing;
}

bool OutcomeStore::isFailure(std::uint64_t index) const
{
    if (state(index) != Cell::Blob)
        return false;
    const auto outcome = read(index);
    return outcome && outcome->view.kind == OutcomeKind::Failure;
}

/// Returns the number of outcomes of one kind from `index` on in its segment. 0 if the segment has
/// words.
std::uint64_t OutcomeStore::knownRun(std::uint64_t index) const
{
    if (index / segmentSize >= m_segments.size())
        return 0;
    const Segment &segment = m_segments[index / segmentSize];
    if (segment.words.load(std::memory_order_acquire))
        return 0;
    const std::uint64_t filled = segment.filled.load(std::memory_order_acquire);
    const std::uint64_t within = index % segmentSize;
    return filled > within ? filled - within : 0;
}

std::uint64_t OutcomeStore::firstMissing(std::uint64_t from) const
{
    while (from < m_count) {
        if (const std::uint64_t known = knownRun(from); known > 0) {
            from += known;
            continue;
        }
        const std::uint64_t word = wordAt(from);
        const std::uint64_t shift = from % cellsPerWord;
        const std::uint64_t missing = ~(word | (word >> 1)) & everyCell & (~0ULL << (2 * shift));
        if (missing != 0)
            return std::min(
                from - shift + static_cast<std::uint64_t>(std::countr_zero(missing)) / 2, m_count);
        from += cellsPerWord - shift;
    }
    return m_count;
}

std::uint64_t OutcomeStore::firstSettled(std::uint64_t from) const
{
    while (from < m_count && from / segmentSize < m_segments.size()) {
        const std::uint64_t word = wordAt(from);
        const std::uint64_t shift = from % cellsPerWord;
        const std::uint64_t settled = (word | (word >> 1)) & everyCell & (~0ULL << (2 * shift));
        if (settled != 0)
            return std::min(
                from - shift + static_cast<std::uint64_t>(std::countr_zero(settled)) / 2, m_count);
        from += cellsPerWord - shift;
        if (from % segmentSize == 0)
            from = std::max(from, firstSegmentInUse(from / segmentSize) * segmentSize);
    }
    return m_count;
}

/// Returns the first segment from `segment` on that was ever marked.
std::uint64_t OutcomeStore::firstSegmentInUse(std::uint64_t segment) const
{
    while (segment < m_segments.size() && !m_segments[segment].words.load(std::memory_order_acquire)
        && m_segments[segment].filled.load(std::memory_order_acquire) == 0)
        ++segment;
    return segment;
}

std::vector<IndexRange> OutcomeStore::settled() const
{
    std::vector<IndexRange> ranges;
    for (std::uint64_t first = firstSettled(0); first < m_count;) {
        const std::uint64_t end = firstMissing(first);
        ranges.push_back({first, end - first});
        first = firstSettled(end);
    }
    return ranges;
}

Result<StoredOutcome> OutcomeStore::read(std::uint64_t index) const
{
    StoredOutcome outcome;
    switch (state(index)) {
    case Cell::Integer:
        outcome.view.kind = OutcomeKind::Integer;
        outcome.view.integer = static_cast<std::int64_t>(*cell(index));
        return outcome;
    case Cell::Real:
        outcome.view.kind = OutcomeKind::Real;
        outcome.view.real = std::bit_cast<double>(*cell(index));
        return outcome;
    case Cell::Missing:
        return missing(index);
    case Cell::Blob:
        break;
    }
    const auto offset = blobOf(index);
    if (!offset)
        return tl::unexpected(offset.error());
    auto record = m_blobs->read(*offset);
    if (!record)
        return tl::unexpected(record.error());
    outcome.memory = std::move(*record);
    wire::FieldReader reader({outcome.memory.data(), outcome.memory.size()});
    const auto view = wire::decodeKeptOutcome(reader);
    if (!view)
        return failure("the temporary file with outcomes is damaged");
    outcome.view = *view;
    return outcome;
}

/// Returns the offset of the record of an index. Fails if the outcome is removed meanwhile, since a
/// worker may then write to the cell.
Result<std::uint64_t> OutcomeStore::blobOf(std::uint64_t index) const
{
    const std::uint64_t offset = std::atomic_ref(*cell(index)).load(std::memory_order_acquire);
    if (state(index) != Cell::Blob)
        return missing(index);
    return offset;
}

Result<void> OutcomeStore::copyEncoded(std::uint64_t index, std::string &to) const
{
    if (state(index) == Cell::Blob)
        return blobOf(index).and_then(
            [&](std::uint64_t offset) { return m_blobs->copy(offset, to); });
    return read(index).map(
        [&](const StoredOutcome &outcome) { wire::encodeKeptOutcome(to, outcome.view); });
}

OutcomeStore::Numbers OutcomeStore::numbers(IndexRange indices) const
{
    const std::uint64_t first = indices.first;
    const Cell kind = state(first);
    if (indices.count == 0 || (kind != Cell::Integer && kind != Cell::Real))
        return {};
    const std::uint64_t most = std::min(indices.count, m_cells - first % m_cells);
    const std::uint64_t wholeWord = everyCell * static_cast<std::uint64_t>(kind);
    std::uint64_t same = std::max<std::uint64_t>(knownRun(first), 1);
    while (same < most && state(first + same) == kind) {
        const bool wordBegins = (first + same) % cellsPerWord == 0;
        same += wordBegins && wordAt(first + same) == wholeWord ? cellsPerWord : 1;
    }
    same = std::min(same, most);
    return {kind == Cell::Real ? OutcomeKind::Real : OutcomeKind::Integer, {cell(first), same}};
}

bool OutcomeStore::copyCells(std::uint64_t first, std::span<std::uint64_t> copy) const
{
    auto *bytes = reinterpret_cast<char *>(copy.data());
    auto at = static_cast<off_t>(m_columnOffset + first % m_cells * sizeof(std::uint64_t));
    for (std::size_t left = copy.size_bytes(); left > 0;) {
        const ssize_t read = pread(m_columnFile, bytes, left, at);
        if (read < 0 && errno == EINTR)
            continue;
        if (read <= 0)
            return false;
        bytes += read;
        at += read;
        left -= static_cast<std::size_t>(read);
    }
    return true;
}

void OutcomeStore::releaseBelow(std::uint64_t index)
{
    if (m_keep == Keep::All)
        return;
    for (std::uint64_t at = m_released; at < index;) {
        const std::uint64_t word = wordAt(at);
        const std::uint64_t end = std::min(index, at - at % cellsPerWord + cellsPerWord);
        const bool anyBlob = (word & (word >> 1) & everyCell) != 0;
        for (; anyBlob && at < end; ++at) {
            if (state(at) == Cell::Blob)
                m_blobs->discard(*cell(at));
        }
        at = end;
    }
    for (std::uint64_t segment = m_released / segmentSize; segment < index / segmentSize; ++segment)
        delete[] m_segments.mutableAt(segment).words.exchange(nullptr);
    m_released = index;
}

std::uint64_t OutcomeStore::limit() const
{
    if (m_keep == Keep::All || m_count - m_released <= m_cells)
        return m_count;
    return m_released + m_cells;
}

} // namespace poolscope
