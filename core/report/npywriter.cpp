// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/npywriter.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace poolscope {

namespace {

static_assert(std::endian::native == std::endian::little, "elements are written as they lie");

constexpr std::size_t elementSize = 8;
constexpr std::size_t shortHeader = 128; ///< a multiple of 64 with room for any count
constexpr std::size_t pageHeader = 4096; ///< of an array that is mapped
constexpr std::uint64_t manyInputs = 1U << 20; ///< a copy of so many takes long
constexpr std::uint64_t mostInputs = 1ULL << 40; ///< of an array that is mapped
constexpr std::size_t pendingSize = 1U << 16; ///< bytes that are written at a time
constexpr std::uint64_t blockCount = 1U << 16; ///< elements that are converted at a time

std::string header(std::string_view element, std::uint64_t count, std::size_t headerSize)
{
    std::string header("\x93NUMPY\x01\x00", 8);
    const auto rest = headerSize - 10;
    header += static_cast<char>(rest % 256);
    header += static_cast<char>(rest / 256);
    header += "{'descr': '";
    header += element;
    header += "', 'fortran_order': False, 'shape': (" + std::to_string(count) + ",), }";
    header.resize(headerSize - 1, ' ');
    return header += '\n';
}

template <typename T> std::string_view bytesOf(std::span<const T> values)
{
    return {reinterpret_cast<const char *>(values.data()), values.size_bytes()};
}

bool equalsDouble(std::int64_t value)
{
    const auto real = static_cast<double>(value);
    return real < 0x1p63 && static_cast<std::int64_t>(real) == value;
}

bool isInteger(std::string_view text)
{
    if (text.starts_with('-'))
        text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view nounFor(const OutcomeView &outcome)
{
    switch (outcome.kind) {
    case OutcomeKind::Text:
        return "text";
    case OutcomeKind::Bytes:
        return "bytes";
    case OutcomeKind::Reals:
        return "a list";
    case OutcomeKind::Json:
        if (isInteger(outcome.text))
            return "an integer beyond 64 bits";
        return outcome.text.starts_with('[') ? "a list" : "a JSON value";
    default:
        return "an object";
    }
}

} // namespace

NpyWriter::NpyWriter(std::unique_ptr<AtomicFile> file)
    : m_file(std::move(file))
    , m_headerSize(shortHeader)
{
    m_file->append(header("<f8", 0, shortHeader)); // finish() overwrites it
}

std::optional<ColumnFile> NpyWriter::columnFor(std::uint64_t inputs)
{
    if (inputs < manyInputs || inputs > mostInputs
        || sysconf(_SC_PAGESIZE) > static_cast<long>(pageHeader))
        return std::nullopt;
    const auto descriptor = m_file->allocate(pageHeader + elementSize * inputs);
    if (!descriptor)
        return std::nullopt;
    m_headerSize = pageHeader;
    m_isColumn = true;
    return ColumnFile{*descriptor, pageHeader};
}

Result<void> NpyWriter::write(std::uint64_t index, const OutcomeView &outcome)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    switch (outcome.kind) {
    case OutcomeKind::Integer:
        return appendIntegers(index, {&outcome.integer, 1});
    case OutcomeKind::Real:
        return appendReals({&outcome.real, 1});
    case OutcomeKind::None:
    case OutcomeKind::Failure:
        return appendReals({&nan, 1});
    default:
        break;
    }
    if (outcome.kind == OutcomeKind::Json && (outcome.text == "true" || outcome.text == "false")) {
        const std::int64_t value = outcome.text == "true";
        ++m_booleans;
        return appendIntegers(index, {&value, 1});
    }
    return m_file->fail("index " + std::to_string(index) + " is " + std::string(nounFor(outcome))
        + "; .npy holds numbers: use .jsonl or .csv");
}

/// Returns whether workers have stored these numbers. A few are written again if others are
/// pending, which is faster than two writes around them.
bool NpyWriter::areInPlace(std::size_t count) const
{
    constexpr std::size_t few = 256;
    return m_isColumn && count > 0 && (m_pending.empty() || count > few);
}

Result<void> NpyWriter::writeIntegers(std::uint64_t first, std::span<const std::int64_t> values)
{
    const bool suit = m_count == 0 || m_element == Element::Integer;
    if (!suit || !areInPlace(values.size()))
        return appendIntegers(first, values);
    m_element = Element::Integer;
    m_count += values.size();
    return {};
}

Result<void> NpyWriter::writeReals(std::uint64_t, std::span<const double> values)
{
    if (!areInPlace(values.size()))
        return appendReals(values);
    if (m_element == Element::Integer) {
        if (auto converted = convertToReals(); !converted)
            return converted;
    }
    m_count += values.size();
    return {};
}

