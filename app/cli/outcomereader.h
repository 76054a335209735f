// SPDX-License-Identifier: GPL-3.0-or-later
// OutcomeReader: passes the outcomes of a run to a writer as they arrive, in input order or not.
#pragma once

#include "report/outcomewriter.h"
#include "report/unmarkedvalues.h"
#include "run/run.h"

#include <cstdint>
#include <deque>
#include <functional>

namespace poolscope {

class OutcomeReader {
public:
    enum class Order { ByIndex, AsTheyCome };
    using FailureHandler = std::function<void(std::uint64_t index, const FailureView &failure)>;

    /// `run` and `writer` outlive this. If `writer` is null, outcomes are read but not written.
    /// take() calls `onFailure` for each failed index that it reads.
    OutcomeReader(Run &run, OutcomeWriter *writer, Order order, FailureHandler onFailure);

    enum class Left { Nothing, More };
    /// Writes outcomes that have settled, for some milliseconds at most. Returns Nothing if all of
    /// them are written. Fails if the writer fails.
    Result<Left> take();

    /// Counts of the unmarked values among those that were read.
    const UnmarkedValues &unmarked() const { return m_unmarked; }

private:
    bool refill();
    Result<std::uint64_t> writeSome(const IndexRange &range);
    Result<void> writeOne(std::uint64_t index);

    Run &m_run;
    OutcomeWriter *m_writer;
    Order m_order;
    FailureHandler m_onFailure;
    std::deque<IndexRange> m_waiting; ///< settled, and not yet written
    UnmarkedValues m_unmarked;
    std::uint64_t m_queuedBelow = 0; ///< all lower indices are written or waiting
};

} // namespace poolscope
