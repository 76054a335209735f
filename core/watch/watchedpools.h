// SPDX-License-Identifier: GPL-3.0-or-later
// WatchedPools: joins the records of all rings of a watched command into its calls.
//
// A call is one map(), imap(), starmap() or Parallel(), or all apply_async() or submit() calls of
// one pool from one line. Records of parent and workers on the same chunk are joined by (pool, job,
// index). Rings may be read in any order: a chunk is reported when its call is known. The memory is
// bounded, whatever the rings contain. One thread.
#pragma once

#include "watch/callreporter.h"
#include "watch/records.h"
#include "watch/ring.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace poolscope::watch {

/// Receives the calls of a watched command.
class WatchListener {
public:
    virtual ~WatchListener() = default;
    /// Receives a call that has begun. Returns the sink of its events, which outlives the
    /// WatchedPools, or null if the call cannot be recorded.
    virtual EventSink *callBegan(const WatchedCall &call) = 0;
    /// Receives a line that the user should read at once: why a pool will wait for ever.
    virtual void warned(const std::string &line) = 0;
};

class WatchedPools {
public:
    static constexpr std::size_t mostCalls = 1000; ///< that are recorded whole

    /// `command` and `folder` are those of each WatchedCall. `begin` is the start of the command,
    /// of CLOCK_MONOTONIC. The listener outlives this.
    WatchedPools(WatchListener &listener, std::vector<std::string> command, std::string folder,
        std::uint64_t begin);

    /// Takes a record of a ring, which outlives this. Records of calls have their effect at once,
    /// others with the next report().
    void take(const Ring &ring, RecordKind kind, RecordWords &words);
    /// Takes jobs of the ring's header. To be called after its records were taken.
    void takeOpenJobs(const Ring &ring);
    /// Reports the records that were taken since the last call, in the order of time. `rings` are
    /// all rings, as of their last look.
    void report(const std::vector<std::unique_ptr<Ring>> &rings);
    /// Reads the cost of processes, and finds processes that have ended.
    void checkProcesses(const std::vector<std::unique_ptr<Ring>> &rings);
    /// Ends all calls. Nothing may be taken afterwards.
    void end();
    /// Removes the data of the ring, from which nothing is taken any more.
    void release(const Ring &ring);

    /// In the order of start. More may be added by take().
    const std::vector<std::unique_ptr<CallReporter>> &calls() const { return m_calls; }
    /// Calls that are only counted: those after the first `mostCalls`, and any that could not be
    /// recorded.
    std::uint64_t callsLeftOut() const { return m_callsLeftOut; }
    /// Parts of the program that the hooks do not record, and why.
    const std::vector<std::string> &notes() const { return m_notes; }
    /// The number of processes that the command made without a pool.
    std::uint64_t processesByHand() const { return m_processesByHand; }

private:
    struct WorkerKey {
        std::uint32_t pid = 0;
        std::uint32_t thread = 0; ///< 0 for a process
        auto operator<=>(const WorkerKey &) const = default;
    };
    struct Slot {
        WorkerKey key;
        PoolWorker worker;
        bool isTaken = false;
        std::uint64_t starts = 0; ///< start of its process, as in ProcessEntry
        bool isSeenDead = false; ///< whether its process was found to have ended
    };
    struct Pool {
        PoolMade made{};
        std::uint32_t parent = 0;
        std::string startMethod, name, file;
        std::vector<Slot> lanes;
        std::vector<CallReporter *> calls;
        bool hasEnded = false;
        bool isOfThreads() const;
    };
    struct Job {
        CallReporter *call = nullptr; ///< null if the call is left out
        std::uint64_t first = 0; ///< input of its chunk 0
        std::uint64_t chunk = 1;
        bool isSubmitted = false; ///< whether the job is one chunk
    };
    struct Call {
        CallReporter *call = nullptr;
        std::uint64_t pool = 0;
        std::uint64_t submitted = 0; ///< inputs
    };
    using JobKey = std::pair<std::uint64_t, std::uint64_t>; ///< pool, job
    struct JobHash {
        std::size_t operator()(const JobKey &key) const
        {
            return key.first * 0x9e3779b97f4a7c15ULL ^ key.second * 0xff51afd7ed558ccdULL;
        }
    };
    struct Pending {
        std::uint64_t pool = 0;
        WorkerKey worker;
        EndedChunk ended;
        std::optional<LostChunks> lost;
        std::uint64_t time() const { return lost ? lost->ended : ended.chunk.ended; }
    };
    /// A worker that died while it ran a chunk.
    struct Death {
        std::uint64_t pool = 0;
        std::size_t slot = 0;
        std::uint32_t pid = 0;
        OpenChunk open;
        std::uint64_t seen = 0; ///< of CLOCK_MONOTONIC
    };
    /// A record that waits for report(), and for its pool to be known.
    struct Deferred {
        const Ring *ring = nullptr;
        RecordKind kind = RecordKind::Padding;
        std::vector<std::uint64_t> words;
        bool isSampled = false;
    };
    /// A range of jobs whose call is not known yet.
    struct LateRange {
        const Ring *ring = nullptr;
        SubmittedRange range{};
    };
    /// The last range of jobs of a ring, of which some may have been taken.
    struct LastRange {
        std::uint64_t call = none;
        std::uint64_t firstJob = 0;
        std::uint64_t taken = 0;
    };
    /// Parts of a ring's chunk whose record was not taken yet.
    struct Unfinished {
        std::vector<ChunkSpan> spans;
        std::vector<FailedInput> failures;
        std::vector<InputText> texts;
    };

