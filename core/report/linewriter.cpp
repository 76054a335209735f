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
    , m_line(format.heading)
{
}

Result<void> LineWriter::write(std::uint64_t index, const OutcomeView &outcome)
{
    m_format.appendLine(m_line, index, outcome);
    m_line += '\n';
    auto appended = m_file->append(m_line);
    m_line.clear();
    return appended;
}

Result<void> LineWriter::finish()
{
    if (auto appended = m_file->append(m_line); !appended)
        return appended;
    return m_file->commit(AtomicFile::Sync::IfItReplaces);
}

} // namespace poolscope
