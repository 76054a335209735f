// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/watchcommand.h"

#include "cli/complaint.h"
#include "cli/exitstatus.h"
#include "cli/watchtext.h"
#include "run/watchsession.h"
#include "spec/runarguments.h"
#include "spec/specfolder.h"
#include "system/descriptors.h"
#include "text/figures.h"
#include "watch/launch.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace poolscope {

namespace {

constexpr int updateInterval = 20; // milliseconds
constexpr std::size_t mostShown = 20; // lines with calls
/// Signals that are sent only to this program, which passes them on to the command.
sigset_t passedSignals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

/// Handles signals of the terminal, which also reach the command, so that this program outlives the
/// command. A handler is reset when the command starts. Ignored signals stay ignored.
void handleSignals()
{
    for (const int signal : {SIGINT, SIGQUIT}) {
        struct sigaction before { };
        if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
            std::signal(signal, [](int) {});
    }
    const sigset_t passed = passedSignals();
    ::pthread_sigmask(SIG_BLOCK, &passed, nullptr);
}

void passSignals(pid_t to)
{
    const sigset_t passed = passedSignals();
    const timespec now{};
    for (int signal = 0; (signal = ::sigtimedwait(&passed, nullptr, &now)) > 0;)
        ::kill(to, signal);
}

/// Fails if an output cannot be written.
Result<void> checkOutputs(const WatchOptions &options)
{
    std::error_code unknown;
    if (options.save && !options.overwrite && std::filesystem::exists(*options.save, unknown))
        return failure(*options.save + " exists already: --overwrite replaces it");
    if (options.save) {
        if (const auto file = AtomicFile::open(*options.save); !file)
            return tl::unexpected(file.error());
    }
    return prepareOutputs(options);
}

int cannotStart(const WatchOptions &options, const watch::LaunchFailure &why)
{
    return complain(
        Error{"cannot start " + options.command.front() + ": " + why.message}, why.status);
}

watch::CommandEnd follow(watch::LaunchedCommand &command, WatchSession &session)
{
    while (true) {
        const auto end = command.wait(updateInterval);
        passSignals(command.pid());
        if (end) {
            session.finish();
            return *end;
        }
        session.update();
    }
}

std::vector<EndedRecord> recordsOf(const WatchSession &session)
{
    std::vector<EndedRecord> records;
    for (const auto &run : session.runs())
        records.push_back({&run->record, run->record.elapsed});
    return records;
}

Result<void> writeOutputs(const WatchOptions &options, WatchSession &session,
    const ChartWriter &charts, AtomicFile *summary)
{
    const std::vector<EndedRecord> runs = recordsOf(session);
    Result<void> written;
    if (options.save && !runs.empty())
        written = writeSession(*options.save,
            options.overwrite ? RunFile::IfExists::Replace : RunFile::IfExists::Refuse,
            session.endedRuns());
    if (written && !runs.empty())
        written = writeOutputs(options, runs, charts);
    if (written && options.summary) // the summary analyses all runs
        written = writeSummaryText(
            options, sessionSummary(runs, session.pools().callsLeftOut()), summary);
    return written;
}

std::string sessionText(const WatchSession &session, const WatchOptions &options)
{
    if (session.runs().empty())
        return nothingSeenText(session);
    std::string text = "poolscope: " + textOf(Count{session.runs().size()}, "call")
        + " of pools in " + shellText(options.command) + "\n"
        + watchedRunsText(recordsOf(session), mostShown);
    for (const std::string &note : session.pools().notes())
        text += "poolscope: " + note + "\n";
    return text;
}

/// Runs a command whose pools an outer watch shows.
int runUnwatched(const WatchOptions &options)
{
    complain("this command is watched already; its pools are shown there");
    handleSignals();
    auto command = watch::LaunchedCommand::start({options.command, {}, std::nullopt});
    if (!command)
        return cannotStart(options, command.error());
    while (true) {
        const auto end = command->wait(updateInterval);
        passSignals(command->pid());
        if (end)
            return watch::endAs(*end);
    }
}

} // namespace

int watchCommandLine(const WatchOptions &options, const ChartWriter &charts)
{
    auto summary = openSummary(options);
    if (!summary)
        return complain(summary.error(), exitWrongUse);
    if (const auto checked = checkOutputs(options); !checked)
        return complain(checked.error(), exitWrongUse);
    if (std::getenv("POOLSCOPE_WATCH"))
        return runUnwatched(options);
    const DescriptorLimit descriptors; // each run opens some
    auto session = WatchSession::make(
        {options.command, currentFolder(), options.changes, options.recordsInputs},
        [](const std::string &line) { complain(line); });
    if (!session)
        return complain(session.error(), exitPoolFailed);
    handleSignals();
    auto command = watch::LaunchedCommand::start(
        {options.command, (*session)->environment(), std::nullopt, {}, descriptors.before()});
    if (!command)
        return cannotStart(options, command.error());
    const watch::CommandEnd end = follow(*command, **session);
    if (!options.quiet)
        printLines(sessionText(**session, options));
    if (const auto written = writeOutputs(options, **session, charts, summary->get()); !written)
        complain(written.error().message);
    session->reset(); // removes its folder
    return watch::endAs(end);
}

} // namespace poolscope
