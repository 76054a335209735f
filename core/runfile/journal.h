// SPDX-License-Identifier: GPL-3.0-or-later
// Journal: writes the record of a run to its run file during the run, on a thread of its own.
//
// Receives snapshots of the record, and writes what is new from the record's logs, a transaction at
// a time. If that fails (on a full disk, for example), nothing is lost: the journal reports it, and
// tries again every half second until it succeeds or abandon() is called. If the file is lost, the
// journal reports that once, writes nothing more, and calls `written` as before, so that the run
// continues.
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
    /// Called on the journal's thread.
    struct Callbacks {
        /// The file has the timeline up to `reached`, and writtenBelow() may have changed.
        std::function<void(const RecordPositions &reached)> written;
        std::function<void(const std::string &why)> stuck;
        std::function<void()> unstuck;
        std::function<void(const std::string &why)> lost; ///< at most once. See RunFile::isLost()
        std::function<void()> closed; ///< after finish() or abandon()
    };

    /// The record outlives the journal. `written` is the part of it that the file contains.
    Journal(std::unique_ptr<RunFile> file, const RunRecord &record, RecordPositions written,
        Callbacks callbacks);
    /// Calls abandon(), and waits until the file is closed.
    ~Journal();

    /// Writes the record up to this snapshot. Returns at once. Any thread, in the order of the
    /// snapshots.
    void note(RecordSnapshot snapshot);
    /// Writes the record up to the last snapshot, and closes the file. Returns at once.
    void finish(RecordSnapshot snapshot);
    /// Closes the file without what cannot be written now. Returns at once.
    void abandon();
    /// Waits until the file is closed, at most for `patience`. Returns whether it is closed.
    bool waitUntilClosed(std::chrono::milliseconds patience);

    /// All outcomes below this index are in the file.
    std::uint64_t writtenBelow() const { return m_writtenBelow; }
    const std::string &path() const { return m_path; }
    /// Whether the whole record is in the file. Valid once the file is closed.
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

    std::unique_ptr<RunFile> m_file; ///< null if it is lost or closed
    std::string m_path;
    RecordWriter m_writer;
    Callbacks m_callbacks;
    Result<void> m_loss; ///< why the file is lost
    std::atomic<std::uint64_t> m_writtenBelow = 0;

    mutable std::mutex m_mutex; ///< guards the members below
    std::condition_variable m_changed;
    std::vector<RecordSnapshot> m_waiting;
    bool m_finishing = false; ///< the last snapshot was received
    bool m_givesUp = false;
    bool m_closed = false;
    Result<void> m_result;

    std::thread m_thread;
};

} // namespace poolscope
