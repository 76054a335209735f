// SPDX-License-Identifier: GPL-3.0-or-later
// WatchSession: a watched command, and the record of each of its calls.
//
// The caller starts the command with environment(), calls update() every few hundredths of a
// second, and finish() when the command has ended. The records may be read at any time by any
// thread, as those of a run; the list of calls by the caller's thread.
#pragma once

#include "record/recorder.h"
#include "record/runrecord.h"
#include "result.h"
#include "runfile/sessionfile.h"
#include "watch/watchedpools.h"
#include "watch/watchfolder.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace poolscope {

/// A call of a watched command, as a run.
struct WatchedRun {
    RunRecord record;
    std::unique_ptr<Recorder> recorder;
    bool isComplete = false; ///< each input has an outcome
    bool hasEnded = false; ///< nothing more is reported; its origin has what was measured
};

class WatchSession : private watch::WatchListener {
public:
    /// Makes the folder into which the hooks write. `folder` is where the command starts. `warned`
    /// is called with lines that the user should read at once.
    static Result<std::unique_ptr<WatchSession>> make(std::vector<std::string> command,
        std::string folder, std::vector<std::string> changes,
        std::function<void(const std::string &)> warned);
    ~WatchSession() override = default;

    /// Variables for the command.
    std::vector<std::pair<std::string, std::string>> environment() const;

    /// Reads what the command did since the last call.
    void update();
    /// Reads the rest, and ends all runs.
    void finish();

    /// In the order of start.
    const std::vector<std::unique_ptr<WatchedRun>> &runs() const { return m_runs; }
    const watch::WatchedPools &pools() const { return m_pools; }
    const watch::WatchFolder &folder() const { return *m_folder; }

    /// The runs for writeSession(). Call it once, after finish().
    std::vector<EndedRun> endedRuns();

private:
    WatchSession(std::vector<std::string> command, std::string startFolder,
        std::vector<std::string> changes, std::string hooks,
        std::unique_ptr<watch::WatchFolder> folder,
        std::function<void(const std::string &)> warned);
    EventSink *callBegan(const WatchedCall &call) override;
    void warned(const std::string &line) override;
    void copyFacts();

    std::vector<std::string> m_command;
    std::vector<std::string> m_changes; ///< "chunksize=64@post.py:9"
    std::string m_hooks; ///< folder of the hooks
    std::unique_ptr<watch::WatchFolder> m_folder;
    std::function<void(const std::string &)> m_warned;
    std::vector<std::unique_ptr<WatchedRun>> m_runs;
    watch::WatchedPools m_pools; ///< reports into the runs
    std::uint64_t m_lookedAt = 0; ///< at processes
    bool m_hasWarned = false; ///< that calls cannot be recorded
};

} // namespace poolscope
