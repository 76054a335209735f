// SPDX-License-Identifier: GPL-3.0-or-later
// StandardOutput: outcomes as lines on standard output, an empty one for a failed index.
#pragma once

#include "report/outcomewriter.h"

#include <string>

namespace poolscope {

class StandardOutput : public OutcomeWriter {
public:
    Result<void> write(std::uint64_t index, const OutcomeView &outcome) override;
    Result<void> finish() override { return flush(); }

    /// Writes what is waiting. Fails when nobody reads any more (readerIsGone()), when the disk is
    /// full, or when a signal came while it waited.
    Result<void> flush();
    bool readerIsGone() const { return m_readerIsGone; }

private:
    std::string m_buffer;
    bool m_readerIsGone = false;
};

} // namespace poolscope
