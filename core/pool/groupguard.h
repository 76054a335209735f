// SPDX-License-Identifier: GPL-3.0-or-later
// GroupGuard: has the process groups of workers killed when this program dies (worker/guard.h).
#pragma once

#include <QProcess>

namespace poolscope {

class GroupGuard {
public:
    /// Starts the guard. Where that is not possible workers are not guarded, which is no error.
    GroupGuard();
    /// Ends the guard, which kills none of the groups that were removed.
    ~GroupGuard();

    void add(qint64 group);
    void remove(qint64 group);

private:
    QProcess m_process;
};

} // namespace poolscope
