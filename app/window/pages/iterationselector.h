// SPDX-License-Identifier: GPL-3.0-or-later
// IterationSelector: finds the iterations of a duration on another thread, and reports them.
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

    /// The timeline outlives this or the next call. Null if there is no run. Nothing is selected.
    void setTimeline(const Timeline *timeline);
    /// Selects the iterations of a range, or none.
    void select(const std::optional<DurationRange> &range);
    /// Searches again, for new iterations.
    void renew();
    const std::optional<DurationRange> &range() const { return m_range; }

signals:
    /// The selection has changed. Null if nothing is selected.
    void selected(const poolscope::IterationSelector::Selection &selection);

private:
    void search(const DurationRange &range);

    const Timeline *m_timeline = nullptr;
    std::optional<DurationRange> m_range;
    std::stop_source m_stop; ///< of the search that is waited for
    QFutureSynchronizer<void> m_searches; ///< those that were stopped may still read the timeline
};

} // namespace poolscope
