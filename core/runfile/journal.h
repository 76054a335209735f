// SPDX-License-Identifier: GPL-3.0-or-later
// Journal: keeps a run file up with a run, on a thread of its own.
//
// It is told now and then how far the record reaches, and writes what is new from the record's own
// logs, a transaction at a time. Where that fails (a full disk, say) it loses nothing: it tells so,
// and tries again every half second until it works or it is told to give up. Where the file is lost
// it tells so once, writes no more, and lets the run go on as if it did.
#pragma once

#include "runfile/recordwriter.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace poolscope {

class Journal {
public:
    /// What it tells, on its own thread.
    struct Callbacks {
        /// The file has the timeline up to there, and writtenBelow() may have moved.
        std::function<void(const RecordPositions &reached)> written;
        std::function<void(const std::string &why)> stuck;
        std::function<void()> unstuck;
        std::function<void(const std::string &why)> lost; ///< once: see RunFile::isLost()
        std::function<void()> closed; ///< after finish() or abandon(): the file is let go of
    };

    /// The record outlives it; the file has what `written` tells of it.
    Journal(std::unique_ptr<RunFile> file, const RunRecord &record, RecordPositions written,
        Callbacks callbacks);
    /// Writes no more.
    ~Journal();

    /// Any thread, in the order of the snapshots; returns at once.
    void note(RecordSnapshot snapshot);
    /// The same for the last one.
    void finish(RecordSnapshot snapshot);
    /// Leaves out what cannot be written now.
    void abandon();
    /// Waits until the file is let go of, but no longer than that.
    bool waitUntilClosed(std::chrono::milliseconds patience);

    /// All outcomes below this index are in the file.
    std::uint64_t writtenBelow() const { return m_writtenBelow; }
    const std::string &path() const { return m_path; }
    /// Once closed: whether all is in the file.
    Result<void> result() const;

private:
    void work();
    bool isAnyWaiting() const;
    std::vector<RecordSnapshot> takeGroup();
    bool writePatiently(const std::vector<RecordSnapshot> &group);
    void lose(const Error &error);
    Result<void> finished();
    bool isComplete() const;
    void close(Result<void> result);

    std::unique_ptr<RunFile> m_file; ///< null: it is lost, or closed
    std::string m_path;
    RecordWriter m_writer;
    Callbacks m_callbacks;
    Result<void> m_loss; ///< why the file is lost
    std::atomic<std::uint64_t> m_writtenBelow = 0;

    mutable std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_changed;
    std::vector<RecordSnapshot> m_waiting;
    bool m_finishing = false; ///< the last snapshot has come
    bool m_givesUp = false;
    bool m_closed = false;
    Result<void> m_result;

    std::thread m_thread;
};

} // namespace poolscope
