// SPDX-License-Identifier: GPL-3.0-or-later
// Interrupt: reports SIGINT, SIGTERM and SIGHUP as a Qt signal. Ignored signals stay ignored.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <functional>
#include <memory>

namespace poolscope {

class Interrupt : public QObject {
    Q_OBJECT

public:
    /// Handles these signals while it exists. Only one may exist at a time.
    explicit Interrupt(QObject *parent = nullptr);
    ~Interrupt() override;

    /// Whether a signal has arrived since this object was made, even before the event loop has
    /// reported it.
    static bool hasArrived();
    static bool hasNotArrived() { return !hasArrived(); }
    /// Waits until `descriptor` can be written to. Returns false if a signal arrives first.
    static bool waitToWrite(int descriptor);
    /// Runs `job` on a thread of its own and waits for it. Returns false if a signal arrives first.
    /// The job is then still running, so the caller must call leave().
    static bool waitForJob(std::function<void()> job);
    /// Reports that the program was interrupted, and ends it at once, whatever its threads are
    /// doing.
    [[noreturn]] static void leave();
    /// Waits for this time. Returns false if a signal arrives first.
    static bool waitFor(int milliseconds);

signals:
    void came();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace poolscope
