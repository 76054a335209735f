// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/linewriter.h"

#include "report/csvtext.h"
#include "report/valuetext.h"

#include <utility>

namespace poolscope {

namespace {

void appendCsvLine(std::string &out, std::uint64_t index, const OutcomeView &outcome)
{
    out += std::to_string(index);
    out += ',';
    const std::size_t value = out.size();
    appendText(out, outcome);
    quoteCsvField(out, value);
    out += ',';
    if (outcome.kind == OutcomeKind::Failure) {
        const std::size_t reason = out.size();
        out += failureText(outcome.failure);
        quoteCsvField(out, reason);
    }
}

void appendTextLine(std::string &out, std::uint64_t, const OutcomeView &outcome)
{
    appendText(out, outcome);
}

} // namespace

const LineFormat csvFormat = {"index,value,failure\n", appendCsvLine};
const LineFormat jsonLinesFormat = {"", appendJsonLine};
const LineFormat textFormat = {"", appendTextLine};

LineWriter::LineWriter(std::unique_ptr<AtomicFile> file, const LineFormat &format)
    : m_file(std::move(file))
    , m_format(format)
    , m_lines(format.heading)
{
}

Result<void> LineWriter::write(std::uint64_t index, const OutcomeView &outcome)
{
    addLine(index, outcome);
    return appendLines();
}

Result<void> LineWriter::writeIntegers(std::uint64_t first, std::span<const std::int64_t> values)
{
    OutcomeView outcome{OutcomeKind::Integer};
    for (const std::int64_t value : values) {
        outcome.integer = value;
        addLine(first++, outcome);
    }
    return appendLines();
}

Result<void> LineWriter::writeReals(std::uint64_t first, std::span<const double> values)
{
    OutcomeView outcome{OutcomeKind::Real};
    for (const double value : values) {
        outcome.real = value;
        addLine(first++, outcome);
    }
    return appendLines();
}

void LineWriter::addLine(std::uint64_t index, const OutcomeView &outcome)
{
    m_format.appendLine(m_lines, index, outcome);
    m_lines += '\n';
}

Result<void> LineWriter::appendLines()
{
    auto appended = m_file->append(m_lines);
    m_lines.clear();
    return appended;
}

Result<void> LineWriter::finish()
{
    if (auto appended = appendLines(); !appended)
        return appended;
    return m_file->commit(AtomicFile::Sync::IfItReplaces);
}

} // namespace poolscope
