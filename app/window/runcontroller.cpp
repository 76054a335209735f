// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/runcontroller.h"

#include "pool/taskcheck.h"
#include "window/background.h"

namespace poolscope {

/// What another thread makes of a spec.
struct RunController::Opening {
    RunSpec spec;
    Result<Run::Opened> result = failure(std::string());
};

RunController::RunController(QObject *parent)
    : QObject(parent)
{
}

RunController::~RunController() = default;

Moment RunController::moment() const
{
    if (!m_run)
        return {};
    return {m_run->now(), m_run->isFinished() ? TimeView::Run::Ended : TimeView::Run::GoesOn};
}

void RunController::start(const RunSpec &spec)
{
    if (isActive())
        return;
    m_opening = std::make_shared<Opening>();
    m_opening->spec = spec;
    m_wantedWorkers = 0;
    setState(State::Opening);
    inBackground(
        this,
        [opening = m_opening] {
            opening->result = checkTask(opening->spec.task).and_then([&] {
                return Run::open(opening->spec, {OutcomeStore::Keep::All, false});
            });
        },
        [this, opening = m_opening] { opened(opening); });
}

void RunController::opened(const std::shared_ptr<Opening> &opening)
{
    if (opening != m_opening)
        return; // it was stopped meanwhile
    m_opening.reset();
    if (!opening->result) {
        setState(m_run ? State::Ended : State::Idle);
        emit failed(QString::fromStdString(opening->result.error().message), {});
        return;
    }
    emit recordGoing();
    m_run = std::make_unique<Run>(std::move(*opening->result));
    connect(m_run.get(), &Run::finished, this, &RunController::ended);
    emit recordCame(&m_run->record());
    m_run->start();
    if (m_wantedWorkers > 0)
        m_run->setWorkerCount(m_wantedWorkers);
    setState(State::Running);
}

void RunController::ended()
{
    setState(State::Ended);
    const PoolEnd &end = m_run->end();
    if (end.how == PoolEnd::How::Failed || end.how == PoolEnd::How::Halted)
        emit failed(QString::fromStdString(end.error), QString::fromStdString(end.detail));
}

void RunController::tryAgain(const std::vector<std::uint64_t> &indices)
{
    if (m_state == State::Running || m_state == State::Paused)
        m_run->tryAgain(indices);
}

void RunController::pause()
{
    if (m_state != State::Running)
        return;
    m_run->pause();
    setState(State::Paused);
}

void RunController::resume()
{
    if (m_state != State::Paused)
        return;
    m_run->resume();
    setState(State::Running);
}

void RunController::stop()
{
    if (m_state == State::Opening) {
        m_opening.reset();
        setState(m_run ? State::Ended : State::Idle);
        return;
    }
    if (m_state != State::Running && m_state != State::Paused)
        return;
    m_run->cancel();
    setState(State::Stopping);
}

void RunController::setWorkerCount(std::uint32_t count)
{
    if (m_state == State::Running || m_state == State::Paused)
        m_run->setWorkerCount(count);
    else if (m_state == State::Opening)
        m_wantedWorkers = count;
}

void RunController::setState(State state)
{
    if (state == m_state)
        return;
    m_state = state;
    emit stateChanged();
}

} // namespace poolscope
