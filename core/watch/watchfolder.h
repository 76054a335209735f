// SPDX-License-Identifier: GPL-3.0-or-later
// WatchFolder: the private folder into which the hooks of a watched command write, and the rings in
// it.
//
// The folder is in shared memory, or in the folder of temporary files if shared memory has little
// room. It is removed with this object, while processes may still use rings that they have mapped.
// One thread.
#pragma once

#include "result.h"
#include "watch/ring.h"
#include "watch/watchedpools.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace poolscope::watch {

class WatchFolder {
public:
    static Result<std::unique_ptr<WatchFolder>> make();
    ~WatchFolder();
    WatchFolder(const WatchFolder &) = delete;
    WatchFolder &operator=(const WatchFolder &) = delete;

    const std::string &path() const { return m_path; }

    /// Reads records that were written since the last call, and passes them to `pools`.
    void read(WatchedPools &pools);

    /// The number of Pythons that loaded the hooks, as of the last read().
    std::uint64_t interpreters() const { return m_interpreters; }
    /// The number of rings that were malformed, or could not be read.
    std::uint64_t damaged() const { return m_damaged; }
    /// Nanoseconds that the hooks took in all processes, as they estimate it.
    std::uint64_t hooksTook() const;
    const std::vector<std::unique_ptr<Ring>> &rings() const { return m_rings; }

private:
    explicit WatchFolder(std::string path);
    void findRings();
    void removeEnded(WatchedPools &pools);

    std::string m_path;
    std::unordered_set<std::string> m_known; ///< names of rings
    std::vector<std::unique_ptr<Ring>> m_rings;
    std::map<const Ring *, std::uint64_t> m_ended; ///< rings of ended threads, and since when
    std::uint64_t m_lookedForEnded = 0;
    std::uint64_t m_hooksTook = 0; ///< of rings that were removed
    std::uint64_t m_interpreters = 0;
    std::uint64_t m_damaged = 0;
};

} // namespace poolscope::watch