Result<void> NpyWriter::appendIntegers(std::uint64_t first, std::span<const std::int64_t> values)
{
    if (values.empty())
        return {};
    if (m_count == 0)
        m_element = Element::Integer;
    if (!m_noDouble) {
        const auto found = std::find_if_not(values.begin(), values.end(), equalsDouble);
        if (found != values.end())
            m_noDouble = {first + static_cast<std::uint64_t>(found - values.begin()), *found};
    }
    if (m_element == Element::Integer)
        return appendElements(values);
    if (m_noDouble)
        return failAsNoDouble(*m_noDouble);
    for (const std::int64_t value : values) {
        const auto real = static_cast<double>(value);
        if (auto appended = appendElements<double>({&real, 1}); !appended)
            return appended;
    }
    return {};
}

Result<void> NpyWriter::appendReals(std::span<const double> values)
{
    if (!values.empty() && m_element == Element::Integer) {
        if (auto converted = convertToReals(); !converted)
            return converted;
    }
    return appendElements(values);
}

template <typename T> Result<void> NpyWriter::appendElements(std::span<const T> values)
{
    static_assert(sizeof(T) == elementSize);
    const std::uint64_t place = m_headerSize + elementSize * m_count;
    m_count += values.size();
    return m_isColumn ? overwrite(place, bytesOf(values)) : m_file->append(bytesOf(values));
}

/// Collects adjacent elements, which mostly arrive one by one, and writes them together.
Result<void> NpyWriter::overwrite(std::uint64_t place, std::string_view bytes)
{
    if (place != m_pendingPlace + m_pending.size() || m_pending.size() >= pendingSize) {
        if (auto written = writePending(); !written)
            return written;
        m_pendingPlace = place;
    }
    m_pending += bytes;
    return {};
}

Result<void> NpyWriter::writePending()
{
    auto written =
        m_pending.empty() ? Result<void>() : m_file->overwriteAt(m_pendingPlace, m_pending);
    m_pending.clear();
    return written;
}

/// Replaces the integers, block by block, by the results of `convert`, which are not larger.
template <typename Convert> Result<void> NpyWriter::convertIntegers(const Convert &convert)
{
    std::vector<std::int64_t> integers;
    std::uint64_t written = m_headerSize;
    for (std::uint64_t done = 0; done < m_count; done += blockCount) {
        if (auto read = readIntegers(done, integers); !read)
            return read;
        const auto converted = convert(integers);
        const std::string_view bytes = bytesOf(std::span(converted));
        if (auto overwritten = m_file->overwriteAt(written, bytes); !overwritten)
            return overwritten;
        written += bytes.size();
    }
    return {};
}

/// Reads a block of elements that were written, from `first` on.
Result<void> NpyWriter::readIntegers(std::uint64_t first, std::vector<std::int64_t> &integers)
{
    if (auto written = writePending(); !written)
        return written;
    integers.resize(std::min(blockCount, m_count - first));
    return m_file->readAt(
        m_headerSize + elementSize * first, std::as_writable_bytes(std::span(integers)));
}

/// Finds the first integer in the file that no double equals.
Result<void> NpyWriter::findNoDouble()
{
    std::vector<std::int64_t> integers;
    m_noDouble.reset();
    for (std::uint64_t done = 0; done < m_count && !m_noDouble; done += blockCount) {
        if (auto read = readIntegers(done, integers); !read)
            return read;
        const auto found = std::find_if_not(integers.begin(), integers.end(), equalsDouble);
        if (found != integers.end())
            m_noDouble = {done + static_cast<std::uint64_t>(found - integers.begin()), *found};
    }
    return {};
}

Result<void> NpyWriter::convertToReals()
{
    if (m_isColumn) {
        if (auto looked = findNoDouble(); !looked)
            return looked;
    }
    if (m_noDouble)
        return failAsNoDouble(*m_noDouble);
    m_element = Element::Real;
    return convertIntegers([](const std::vector<std::int64_t> &integers) {
        return std::vector<double>(integers.begin(), integers.end());
    });
}

Result<void> NpyWriter::convertToBooleans()
{
    return convertIntegers([](const std::vector<std::int64_t> &integers) {
        return std::vector<char>(integers.begin(), integers.end());
    }).and_then([this] { return m_file->cutAt(m_headerSize + m_count); });
}

tl::unexpected<Error> NpyWriter::failAsNoDouble(const IndexedInteger &integer)
{
    return m_file->fail("index " + std::to_string(integer.index) + ": integer "
        + std::to_string(integer.value)
        + " does not fit a double, which other values of the array need; use .jsonl or .csv");
}

Result<void> NpyWriter::finish()
{
    const bool areBooleans = m_count > 0 && m_booleans == m_count;
    if (areBooleans) {
        if (auto converted = convertToBooleans(); !converted)
            return converted;
    }
    if (auto written = writePending(); !written)
        return written;
    if (m_isColumn && !areBooleans) {
        if (auto cut = m_file->cutAt(m_headerSize + elementSize * m_count); !cut)
            return cut;
    }
    const auto element = areBooleans ? "|b1" : m_element == Element::Integer ? "<i8" : "<f8";
    if (auto written = m_file->overwriteAt(0, header(element, m_count, m_headerSize)); !written)
        return written;
    return m_file->commit(AtomicFile::Sync::IfItReplaces);
}

} // namespace poolscope
