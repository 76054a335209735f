// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/framepacer.h"

#include "system/usablecores.h"

#include <algorithm>
#include <ctime>

namespace poolscope {

namespace {

constexpr double shareOfMachine = 0.025;
constexpr double shortest = 16; // milliseconds: 60 frames a second
constexpr double longest = 250;
constexpr int hurriedFor = 300; // milliseconds

std::int64_t cpuTimeOfThread()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

} // namespace

FramePacer::FramePacer(QObject *parent)
    : QObject(parent)
    , m_share(std::min(0.5, shareOfMachine * usableCores()))
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &FramePacer::tick);
}

void FramePacer::start()
{
    if (m_timer.isActive())
        return;
    m_cpu = cpuTimeOfThread();
    m_timer.start(0);
}

void FramePacer::stop()
{
    m_timer.stop();
}

void FramePacer::hurry()
{
    m_sinceHurry.start();
    if (m_timer.isActive() && m_timer.remainingTime() > static_cast<int>(shortest))
        m_timer.start(static_cast<int>(shortest));
}

void FramePacer::tick()
{
    // The time that this thread has used since the last frame is that of the frame and its
    // painting.
    const std::int64_t now = cpuTimeOfThread();
    const double used = static_cast<double>(now - m_cpu) / 1e6;
    m_cpu = now;
    const bool hurried = m_sinceHurry.isValid() && m_sinceHurry.elapsed() < hurriedFor;
    const double pause = hurried ? shortest : std::clamp(used / m_share, shortest, longest);
    m_timer.start(static_cast<int>(pause));
    emit frame();
}

} // namespace poolscope
