// SPDX-License-Identifier: GPL-3.0-or-later
// Interrupt: SIGINT, SIGTERM and SIGHUP as a Qt signal.
#pragma once

#include <QObject>
#include <QSocketNotifier>
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
    /// Waits until `descriptor` can be written to. False when a signal has come first.
    static bool waitToWrite(int descriptor);
    /// Waits that long. False when a signal has come first.
    static bool waitFor(int milliseconds);

signals:
    void came();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace poolscope
