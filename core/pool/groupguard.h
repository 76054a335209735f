// SPDX-License-Identifier: GPL-3.0-or-later
// GroupGuard: has what workers have left running killed, when they end and when this program dies
// (worker/guard.h).
#pragma once

#include <QProcess>

namespace poolscope {

class GroupGuard {
public:
    /// Starts the guard. Where that is not possible workers are not guarded, which is no error.
    GroupGuard();
    /// Waits for the guard's last work. Nothing is left then of the workers that were added.
    ~GroupGuard();

    void add(qint64 worker);
    /// It has ended.
    void remove(qint64 worker);

private:
    QProcess m_process;
};

} // namespace poolscope
