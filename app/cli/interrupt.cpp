// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/interrupt.h"

#include "cli/complaint.h"
#include "cli/exitstatus.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace poolscope {

namespace {

// A signal handler has no other data.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<int> eventDescriptor = -1;
std::atomic<bool> interrupted = false;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

void handleSignal(int)
{
    const int saved = errno;
    interrupted = true;
    eventfd_write(eventDescriptor, 1);
    errno = saved;
}

/// Sets the handler of signals that are not ignored. nohup ignores SIGHUP, and a shell ignores
/// SIGINT in the background processes of a script.
void setHandler(void (*handler)(int))
{
    struct sigaction action { };
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before { };
        sigaction(signal, nullptr, &before);
        if (before.sa_handler != SIG_IGN)
            sigaction(signal, &action, nullptr);
    }
}

} // namespace

Interrupt::Interrupt(QObject *parent)
    : QObject(parent)
{
    eventDescriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    interrupted = false;
    m_notifier = std::make_unique<QSocketNotifier>(eventDescriptor.load(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        m_notifier->setEnabled(false); // the descriptor stays readable, for waitToWrite()
        emit came();
    });
    setHandler(handleSignal);
}

Interrupt::~Interrupt()
{
    setHandler(SIG_DFL);
    m_notifier.reset();
    close(eventDescriptor.exchange(-1));
}

bool Interrupt::hasArrived()
{
    return interrupted;
}

bool Interrupt::waitToWrite(int descriptor)
{
    pollfd both[] = {{descriptor, POLLOUT, 0}, {eventDescriptor, POLLIN, 0}};
    while (!interrupted && poll(both, 2, -1) < 0 && errno == EINTR) { }
    return !interrupted;
}

bool Interrupt::waitForJob(std::function<void()> job)
{
    const int done = eventfd(0, EFD_CLOEXEC);
    std::thread thread([done, job = std::move(job)] {
        job();
        eventfd_write(done, 1);
    });
    pollfd both[] = {{done, POLLIN, 0}, {eventDescriptor, POLLIN, 0}};
    while (!interrupted && poll(both, 2, -1) < 0 && errno == EINTR) { }
    if (interrupted) {
        thread.detach();
        return false;
    }
    thread.join();
    close(done);
    return true;
}

void Interrupt::leave()
{
    complain("interrupted");
    std::_Exit(exitInterrupted);
}

bool Interrupt::waitFor(int milliseconds)
{
    pollfd event{eventDescriptor, POLLIN, 0};
    if (!interrupted)
        poll(&event, 1, milliseconds);
    return !interrupted;
}

} // namespace poolscope
