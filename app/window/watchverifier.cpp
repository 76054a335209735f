// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/watchverifier.h"

#include "analysis/verdict.h"

namespace poolscope {

void WatchVerifier::start(const Request &request)
{
    if (isActive())
        return;
    if (!compares(request))
        m_verification = {request.changes, request.expected, request.recorded, {}, {}};
    m_request = request;
    m_unchanged.reset();
    startRun();
}

bool WatchVerifier::compares(const Request &request) const
{
    return m_request.present.words == request.present.words
        && m_request.present.folder == request.present.folder
        && m_request.present.changes == request.present.changes
        && m_request.changes == request.changes && m_request.number == request.number
        && m_request.recorded == request.recorded;
}

void WatchVerifier::startRun()
{
    WatchRequest request = m_request.present;
    request.recordsInputs = false; // it takes time, which would be measured
    if (m_unchanged)
        request.changes = withChanges(std::move(request.changes), m_request.changes);
    auto started = WatchController::start(request);
    if (!started) {
        finish(QString::fromStdString(started.error().message));
        return;
    }
    m_running = std::move(*started);
    // Not from within the controller, which is deleted.
    connect(m_running.get(), &WatchController::ended, this, &WatchVerifier::runEnded,
        Qt::QueuedConnection);
    emit activityChanged();
}

void WatchVerifier::runEnded()
{
    if (!m_running) // it was stopped
        return;
    const auto rate = rateOfCall();
    const QString end = m_running->endText();
    m_running.reset();
    if (!rate) {
        finish(tr("The command (%1) did not complete the call that is to be compared").arg(end));
    } else if (!m_unchanged) {
        m_unchanged = rate;
        startRun();
    } else {
        m_verification.unchanged.push_back(*m_unchanged);
        m_verification.changed.push_back(*rate);
        finish();
    }
}

void WatchVerifier::stop()
{
    if (!isActive())
        return;
    m_running.reset(); // kills the command
    emit activityChanged();
}

void WatchVerifier::finish(const QString &why)
{
    emit activityChanged();
    if (why.isEmpty())
        emit verified(m_verification);
    else
        emit failed(why);
}

/// The throughput of the call in the run that has ended.
std::optional<double> WatchVerifier::rateOfCall() const
{
    std::size_t number = 0;
    for (const EndedRun &run : m_running->endedRuns()) {
        const bool isFromLine =
            areFromOneLine(std::get<WatchedCall>(run.record->origin), m_request.call);
        if (!isFromLine || number++ != m_request.number)
            continue;
        const Analysis analysis = analyse(*run.record, run.record->machine.cores);
        const auto *found = std::get_if<evidence::OfCall>(&analysis.verdict.evidence);
        return found && found->call.rate() > 0 ? std::optional(found->call.rate()) : std::nullopt;
    }
    return std::nullopt;
}

QString WatchVerifier::progressText() const
{
    if (!isActive())
        return {};
    return m_unchanged ? tr("Verifying: run 2 of 2, with the change")
                       : tr("Verifying: run 1 of 2, unchanged");
}

} // namespace poolscope
