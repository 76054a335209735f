// SPDX-License-Identifier: GPL-3.0-or-later
// Interrupt: SIGINT, SIGTERM and SIGHUP as a Qt signal; those that are ignored stay ignored.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <functional>
#include <memory>

namespace poolscope {

class Interrupt : public QObject {
    Q_OBJECT

public:
    /// Takes over these signals for as long as it lives. One at a time.
    explicit Interrupt(QObject *parent = nullptr);
    ~Interrupt() override;

    /// Whether one has come since this object was made; true even before the event loop has told.
    static bool hasCome();
    static bool hasNotCome() { return !hasCome(); }
    /// Waits until `descriptor` can be written to. False when a signal has come first.
    static bool waitToWrite(int descriptor);
    /// Runs `job` on a thread of its own and waits for it. False when a signal has come first: the
    /// job goes on, so that the caller has to leave().
    static bool waitForJob(std::function<void()> job);
    /// Says that the program was interrupted, and ends it whatever its threads are doing.
    [[noreturn]] static void leave();
    /// Waits that long. False when a signal has come first.
    static bool waitFor(int milliseconds);

signals:
    void came();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace poolscope
