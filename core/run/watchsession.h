// SPDX-License-Identifier: GPL-3.0-or-later
// WatchSession: a watched command, and the record of each of its calls.
//
// The caller starts the command with environment(), calls update() every few hundredths of a
// second, and finish() when the command has ended. Any thread may read the records at any time.
// Only the caller's thread may read the list of runs.
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
    bool isComplete = false; ///< whether each input has an outcome
    bool hasEnded = false; ///< nothing more is reported, and the origin has all measurements
};

/// A command to watch.
struct CommandToWatch {
    std::vector<std::string> words; ///< the program, and its arguments
    std::string folder; ///< in which the command starts
    std::vector<std::string> changes = {}; ///< "chunksize=64@post.py:9"
    bool recordsInputs = false; ///< whether the texts of failed and slow inputs are recorded
};

class WatchSession : private watch::WatchListener {
public:
    /// Creates the folder into which the hooks write. `warned` is called with lines that the user
    /// should read at once.
    static Result<std::unique_ptr<WatchSession>> make(
        CommandToWatch command, std::function<void(const std::string &)> warned);
    ~WatchSession() override = default;

    /// Variables to be added to the command's environment.
    std::vector<std::pair<std::string, std::string>> environment() const;

    /// Reads what the command did since the last call.
    void update();
    /// Reads what the command did until its end, and ends all runs. To be called once.
    void finish();

    /// The runs in the order in which they started.
    const std::vector<std::unique_ptr<WatchedRun>> &runs() const { return m_runs; }
    const watch::WatchedPools &pools() const { return m_pools; }
    const watch::WatchFolder &folder() const { return *m_folder; }

    /// Returns the runs for writeSession(). To be called once, after finish().
    std::vector<EndedRun> endedRuns();

private:
    WatchSession(CommandToWatch command, std::string hooks,
        std::unique_ptr<watch::WatchFolder> folder,
        std::function<void(const std::string &)> warned);
    EventSink *callBegan(const WatchedCall &call) override;
    void warned(const std::string &line) override;
    void copyFacts();

    CommandToWatch m_command;
    std::string m_hooks; ///< folder of the hooks
    std::unique_ptr<watch::WatchFolder> m_folder;
    std::function<void(const std::string &)> m_warned;
    std::vector<std::unique_ptr<WatchedRun>> m_runs;
    watch::WatchedPools m_pools; ///< sends events to the recorders of the runs
    std::uint64_t m_checkedAt = 0; ///< when processes were last checked
    bool m_hasWarned = false; ///< that calls cannot be recorded
};

} // namespace poolscope
