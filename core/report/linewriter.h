// SPDX-License-Identifier: GPL-3.0-or-later
// LineWriter: writes each outcome to a file as a line of text, in one of several formats.
#pragma once

#include "report/outcomewriter.h"
#include "system/atomicfile.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace poolscope {

struct LineFormat {
    std::string_view heading; ///< the first line of the file
    /// Appends the outcome's line without its line break.
    void (*appendLine)(std::string &out, std::uint64_t index, const OutcomeView &outcome);
};

extern const LineFormat csvFormat;
extern const LineFormat jsonLinesFormat;
extern const LineFormat textFormat;

class LineWriter final : public OutcomeWriter {
public:
    LineWriter(std::unique_ptr<AtomicFile> file, const LineFormat &format);

    Result<void> write(std::uint64_t index, const OutcomeView &outcome) override;
    Result<void> writeIntegers(std::uint64_t first, std::span<const std::int64_t> values) override;
    Result<void> writeReals(std::uint64_t first, std::span<const double> values) override;
    Result<void> finish() override;

private:
    void addLine(std::uint64_t index, const OutcomeView &outcome);
    Result<void> appendLines();

    std::unique_ptr<AtomicFile> m_file;
    const LineFormat &m_format;
    std::string m_lines; ///< to be appended to the file
};

} // namespace poolscope
