// SPDX-License-Identifier: GPL-3.0-or-later
// InputFeed: takes inputs that still come, as fast as they are worked off and no faster.
//
// What has come it tells the Scheduler; what is settled the source lets go of. While the source is
// full nothing is taken, so that whoever writes the inputs has to wait. Lives on the pool's thread.
#pragma once

#include "input/inputsource.h"
#include "schedule/scheduler.h"

#include <QObject>
#include <QSocketNotifier>
#include <string>

namespace poolscope {

inline constexpr std::uint64_t chunkBytes = 256 * 1024; ///< of inputs, in a chunk of automatic size

class InputFeed : public QObject {
    Q_OBJECT

public:
    /// `source` is a growing one; both outlive the feed, which begins at once.
    InputFeed(InputSource &source, Scheduler &scheduler);

    /// Something may have been settled: goes on if there is room again.
    void makeRoom();
    void stop();

signals:
    /// The scheduler knows of more inputs, or that there will be no more.
    void grew();
    void failed(const std::string &error);

private:
    void take();
    void forgetSettled();

    InputSource &m_source;
    GrowingInput &m_input;
    Scheduler &m_scheduler;
    QSocketNotifier m_notifier;
    bool m_waitsForRoom = false;
    std::uint64_t m_lookAgainAt = 0; ///< when so many are settled
};

} // namespace poolscope
