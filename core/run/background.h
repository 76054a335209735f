// SPDX-License-Identifier: GPL-3.0-or-later
// Running work on another thread, and reporting its end on the caller's thread.
#pragma once

#include "pool/askprogram.h"

#include <QFutureWatcher>
#include <QObject>
#include <QPromise>
#include <QThreadPool>
#include <atomic>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace poolscope {

/// Runs `job` on another thread, and then `done` in the event loop of the caller's thread, on which
/// `context` lives. `done` is not called if `context` was destroyed meanwhile. The result is
/// finished when `job` has returned.
template <typename Job, typename Done>
QFuture<void> inBackground(QObject *context, Job job, Done done)
{
    auto *watcher = new QFutureWatcher<void>(context);
    QObject::connect(
        watcher, &QFutureWatcherBase::finished, context, [watcher, done = std::move(done)] {
            watcher->deleteLater();
            done();
        });
    auto promise = std::make_shared<QPromise<void>>();
    promise->start();
    watcher->setFuture(promise->future());
    QThreadPool::globalInstance()->start([promise, job = std::move(job)] {
        job();
        promise->finish();
    });
    return promise->future();
}

/// LatestJob: runs jobs on another thread, of which only the last is wanted.
///
/// A job is wanted until it is cancelled, the next starts, or this object is destroyed. A job that
/// is no longer wanted has to end soon, with all that it has started. Its result is destroyed.
class LatestJob {
public:
    LatestJob() = default;
    LatestJob(const LatestJob &) = delete;
    LatestJob &operator=(const LatestJob &) = delete;
    ~LatestJob() { cancel(); }

    /// Calls `job` on another thread, with a function that returns whether it is still wanted. If
    /// it is, calls `done` with the result on the caller's thread.
    template <typename Job, typename Done> void start(QObject *context, Job job, Done done)
    {
        using Value = std::invoke_result_t<Job, const StillWanted &>;
        cancel();
        m_wanted = std::make_shared<std::atomic<bool>>(true);
        auto result = std::make_shared<std::optional<Value>>();
        inBackground(
            context,
            [wanted = m_wanted, result, job = std::move(job)] {
                result->emplace(job([wanted] { return wanted->load(); }));
            },
            [wanted = m_wanted, result, done = std::move(done)] {
                if (wanted->exchange(false))
                    done(std::move(**result));
            });
    }
    /// Makes the job unwanted, and returns at once.
    void cancel()
    {
        if (m_wanted)
            *m_wanted = false;
    }
    /// Whether a job is wanted and has not ended.
    bool isActive() const { return m_wanted && *m_wanted; }

private:
    std::shared_ptr<std::atomic<bool>> m_wanted;
};

} // namespace poolscope
