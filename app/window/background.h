// SPDX-License-Identifier: GPL-3.0-or-later
// Work on another thread whose end is told on this one.
#pragma once

#include "pool/askprogram.h"

#include <QFutureWatcher>
#include <QObject>
#include <QtConcurrent>
#include <atomic>
#include <memory>
#include <utility>

namespace poolscope {

inline constexpr int progressInterval =
    200; ///< milliseconds from one report of progress to the next

/// Runs `job` on another thread, and then `done` on this one, unless `context` has gone by then.
template <typename Job, typename Done>
QFuture<void> inBackground(QObject *context, Job job, Done done)
{
    auto *watcher = new QFutureWatcher<void>(context);
    QObject::connect(
        watcher, &QFutureWatcherBase::finished, context, [watcher, done = std::move(done)] {
            watcher->deleteLater();
            done();
        });
    QFuture<void> future = QtConcurrent::run(std::move(job));
    watcher->setFuture(future);
    return future;
}

/// Which of several jobs is wanted: the one that was begun last, until it is cancelled or this
/// object goes. A job that is no longer wanted ends what it has started, and soon itself.
class LatestJob {
public:
    LatestJob() = default;
    LatestJob(const LatestJob &) = delete;
    LatestJob &operator=(const LatestJob &) = delete;
    ~LatestJob() { cancel(); }

    /// For the job that begins now. Any thread.
    StillWanted begin()
    {
        cancel();
        m_wanted = std::make_shared<std::atomic<bool>>(true);
        return [wanted = m_wanted] {
            return wanted->load();
        };
    }
    void cancel()
    {
        if (m_wanted)
            *m_wanted = false;
    }

private:
    std::shared_ptr<std::atomic<bool>> m_wanted;
};

} // namespace poolscope
