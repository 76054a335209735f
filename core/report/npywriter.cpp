// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/npywriter.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace poolscope {

namespace {

static_assert(std::endian::native == std::endian::little, "elements are written as they lie");

constexpr std::size_t elementSize = 8;
constexpr std::size_t headerSize = 128; ///< a multiple of 64 with room for any count
constexpr std::uint64_t blockCount = 1U << 16; ///< elements that are converted at a time

std::string header(std::string_view element, std::uint64_t count)
{
    std::string header("\x93NUMPY\x01\x00", 8);
    constexpr auto rest = headerSize - 10;
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
    case OutcomeKind::Json:
        return isInteger(outcome.text) ? "an integer beyond 64 bits" : "a JSON value";
    default:
        return "an object";
    }
}

} // namespace

NpyWriter::NpyWriter(std::unique_ptr<AtomicFile> file)
    : m_file(std::move(file))
{
    m_file->append(header("<f8", 0)); // finish() overwrites it
}

Result<void> NpyWriter::write(std::uint64_t index, const OutcomeView &outcome)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    switch (outcome.kind) {
    case OutcomeKind::Integer:
        return writeIntegers(index, {&outcome.integer, 1});
    case OutcomeKind::Real:
        return writeReals(index, {&outcome.real, 1});
    case OutcomeKind::None:
    case OutcomeKind::Failure:
        return writeReals(index, {&nan, 1});
    default:
        break;
    }
    if (outcome.kind == OutcomeKind::Json && (outcome.text == "true" || outcome.text == "false")) {
        const std::int64_t value = outcome.text == "true";
        ++m_booleans;
        return writeIntegers(index, {&value, 1});
    }
    return m_file->fail("index " + std::to_string(index) + " is " + std::string(nounFor(outcome))
        + "; .npy holds numbers: use .jsonl or .csv");
}

Result<void> NpyWriter::writeIntegers(std::uint64_t first, std::span<const std::int64_t> values)
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

Result<void> NpyWriter::writeReals(std::uint64_t, std::span<const double> values)
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
    m_count += values.size();
    return m_file->append(bytesOf(values));
}

/// Replaces the integers, block by block, by what `convert` makes of them: elements that are not
/// larger.
template <typename Convert> Result<void> NpyWriter::convertIntegers(const Convert &convert)
{
    std::vector<std::int64_t> integers;
    std::uint64_t written = headerSize;
    for (std::uint64_t done = 0; done < m_count; done += blockCount) {
        integers.resize(std::min(blockCount, m_count - done));
        if (auto read = m_file->readAt(
                headerSize + elementSize * done, std::as_writable_bytes(std::span(integers)));
            !read)
            return read;
        const auto converted = convert(integers);
        const std::string_view bytes = bytesOf(std::span(converted));
        if (auto overwritten = m_file->overwriteAt(written, bytes); !overwritten)
            return overwritten;
        written += bytes.size();
    }
    return {};
}

Result<void> NpyWriter::convertToReals()
{
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
    }).and_then([this] { return m_file->cutAt(headerSize + m_count); });
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
    const auto element = areBooleans ? "|b1" : m_element == Element::Integer ? "<i8" : "<f8";
    if (auto written = m_file->overwriteAt(0, header(element, m_count)); !written)
        return written;
    return m_file->commit();
}

} // namespace poolscope
