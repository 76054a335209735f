// SPDX-License-Identifier: GPL-3.0-or-later
// FramePacer: decides when the next frame is due. There are at most 60 frames a second, and fewer
// if frames cost more than a small share of the machine, since the workers need the cores. The
// share does not count while the user acts.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <cstdint>

namespace poolscope {

class FramePacer : public QObject {
    Q_OBJECT

public:
    explicit FramePacer(QObject *parent = nullptr);

    void start();
    void stop();
    /// Makes the next frames follow as fast as possible, since the user acts.
    void hurry();

signals:
    void frame();

private:
    void tick();

    QTimer m_timer;
    QElapsedTimer m_sinceHurry;
    std::int64_t m_cpu = 0; ///< of this thread at the last frame, in nanoseconds
    double m_share; ///< of a core, that frames may take
};

} // namespace poolscope
