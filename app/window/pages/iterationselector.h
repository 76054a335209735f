// SPDX-License-Identifier: GPL-3.0-or-later
// IterationSelector: finds the iterations with durations in a range, on another thread.
#pragma once

#include "analysis/selectediterations.h"

#include <QFutureSynchronizer>
#include <QObject>
#include <memory>
#include <optional>
#include <stop_token>

namespace poolscope {

class IterationSelector : public QObject {
    Q_OBJECT

public:
    using Selection = std::shared_ptr<const SelectedIterations>;

    using QObject::QObject;
    ~IterationSelector() override;

    /// Sets the timeline, which outlives this or the next call, or null. Clears the selection.
    void setTimeline(const Timeline *timeline);
    /// Selects the iterations of a range, or none.
    void select(const std::optional<DurationRange> &range);
    /// Searches again, to include new iterations.
    void renew();
    const std::optional<DurationRange> &range() const { return m_range; }

signals:
    /// The selection has changed. Null if nothing is selected.
    void selected(const poolscope::IterationSelector::Selection &selection);

private:
    void search(const DurationRange &range);

    const Timeline *m_timeline = nullptr;
    std::optional<DurationRange> m_range;
    std::stop_source m_stop; ///< for the last search
    QFutureSynchronizer<void> m_searches; ///< stopped ones may still read the timeline
};

} // namespace poolscope
