// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/runcontroller.h"

#include "pool/taskcheck.h"
#include "run/runopening.h"
#include "runfile/runfilereader.h"
#include "runfile/sessionfile.h"
#include "window/sessiontext.h"

#include <QFile>
#include <algorithm>
#include <utility>
#include <variant>

namespace poolscope {

/// A run that another thread has opened.
struct RunController::Opening {
    struct TaskChanged {
        std::string file;
    };
    struct Loaded {
        LoadedRun run;
        std::vector<RunFileInfo> session; ///< all runs of the file
    };
    using What = std::variant<Run::Opened, Loaded, TaskChanged>;

    QString path;
    bool makesFile = false; ///< whether `path` is a new file
    Result<What> result = failure(std::string());

    Opening() = default;
    Opening(const Opening &) = delete;
    Opening &operator=(const Opening &) = delete;
    /// Removes the new file of a run that is not wanted any more.
    ~Opening()
    {
        const auto *run = result ? std::get_if<Run::Opened>(&*result) : nullptr;
        if (run && run->file && makesFile)
            QFile::remove(path);
    }
};

namespace {

/// Reopens the run of a file, to retry those of the inputs that have failed.
Result<Run::Opened> reopenToTryAgain(const std::string &file, IfTaskChanged ifTaskChanged,
    const std::vector<std::uint64_t> &indices, const StillWanted &wanted)
{
    auto opened = reopenRun(file, {OutcomeStore::Keep::All, false}, ifTaskChanged, wanted);
    if (!opened)
        return opened;
    const std::vector<std::uint64_t> failed = failedInputs(*opened->record);
    for (const std::uint64_t index : indices) {
        if (std::binary_search(failed.begin(), failed.end(), index))
            opened->toRetry.push_back(index);
    }
    return opened;
}

/// Returns the descriptions of all runs in the file of a run.
std::vector<RunFileInfo> sessionOf(const LoadedRun &loaded)
{
    if (loaded.info.runs < 2)
        return {loaded.info};
    const auto reader = RunFileReader::open(loaded.file);
    return reader ? reader->runs() : std::vector{loaded.info};
}

} // namespace

RunController::RunController(QObject *parent)
    : QObject(parent)
{
}

RunController::~RunController()
{
    m_saving.waitForFinished(); // the records must exist until then
}

const RunRecord *RunController::record() const
{
    if (m_watch)
        return m_watch->record();
    if (m_loaded)
        return m_loaded->record.get();
    return m_run ? &m_run->record() : nullptr;
}

Moment RunController::moment() const
{
    if (m_watch)
        return m_watch->moment();
    if (m_loaded)
        return {m_loaded->record->elapsed, TimeView::Run::Ended};
    if (!m_run)
        return {};
    return {m_run->now(), m_run->isFinished() ? TimeView::Run::Ended : TimeView::Run::Running};
}

template <typename Job> void RunController::openInBackground(Job job, const QString &path)
{
    if (isActive())
        return;
    auto opening = std::make_shared<Opening>();
    opening->path = path;
    opening->makesFile = !QFile::exists(path);
    m_wantedWorkers = 0;
    setState(State::Opening);
    m_latest.start(
        this,
        [opening, job = std::move(job)](const StillWanted &wanted) {
            opening->result = job(wanted);
            return opening;
        },
        [this](const std::shared_ptr<Opening> &opened) { show(*opened); });
}

void RunController::start(const RunSpec &spec, const QString &path)
{
    const std::string file = QFile::encodeName(path).toStdString();
    openInBackground(
        [spec, file](const StillWanted &wanted) -> Result<Opening::What> {
            return checkTask(spec.task, wanted)
                .and_then([&] {
                    return Run::open(spec, {OutcomeStore::Keep::All, false});
                })
                .and_then([&](Run::Opened opened) -> Result<Opening::What> {
                    if (file.empty())
                        return opened;
                    return saveRun(opened, file, RunFile::IfExists::Refuse, wanted).map([&] {
                        return Opening::What(std::move(opened));
                    });
                });
        },
        path);
}

void RunController::open(const QString &path)
{
    openRunOf(path, std::nullopt);
}

void RunController::openRunOf(const QString &path, std::optional<std::uint32_t> run)
{
    const std::string file = QFile::encodeName(path).toStdString();
    openInBackground(
        [file, run](const StillWanted &) -> Result<Opening::What> {
            auto loaded = run ? loadRunFile(file, run) : openRun(file);
            if (!loaded)
                return tl::unexpected(loaded.error());
            auto inputs =
                loaded->file.empty() ? nullptr : unchangedInputs(loaded->info.description);
            if (inputs)
                loaded->record->inputs = std::move(inputs);
            auto session = sessionOf(*loaded);
            return Opening::Loaded{std::move(*loaded), std::move(session)};
        },
        path);
}

void RunController::watch(const WatchRequest &request, const QString &path)
{
    if (isActive())
        return;
    auto started = WatchController::start(request);
    if (!started) {
        emit failed(QString::fromStdString(started.error().message), {});
        return;
    }
    emit logChanged(nullptr);
    emit recordAboutToBeRemoved();
    m_run.reset();
    m_loaded.reset();
    m_session.clear();
    m_path.clear();
    m_watch = std::move(*started);
    const WatchController *watch = m_watch.get();
    connect(watch, &WatchController::runWanted, this, &RunController::showWatched);
    connect(watch, &WatchController::runsChanged, this, &RunController::sessionChanged);
    connect(watch, &WatchController::costUpdated, this, &RunController::costUpdated);
    connect(watch, &WatchController::warned, this, &RunController::warned);
    connect(watch, &WatchController::ended, this, [this, path] { watchEnded(path); });
    connect(watch, &WatchController::interruptIgnored, this, [this] {
        setState(State::Watching); // so that the command can be interrupted again
        emit interruptIgnored();
    });
    emit logChanged(log());
    setState(State::Watching);
    emit sessionChanged();
}

void RunController::showWatched(std::size_t run)
{
    emit recordAboutToBeRemoved();
    m_watch->showRun(run);
    emit recordReady(record());
    emit sessionChanged();
    emit stateChanged(); // there is something to export
}

void RunController::watchEnded(const QString &path)
{
    setState(State::Ended);
    if (record())
        emit commandEnded();
    if (path.isEmpty() || m_watch->endedRuns().empty())
        return;
    auto saved = std::make_shared<Result<void>>();
    m_saving.addFuture(inBackground(
        this,
        [saved, file = QFile::encodeName(path).toStdString(), runs = &m_watch->endedRuns()] {
            *saved = writeSession(file, RunFile::IfExists::Refuse, *runs);
        },
        [this, saved, path, watch = m_watch] {
            if (*saved && watch == m_watch)
                m_path = path;
            emit stateChanged();
            if (*saved)
                emit sessionSaved();
            else
                emit failed(QString::fromStdString(saved->error().message), {});
        }));
}

void RunController::killWatched()
{
    if (isWatching())
        m_watch->kill();
}

void RunController::releaseWatched()
{
    if (isWatching())
        m_watch->release();
}

void RunController::resumeFile(const QString &path)
{
    reopen(
        {path, [](const std::string &file, IfTaskChanged ifTaskChanged, const StillWanted &wanted) {
             return reopenRun(file, {OutcomeStore::Keep::All, false}, ifTaskChanged, wanted);
         }});
}

void RunController::reopen(const Reopening &reopening)
{
    if (isActive())
        return;
    m_reopening = reopening;
    openInBackground(
        [file = QFile::encodeName(reopening.path).toStdString(), job = reopening.reopen](
            const StillWanted &wanted) -> Result<Opening::What> {
            return changedTaskFile(file, wanted)
                .and_then([&](const std::string &changed) -> Result<Opening::What> {
                    if (!changed.empty())
                        return Opening::TaskChanged{changed};
                    return job(file, IfTaskChanged::Refuse, wanted);
                });
        },
        reopening.path);
}

void RunController::resumeWithChangedTask()
{
    openInBackground(
        [file = QFile::encodeName(m_reopening.path).toStdString(), job = m_reopening.reopen](
            const StillWanted &wanted) -> Result<Opening::What> {
            return job(file, IfTaskChanged::Accept, wanted);
        },
        m_reopening.path);
}

RunController::State RunController::stateWithoutOpening() const
{
    return record() ? State::Ended : State::Idle;
}

void RunController::show(Opening &opening)
{
    if (!opening.result) {
        setState(stateWithoutOpening());
        emit failed(QString::fromStdString(opening.result.error().message), {});
        return;
    }
    if (const auto *changed = std::get_if<Opening::TaskChanged>(&*opening.result)) {
        setState(stateWithoutOpening());
        emit taskChanged(QFile::decodeName(QByteArray::fromStdString(changed->file)));
        return;
    }
    emit logChanged(nullptr);
    emit recordAboutToBeRemoved();
    m_watch.reset();
    m_path = opening.path;
    if (auto *run = std::get_if<Run::Opened>(&*opening.result)) {
        m_session.clear();
        show(std::move(*run));
    } else {
        auto &loaded = std::get<Opening::Loaded>(*opening.result);
        m_session = std::move(loaded.session);
        show(std::move(loaded.run));
    }
    emit sessionChanged();
}

void RunController::show(Run::Opened run)
{
    m_loaded.reset();
    m_run = std::make_unique<Run>(std::move(run));
    connect(m_run.get(), &Run::finished, this, &RunController::ended);
    emit recordReady(&m_run->record());
    emit logChanged(log());
    m_run->start();
    if (m_wantedWorkers > 0)
        m_run->setWorkerCount(m_wantedWorkers);
    setState(State::Running);
}

void RunController::show(LoadedRun loaded)
{
    m_run.reset();
    m_loaded = std::move(loaded);
    m_opened = m_path;
    if (m_loaded->file.empty())
        m_path.clear();
    emit recordReady(m_loaded->record.get());
    emit logChanged(log());
    setState(State::Ended);
    emit opened(m_loaded->info);
}

void RunController::ended()
{
    if (!m_run->fileLoss().empty())
        m_path.clear(); // the file can be neither resumed nor copied
    setState(State::Ended);
    const PoolEnd &end = m_run->end();
    const QString error = QString::fromStdString(end.error);
    if (end.how == PoolEnd::How::Failed || end.how == PoolEnd::How::WrongValues)
        emit failed(error, QString::fromStdString(end.detail));
    if (end.how == PoolEnd::How::Halted)
        emit failed(tr("Halted: %1").arg(error), {});
    if (const auto kept = m_run->fileResult(); !kept)
        emit failed(QString::fromStdString(kept.error().message), {});
}

bool RunController::hasSession() const
{
    if (m_watch)
        return true;
    return m_loaded && (m_session.size() > 1 || isWatched(record()->origin));
}

std::size_t RunController::runCount() const
{
    return m_watch ? m_watch->runCount() : m_session.size();
}

std::size_t RunController::shownRun() const
{
    if (m_watch)
        return m_watch->shownRun();
    const std::size_t run = m_loaded ? m_loaded->info.run : 1;
    return std::min(run, std::max<std::size_t>(m_session.size(), 1)) - 1;
}

const WatchedCall *RunController::shownCall() const
{
    return record() ? std::get_if<WatchedCall>(&record()->origin) : nullptr;
}

WatchRequest RunController::shownCommand() const
{
    if (m_watch)
        return m_watch->request();
    const WatchedCall *call = shownCall();
    return call ? WatchRequest{call->command, QFile::decodeName(call->folder.c_str())}
                : WatchRequest();
}

std::size_t RunController::numberOfCall() const
{
    const auto callOf = [this](std::size_t run) {
        return m_watch ? &m_watch->call(run)
                       : std::get_if<WatchedCall>(&m_session[run].description.origin);
    };
    const WatchedCall *shown = shownCall();
    std::size_t number = 0;
    for (std::size_t run = 0; shown && run < std::min(shownRun(), runCount()); ++run) {
        const WatchedCall *call = callOf(run);
        number += call && areFromOneLine(*call, *shown);
    }
    return number;
}

Duration RunController::commandElapsed() const
{
    if (m_watch)
        return m_watch->elapsed();
    std::uint64_t end = 0;
    for (const RunFileInfo &run : m_session) {
        if (const auto *call = std::get_if<WatchedCall>(&run.description.origin))
            end = std::max(end, call->begin + run.progress.elapsed);
    }
    return Duration(static_cast<double>(end));
}

QString RunController::runLine(std::size_t run) const
{
    if (m_watch)
        return sessionLine(Origin(m_watch->call(run)), runFigures(run));
    return sessionLine(m_session.at(run).description.origin, runFigures(run));
}

QString RunController::runFigures(std::size_t run) const
{
    return m_watch ? m_watch->runFigures(run) : sessionFigures(m_session.at(run));
}

ListedCall RunController::listedCall(std::size_t run) const
{
    if (m_watch)
        return m_watch->listedCall(run);
    const RunFileInfo &info = m_session.at(run);
    return {std::get_if<WatchedCall>(&info.description.origin), info.inputCount(), false,
        info.progress.failed > 0};
}

void RunController::showRun(std::size_t run)
{
    if (run >= runCount())
        return;
    if (run == shownRun()) {
        if (m_watch)
            m_watch->showRun(run); // stops following the newest run
    } else if (m_watch)
        showWatched(run);
    else
        openRunOf(m_path, m_session[run].run);
}

bool RunController::canTryAgain() const
{
    return isUnderWay()
        || (m_state == State::Ended && !m_path.isEmpty() && record() && specOf(record()->origin));
}

void RunController::retry(const std::vector<std::uint64_t> &indices)
{
    if (isUnderWay())
        m_run->retry(indices);
    else if (canTryAgain())
        reopen({m_path,
            [indices](
                const std::string &file, IfTaskChanged ifTaskChanged, const StillWanted &wanted) {
                return reopenToTryAgain(file, ifTaskChanged, indices, wanted);
            }});
}

void RunController::togglePause()
{
    if (m_state == State::Paused)
        resume();
    else
        pause();
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
        m_latest.cancel();
        setState(stateWithoutOpening());
        return;
    }
    if (!isActive())
        return;
    if (m_watch)
        m_watch->interrupt(); // once more, if an interrupt was ignored
    else
        m_run->cancel();
    setState(State::Stopping);
}

void RunController::setWorkerCount(std::uint32_t count)
{
    if (isUnderWay())
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
