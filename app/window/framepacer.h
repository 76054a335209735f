// SPDX-License-Identifier: GPL-3.0-or-later
// FramePacer: decides when the next frame is due. At most 60 frames a second, and fewer if frames
// cost more than a small share of the machine, since the cores belong to the workers. While the
// user acts, the share does not count.
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

    /// Starts the frames.
    void start();
    void stop();
    /// The user does something: the next frames come as fast as possible.
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
