// SPDX-License-Identifier: GPL-3.0-or-later
// StandardOutput: outcomes as lines on standard output, an empty one for a failed index.
#pragma once

#include "report/outcomewriter.h"

#include <string>
#include <string_view>

namespace poolscope {

class StandardOutput : public OutcomeWriter {
public:
    StandardOutput();

    Result<void> write(std::uint64_t index, const OutcomeView &outcome) override;
    Result<void> finish() override { return flush(); }
    Result<void> writeText(std::string_view text);

    /// Writes what is waiting. Fails when nobody reads any more (readerIsGone()), when the disk is
    /// full, or when a signal came while it waited.
    Result<void> flush();
    bool readerIsGone() const { return m_readerIsGone; }

private:
    static constexpr std::size_t bufferSize = 64 * 1024;

    std::string m_buffer;
    std::size_t m_piece; ///< bytes that one write may have
    bool m_readerIsGone = false;
};

} // namespace poolscope
