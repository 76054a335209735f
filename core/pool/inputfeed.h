// SPDX-License-Identifier: GPL-3.0-or-later
// InputFeed: reads inputs that arrive during a run (GrowingInput), as fast as they are settled.
//
// The feed reports inputs that have arrived to the Scheduler, and makes the source remove settled
// ones. While the source is full, nothing is read, so the program that writes the inputs has to
// wait. Lives on the pool's thread.
#pragma once

#include "input/inputsource.h"
#include "schedule/scheduler.h"

#include <QObject>
#include <QSocketNotifier>
#include <string>

namespace poolscope {

/// The largest automatic chunk, in inputs of the source, whose mean size is not 0.
std::uint64_t largestChunkOf(const InputSource &source);

class InputFeed : public QObject {
    Q_OBJECT

public:
    /// Starts to read at once. `source` must be growing. Both arguments outlive the feed.
    InputFeed(InputSource &source, Scheduler &scheduler);

    /// Continues to read if there is room again. To be called when inputs may have been settled.
    void makeRoom();
    void stop();

signals:
    /// The scheduler has received more inputs, or has been informed that no more will follow.
    void grew();
    void failed(const std::string &error);

private:
    void take();
    void removeSettled();

    InputSource &m_source;
    GrowingInput &m_input;
    Scheduler &m_scheduler;
    QSocketNotifier m_notifier;
    bool m_waitsForRoom = false;
    std::uint64_t m_lookAgainAt = 0; ///< number of settled inputs at which to try again
};

} // namespace poolscope
