// SPDX-License-Identifier: GPL-3.0-or-later
// InputFeed: reads inputs that still arrive (GrowingInput), as fast as they are settled.
//
// The feed reports inputs that have arrived to the Scheduler, and has the source remove settled
// ones. While the source is full, nothing is read, so the program that writes the inputs has to
// wait. Lives on the pool's thread.
#pragma once

#include "input/inputsource.h"
#include "schedule/scheduler.h"

#include <QObject>
#include <QSocketNotifier>
#include <string>

namespace poolscope {

/// The largest chunk of automatic size, as a count of inputs of the source, whose mean size is
/// known.
std::uint64_t largestChunkOf(const InputSource &source);

class InputFeed : public QObject {
    Q_OBJECT

public:
    /// Begins to read at once. `source` is a growing one; both arguments outlive the feed.
    InputFeed(InputSource &source, Scheduler &scheduler);

    /// Continues if there is room again. Called when inputs may have been settled.
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
    std::uint64_t m_lookAgainAt = 0; ///< number of settled inputs from which on to look again
};

} // namespace poolscope
