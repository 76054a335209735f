// SPDX-License-Identifier: GPL-3.0-or-later
#include "runfile/journal.h"

#include <pthread.h>
#include <utility>

namespace poolscope {

namespace {

constexpr std::chrono::milliseconds retryInterval(500);
constexpr std::uint64_t snapshotOutcomes = 1U << 20; // more are not merged with the next snapshot
constexpr std::uint64_t groupOutcomes = 1U << 25; // in one transaction, or a few more

std::uint64_t outcomesIn(const RecordSnapshot &snapshot)
{
    return countOf(snapshot.settled);
}

Error withoutFile(const Error &error)
{
    return {error.message + "; the run can no longer be kept"};
}

} // namespace

Journal::Journal(std::unique_ptr<RunFile> file, const RunRecord &record, RecordPositions written,
    Callbacks callbacks)
    : m_file(std::move(file))
    , m_path(m_file->path())
    , m_writer(*m_file, record, std::move(written))
    , m_callbacks(std::move(callbacks))
    , m_thread([this] { work(); })
{
    pthread_setname_np(m_thread.native_handle(), "journal");
}

Journal::~Journal()
{
    abandon();
    m_thread.join();
}

void Journal::note(RecordSnapshot snapshot)
{
    const std::lock_guard lock(m_mutex);
    if (m_waiting.empty() || outcomesIn(m_waiting.back()) >= snapshotOutcomes) {
        m_waiting.push_back(std::move(snapshot));
    } else {
        RecordSnapshot &last = m_waiting.back();
        snapshot.settled.insert(snapshot.settled.begin(), last.settled.begin(), last.settled.end());
        last = std::move(snapshot);
    }
    m_changed.notify_all();
}

void Journal::finish(RecordSnapshot snapshot)
{
    note(std::move(snapshot));
    const std::lock_guard lock(m_mutex);
    m_finishing = true;
    m_changed.notify_all();
}

void Journal::abandon()
{
    const std::lock_guard lock(m_mutex);
    m_givesUp = true;
    m_changed.notify_all();
}

bool Journal::waitUntilClosed(std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, patience, [this] { return m_closed; });
}

Result<void> Journal::result() const
{
    const std::lock_guard lock(m_mutex);
    return m_result;
}

void Journal::work()
{
    constexpr std::chrono::milliseconds turnOfOthers{3}; // for readers of the file
    while (true) {
        if (isAnyWaiting())
            std::this_thread::sleep_for(turnOfOthers);
        const std::vector<RecordSnapshot> group = takeGroup();
        if (group.empty()) {
            close(finished());
            return;
        }
        if (m_file && !writePatiently(group))
            return;
        if (!m_file)
            m_writer.skip(group.back().reached);
        m_writtenBelow = group.back().settledBelow;
        m_callbacks.written(m_writer.written());
    }
}

/// Closes the file after the last transaction. Fails if a part of the record is not in it.
Result<void> Journal::finished()
{
    if (!m_loss)
        return m_loss;
    if (!isComplete())
        return failure(m_path + " was left incomplete");
    return m_file->close().map_error([this](const Error &error) {
        lose(error);
        return m_loss.error();
    });
}

void Journal::lose(const Error &error)
{
    m_file.reset();
    m_loss = tl::unexpected(withoutFile(error));
    m_callbacks.lost(m_loss.error().message);
}

/// Whether the last snapshot was received. It is in the file if no work is left.
bool Journal::isComplete() const
{
    const std::lock_guard lock(m_mutex);
    return m_finishing;
}

bool Journal::isAnyWaiting() const
{
    const std::lock_guard lock(m_mutex);
    return !m_waiting.empty();
}

/// Waits for snapshots, and returns the next ones to be written. Empty if there will be no more.
std::vector<RecordSnapshot> Journal::takeGroup()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return !m_waiting.empty() || m_finishing || m_givesUp; });
    auto end = m_waiting.begin();
    for (std::uint64_t count = 0; end != m_waiting.end() && count < groupOutcomes; ++end)
        count += outcomesIn(*end);
    std::vector<RecordSnapshot> group(
        std::make_move_iterator(m_waiting.begin()), std::make_move_iterator(end));
    m_waiting.erase(m_waiting.begin(), end);
    return group;
}

/// Writes snapshots, with retries. Returns false, after closing the file, if abandon() was called.
bool Journal::writePatiently(const std::vector<RecordSnapshot> &group)
{
    bool stuck = false;
    while (true) {
        const auto written = m_writer.write(group);
        if (written)
            break;
        m_file->rollback();
        if (m_file->isLost()) {
            lose(written.error());
            break;
        }
        if (!std::exchange(stuck, true))
            m_callbacks.stuck(written.error().message);
        std::unique_lock lock(m_mutex);
        if (m_changed.wait_for(lock, retryInterval, [this] { return m_givesUp; })) {
            lock.unlock();
            close(written);
            return false;
        }
    }
    if (stuck)
        m_callbacks.unstuck();
    return true;
}

void Journal::close(Result<void> result)
{
    m_file.reset();
    {
        const std::lock_guard lock(m_mutex);
        m_result = std::move(result);
        m_closed = true;
        m_changed.notify_all();
    }
    m_callbacks.closed();
}

} // namespace poolscope
