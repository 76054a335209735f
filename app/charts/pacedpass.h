// SPDX-License-Identifier: GPL-3.0-or-later
// PacedPass: when a chart that is made of a pass over a whole record goes on with the pass, and
// when it is filled with what came of it: now and then while the run goes on, and at its end.
#pragma once

#include "charts/chart.h"

#include <chrono>

namespace poolscope {

class PacedPass {
public:
    enum class Step {
        More, ///< there is more to take in
        Waits, ///< all is taken in that is to be shown now
        Fills ///< the chart is to be filled
    };

    /// Goes on with the pass until it is through or `until`; advance() is true when it is through.
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

    /// The run has ended, and the chart is filled with all of it.
    bool isFinal() const { return m_isFinal; }

private:
    static constexpr std::chrono::milliseconds interval{250}; ///< from filling to filling

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
