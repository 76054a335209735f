// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/terminalstop.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <sys/eventfd.h>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr int none = -1;

// A signal handler cannot reach the object itself.
std::atomic<int> eventDescriptor = none;

void handleSignal(int)
{
    const int saved = errno;
    eventfd_write(eventDescriptor, 1);
    errno = saved;
}

} // namespace

TerminalStop::TerminalStop(QObject *parent)
    : QObject(parent)
{
    sigaction(SIGTSTP, nullptr, &m_before);
    const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0)
        return;
    int nobody = none;
    if (m_before.sa_handler == SIG_IGN
        || !eventDescriptor.compare_exchange_strong(nobody, descriptor)) {
        close(descriptor);
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this, descriptor] {
        eventfd_t count = 0;
        eventfd_read(descriptor, &count);
        emit asked();
    });
    takeSignal();
}

TerminalStop::~TerminalStop()
{
    if (!m_notifier)
        return;
    sigaction(SIGTSTP, &m_before, nullptr);
    m_notifier.reset();
    close(eventDescriptor.exchange(none));
}

void TerminalStop::takeSignal()
{
    struct sigaction action { };
    action.sa_handler = handleSignal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTSTP, &action, nullptr);
}

bool TerminalStop::stopProgram()
{
    constexpr std::chrono::milliseconds shortest{1};
    const auto begin = std::chrono::steady_clock::now();
    sigaction(SIGTSTP, &m_before, nullptr);
    raise(SIGTSTP); // to this thread: it goes on once the whole program was continued
    takeSignal();
    return std::chrono::steady_clock::now() - begin >= shortest;
}

} // namespace poolscope
