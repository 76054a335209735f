// SPDX-License-Identifier: GPL-3.0-or-later
// TerminalStop: takes the signal by which a terminal stops the program (Ctrl+Z, SIGTSTP), so that
// the workers can be stopped first. They are in sessions of their own, which no signal of a
// terminal reaches.
//
// The first object of the program takes the signal, unless that is ignored; others never emit
// asked().
// Lives on one thread with an event loop.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <csignal>
#include <memory>

namespace poolscope {

class TerminalStop : public QObject {
    Q_OBJECT

public:
    explicit TerminalStop(QObject *parent = nullptr);
    ~TerminalStop() override;

    /// Stops the program, and returns when it is continued. Returns false at once if it is not
    /// stopped, since no shell could continue it: its process group is an orphaned one.
    bool stopProgram();

signals:
    /// The signal has come: what belongs to the program should be stopped, then the program.
    void asked();

private:
    void takeSignal();

    struct sigaction m_before { };
    std::unique_ptr<QSocketNotifier> m_notifier; ///< null: another object has the signal
};

} // namespace poolscope
