// SPDX-License-Identifier: GPL-3.0-or-later
// PacedPass: schedules a chart that needs a pass over the whole record. The pass continues with
// each frame, and the chart is filled with its result at intervals during the run, and at its end.
#pragma once

#include "charts/chart.h"

#include <chrono>

namespace poolscope {

class PacedPass {
public:
    enum class Step {
        More, ///< the pass continues with the next frame
        Waits, ///< nothing to do in this frame, or, once isFinal(), ever
        Fills ///< the caller must fill the chart now
    };

    /// Calls advance() at least once, until it returns true, since it has reached the end of what
    /// is recorded so far, or until `until`.
    template <typename Advance>
    Step take(const Moment &moment, std::chrono::steady_clock::time_point until, Advance advance)
    {
        if (m_isFinal)
            return Step::Waits;
        bool isThrough = false;
        do {
            isThrough = advance();
        } while (!isThrough && std::chrono::steady_clock::now() < until);
        return isThrough ? stepAfter(moment.run == TimeView::Run::Ended) : Step::More;
    }

    /// Whether the run has ended and the chart shows all of it.
    bool isFinal() const { return m_isFinal; }

private:
    static constexpr std::chrono::milliseconds interval{250}; ///< between two updates of the chart

    Step stepAfter(bool hasEnded)
    {
        const auto now = std::chrono::steady_clock::now();
        if (!hasEnded && now - m_filled < interval)
            return Step::Waits;
        m_filled = now;
        m_isFinal = hasEnded;
        return Step::Fills;
    }

    std::chrono::steady_clock::time_point m_filled;
    bool m_isFinal = false;
};

} // namespace poolscope
