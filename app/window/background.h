// SPDX-License-Identifier: GPL-3.0-or-later
// Work on another thread whose end is told on this one.
#pragma once

#include <QFutureWatcher>
#include <QObject>
#include <QtConcurrent>
#include <utility>

namespace poolscope {

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

} // namespace poolscope
