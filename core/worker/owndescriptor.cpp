// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/owndescriptor.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace poolscope::worker {

namespace {

constexpr long wantedNumber = 200;
constexpr long keptAbove = 8; // numbers, for other descriptors of the worker

/// Returns the least number that an OwnDescriptor may have, within the limit on descriptors.
int lowestNumber()
{
    return static_cast<int>(
        std::max(3L, std::min(wantedNumber, sysconf(_SC_OPEN_MAX) - keptAbove)));
}

} // namespace

OwnDescriptor::OwnDescriptor(int number)
    : m_number(fcntl(number, F_DUPFD_CLOEXEC, lowestNumber()))
{
    if (m_number >= 0)
        fcntl(m_number, F_SETSIG, SIGRTMIN);
}

OwnDescriptor::OwnDescriptor(const char *path, int flags)
{
    const int opened = open(path, flags | O_CLOEXEC);
    if (opened < 0)
        return;
    *this = OwnDescriptor(opened);
    close(opened);
}

OwnDescriptor::OwnDescriptor(OwnDescriptor &&other) noexcept
    : m_number(std::exchange(other.m_number, -1))
{
}

OwnDescriptor &OwnDescriptor::operator=(OwnDescriptor &&other) noexcept
{
    std::swap(m_number, other.m_number);
    return *this;
}

OwnDescriptor::~OwnDescriptor()
{
    if (isIntact())
        close(m_number);
}

bool OwnDescriptor::isIntact() const
{
    return m_number >= 0 && fcntl(m_number, F_GETSIG) == SIGRTMIN;
}

} // namespace poolscope::worker
