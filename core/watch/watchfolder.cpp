// SPDX-License-Identifier: GPL-3.0-or-later
#include "watch/watchfolder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sys/statvfs.h>
#include <unistd.h>

namespace poolscope::watch {

namespace {

constexpr std::uint64_t enoughRoom = 32U << 20; // bytes, in shared memory
constexpr std::size_t mostRings = 20'000;
constexpr std::uint64_t betweenChecks = 500'000'000; // ns, for threads that have ended
constexpr std::uint64_t keptAfterEnd = 2'000'000'000; // ns

bool hasRoom(const char *folder)
{
    struct statvfs status { };
    return ::statvfs(folder, &status) == 0 && status.f_bavail * status.f_frsize >= enoughRoom;
}

} // namespace

Result<std::unique_ptr<WatchFolder>> WatchFolder::make()
{
    std::error_code error;
    const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
    for (const std::filesystem::path &parent : {std::filesystem::path("/dev/shm"), temporary}) {
        if (parent != temporary && !hasRoom(parent.c_str()))
            continue;
        std::string path = (parent / "poolscope-watch-XXXXXX").string();
        if (::mkdtemp(path.data()))
            return std::unique_ptr<WatchFolder>(new WatchFolder(path));
    }
    return failure("cannot make a folder in " + temporary.string() + ": " + std::strerror(errno));
}

WatchFolder::WatchFolder(std::string path)
    : m_path(std::move(path))
{
}

WatchFolder::~WatchFolder()
{
    std::error_code isGone;
    std::filesystem::remove_all(m_path, isGone);
}

void WatchFolder::findRings()
{
    std::error_code error;
    std::uint64_t interpreters = 0;
    for (std::filesystem::directory_iterator entry(m_path, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        interpreters += name.ends_with(".python") ? 1 : 0;
        if (!name.ends_with(".ring") || m_rings.size() >= mostRings || !m_known.insert(name).second)
            continue;
        if (auto ring = Ring::open(entry->path().string()))
            m_rings.push_back(std::move(*ring));
        else
            ++m_damaged;
    }
    m_interpreters = interpreters;
    std::stable_sort(m_rings.begin(), m_rings.end(),
        [](const auto &a, const auto &b) { return a->made() < b->made(); });
}

/// Calls look() of all rings before read() of any, from the newest ring to the oldest. So calls are
/// known before the chunks of workers, and the records of a worker are complete if another one has
/// replaced it.
void WatchFolder::read(WatchedPools &pools)
{
    findRings();
    std::for_each(m_rings.rbegin(), m_rings.rend(), [](const auto &ring) { ring->look(); });
    for (const auto &ring : m_rings) {
        const auto read = ring->read(
            [&](RecordKind kind, RecordWords &words) { pools.take(*ring, kind, words); });
        m_damaged += read ? 0 : 1;
        pools.takeOpenJobs(*ring);
    }
    pools.report(m_rings);
    removeEnded(pools);
}

/// Removes the rings of threads that ended a while ago. All their records were read.
void WatchFolder::removeEnded(WatchedPools &pools)
{
    const std::uint64_t now = RunClock::monotonic();
    if (now - m_lookedForEnded < betweenChecks)
        return;
    m_lookedForEnded = now;
    std::erase_if(m_rings, [&](const std::unique_ptr<Ring> &ring) {
        const std::string thread =
            "/proc/" + std::to_string(ring->pid()) + "/task/" + std::to_string(ring->thread());
        if (::access(thread.c_str(), F_OK) == 0)
            return false;
        const std::uint64_t ended = m_ended.emplace(ring.get(), now).first->second;
        if (now - ended < keptAfterEnd)
            return false;
        m_ended.erase(ring.get());
        m_hooksTook += ring->cost();
        pools.release(*ring);
        ring->remove();
        return true;
    });
}

std::uint64_t WatchFolder::hooksTook() const
{
    std::uint64_t sum = m_hooksTook;
    for (const auto &ring : m_rings)
        sum += ring->cost();
    return sum;
}

} // namespace poolscope::watch
