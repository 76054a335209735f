// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/inputfeed.h"

#include <algorithm>

namespace poolscope {

std::uint64_t largestChunkOf(const InputSource &source)
{
    constexpr std::uint64_t bytes = 256 * 1024;
    return std::max<std::uint64_t>(bytes / source.meanEncodedSize(), 1);
}

InputFeed::InputFeed(InputSource &source, Scheduler &scheduler)
    : m_source(source)
    , m_input(*source.growing())
    , m_scheduler(scheduler)
    , m_notifier(m_input.descriptor(), QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &InputFeed::take);
}

void InputFeed::stop()
{
    m_notifier.setEnabled(false);
    m_waitsForRoom = false;
}

void InputFeed::take()
{
    if (const auto taken = m_input.take(); !taken) {
        stop();
        emit failed(taken.error().message);
        return;
    }
    const bool isComplete = m_input.isComplete();
    m_scheduler.inputsArrived(
        m_source.size(), isComplete ? Scheduler::Inputs::Complete : Scheduler::Inputs::Growing);
    m_scheduler.setLargestChunk(largestChunkOf(m_source));
    if (isComplete) {
        stop();
    } else if (m_input.isFull()) {
        m_notifier.setEnabled(false);
        m_waitsForRoom = true;
        m_lookAgainAt = 0;
        makeRoom();
    }
    emit grew();
}

void InputFeed::makeRoom()
{
    if (!m_waitsForRoom || m_scheduler.settledCount() < m_lookAgainAt)
        return;
    removeSettled();
    if (m_input.isFull()) {
        const std::uint64_t settled = m_scheduler.settledCount();
        const std::uint64_t unsettled = m_scheduler.inputCount() - settled;
        m_lookAgainAt = settled + std::max<std::uint64_t>(unsettled / 16, 1);
        return;
    }
    m_waitsForRoom = false;
    m_notifier.setEnabled(true);
}

void InputFeed::removeSettled()
{
    const std::vector<IndexRange> needed = m_scheduler.unsettled();
    m_input.removeUnless([&](IndexRange indices) {
        const auto next = std::partition_point(needed.begin(), needed.end(),
            [&](const IndexRange &range) { return range.end() <= indices.first; });
        return next != needed.end() && next->first < indices.end();
    });
}

} // namespace poolscope