    void takeDeferred(const std::vector<std::unique_ptr<Ring>> &rings);
    void takeOfPool(const Ring &ring, RecordKind kind, RecordWords &words);
    bool isReplacement(const Pool &pool, WorkerKey key) const;
    void takePool(const Ring &ring, RecordWords &words);
    void takeCall(const Ring &ring, RecordWords &words);
    void takeRange(const Ring &ring, const SubmittedRange &range);
    void takePut(RecordWords &words);
    void takeGot(RecordWords &words);
    void takeWorker(const Ring &ring, RecordWords &words);
    void takeChunk(const Ring &ring, const Chunk &chunk, bool isTimed);
    void takeFailure(const Ring &ring, RecordWords &words);
    void takeInput(const Ring &ring, RecordWords &words);
    void takeMessage(RecordWords &words);
    void takeProcessEnded(const ProcessEnded &ended);
    void takePoolEnded(const PoolEnded &ended);

    Call *callOf(const Ring &ring, std::uint64_t number);
    Job *jobOf(std::uint64_t pool, std::uint64_t job);
    WorkerKey keyOf(const Pool &pool, const Ring &ring) const;
    std::size_t slotOf(Pool &pool, WorkerKey key);
    void reportChunks();
    bool reportPending(Pending &pending);
    void reportOpen(const Ring &ring, std::uint64_t now);
    void endCompleteCalls();
    void takeReturned(const Ring &ring);
    /// Whether all records of a process that has ended have been read.
    enum class Records { MayBeUnread, AreRead };
    void checkWorkers(std::uint64_t number, Pool &pool,
        const std::vector<std::unique_ptr<Ring>> &rings, Records records);
    void checkSlot(Pool &pool, std::size_t slot);
    void slotEnded(std::uint64_t pool, std::size_t slot, std::uint64_t time, WorkerState how);
    void reportDeaths(std::uint64_t now);
    void reportDeath(const Death &death);
    std::string howEnded(std::uint32_t pid) const;

    WatchListener &m_listener;
    std::vector<std::string> m_command;
    std::string m_folder;
    std::uint64_t m_begin;
    std::map<std::uint64_t, Pool> m_pools;
    std::map<std::pair<std::uint32_t, std::uint64_t>, Call> m_callsByNumber; ///< pid, call
    std::unordered_map<JobKey, Job, JobHash> m_jobs;
    std::unordered_map<std::uint64_t, std::uint64_t> m_sent; ///< by hash of (pool, job, index)
    std::vector<std::unique_ptr<CallReporter>> m_calls;
    std::uint64_t m_callsLeftOut = 0;
    std::map<const Ring *, Unfinished> m_unfinished;
    std::map<const Ring *, LastRange> m_lastRanges;
    std::vector<LateRange> m_lateRanges;
    std::vector<Deferred> m_deferred;
    std::vector<Pending> m_pending;
    std::vector<Death> m_deaths;
    std::map<std::uint32_t, std::int64_t> m_statuses; ///< by pid. Negative for a signal
    std::vector<std::string> m_notes;
    std::uint64_t m_processesByHand = 0;
};

} // namespace poolscope::watch
