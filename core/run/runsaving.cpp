// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/runsaving.h"

#include "pool/taskcontent.h"
#include "run/programversion.h"
#include "runfile/runfilereader.h"
#include "spec/specfolder.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr std::uint64_t mostInputs = 1'000'000'000'000; // of a run that can be opened again

Result<RunDescription> describe(const Run::Opened &opened, const StillWanted &wanted)
{
    RunDescription description;
    description.origin = opened.record->origin;
    auto files = taskFiles(specOf(description.origin)->task, wanted);
    if (!files)
        return tl::unexpected(files.error());
    description.taskFiles = std::move(*files);
    const InputContent content = opened.source->content();
    description.inputCount = opened.record->inputCount;
    description.inputHash = content.hash;
    description.inputsHashed = content.inputs;
    description.program = programVersion();
    description.machine = opened.record->machine;
    description.startedAt = opened.record->startedAt;
    return description;
}

Result<void> cannotEnter(const std::string &folder, int error)
{
    return failure("the run began in the folder " + folder
        + ", which cannot be entered: " + std::strerror(error));
}

Result<void> enter(const std::string &folder)
{
    return chdir(folder.c_str()) == 0 ? Result<void>() : cannotEnter(folder, errno);
}

Result<void> checkFolder(const std::string &folder)
{
    return access(folder.c_str(), X_OK) == 0 ? Result<void>() : cannotEnter(folder, errno);
}

/// Returns the description of a run that can be resumed, so it has a spec. Fails if another process
/// writes the file.
Result<RunFileInfo> infoToResume(const std::string &path)
{
    auto info = readRunFileInfo(path);
    if (!info)
        return info;
    const auto *origin = std::get_if<SpecOrigin>(&info->description.origin);
    if (!origin)
        return failure(path + ": a watched command cannot be resumed; run it again");
    if (isBeingWritten(info->progress))
        return failure(path + " is being written by " + writerText(info->progress.writer)
            + "; wait until that run has ended");
    if (info->progress.state == RunState::WrongValues)
        return failure(
            "cannot resume " + path + ": " + info->progress.error + "; start the run again");
    if (isReadOnce(origin->spec.input))
        return failure("cannot resume " + path
            + ": its inputs were lines of standard input, which are gone; 'poolscope export' "
              "writes what had finished");
    if (auto checked = checkFolder(origin->folder); !checked)
        return tl::unexpected(checked.error());
    return info;
}

/// Returns the first of the task's files that changed since the run began, or an empty text.
Result<std::string> changedFileOf(const RunDescription &description, const StillWanted &wanted)
{
    const auto &origin = std::get<SpecOrigin>(description.origin);
    return firstChanged(description.taskFiles, origin.spec.task, origin.folder, wanted);
}

Result<void> checkTaskFiles(const RunDescription &description, const StillWanted &wanted)
{
    const auto changed = changedFileOf(description, wanted);
    if (!changed)
        return tl::unexpected(changed.error());
    if (changed->empty())
        return {};
    std::error_code error;
    const bool isThere = std::filesystem::exists(*changed, error);
    return failure("the task has changed since the run began: " + *changed
        + (isThere ? " differs" : " is gone")
        + ", so new values may be inconsistent with the old ones; 'poolscope resume "
          "--changed-task' resumes it anyway");
}

/// Records the present files of the task in the run file.
Result<void> acceptTask(RunFile &file, RunDescription description, const StillWanted &wanted)
{
    auto files = taskFiles(specOf(description.origin)->task, wanted);
    if (!files)
        return tl::unexpected(files.error());
    description.taskFiles = std::move(*files);
    return file.describe(description);
}

std::string howItChanged(const RunDescription &description, const InputSource &source)
{
    const InputSpec &input = specOf(description.origin)->input;
    if (const auto *files = std::get_if<FilesInput>(&input)) {
        const std::string matches = "'" + files->pattern + "' matches other files now";
        return source.size() == description.inputCount
            ? matches
            : matches + ", " + std::to_string(source.size()) + " where it matched "
                + std::to_string(description.inputCount);
    }
    const std::string *file = inputFile(input);
    return (file ? *file : "the range") + " differs";
}

bool isUnchanged(const RunDescription &description, const InputSource &source)
{
    const InputContent now = source.content();
    return now.hash == description.inputHash && now.inputs == description.inputsHashed
        && source.size() == description.inputCount;
}

Result<void> checkInputs(const RunDescription &description, const InputSource &source)
{
    if (isUnchanged(description, source))
        return {};
    return failure(
        "the input has changed since the run began: " + howItChanged(description, source));
}

} // namespace

Result<void> saveRun(Run::Opened &opened, const std::string &path, RunFile::IfExists ifExists,
    const StillWanted &wanted)
{
    if (opened.record->inputCount > mostInputs)
        return failure("cannot save the run in " + path + ": it has "
            + std::to_string(opened.record->inputCount)
            + " inputs, and a run file holds at most 10^12");
    return describe(opened, wanted)
        .and_then([&](const RunDescription &description) {
            return RunFile::create(path, description, ifExists);
        })
        .map([&](std::unique_ptr<RunFile> file) { opened.file = std::move(file); });
}

Result<std::string> changedTaskFile(const std::string &path, const StillWanted &wanted)
{
    return infoToResume(path).and_then(
        [&](const RunFileInfo &info) { return changedFileOf(info.description, wanted); });
}

Result<Run::Opened> reopenRun(const std::string &path, Run::Reading reading,
    IfTaskChanged ifTaskChanged, const StillWanted &wanted)
{
    std::error_code error;
    const std::string absolute = std::filesystem::absolute(path, error).string();
    const auto before = infoToResume(path);
    if (!before)
        return tl::unexpected(before.error());
    const auto &origin = std::get<SpecOrigin>(before->description.origin);
    if (auto entered = enter(origin.folder); !entered)
        return tl::unexpected(entered.error());
    const auto taskIsTheSame = checkTaskFiles(before->description, wanted);
    if (!taskIsTheSame && ifTaskChanged == IfTaskChanged::Refuse)
        return tl::unexpected(taskIsTheSame.error());
    auto source = openInput(origin.spec.input);
    if (!source)
        return tl::unexpected(source.error());
    if (auto checked = checkInputs(before->description, **source); !checked)
        return tl::unexpected(checked.error());
    auto inputs = (*source)->duplicate();
    if (!inputs)
        return tl::unexpected(inputs.error());
    auto held = RunFile::reopen(absolute);
    if (!held)
        return tl::unexpected(held.error());
    auto loaded = loadRunFile(absolute);
    if (!loaded)
        return tl::unexpected(loaded.error());
    (*held)->continueAfter(loaded->info.progress);
    if (ifTaskChanged == IfTaskChanged::Accept) {
        if (auto accepted = acceptTask(**held, loaded->info.description, wanted); !accepted)
            return tl::unexpected(accepted.error());
    }
    reading.keep = OutcomeStore::Keep::All;
    Run::Opened opened{reading, std::move(*source), std::move(loaded->record), std::move(*held),
        std::move(loaded->written)};
    opened.record->inputs = std::move(*inputs);
    return opened;
}

std::vector<std::uint64_t> failedInputs(const RunRecord &record)
{
    // Each failure has a mark, so that no values need to be read.
    std::set<std::uint64_t> failures;
    const AppendLog<Mark> &marks = record.timeline.marks();
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const Mark &mark = marks[i];
        if (isFailure(mark) && record.outcomes->isFailure(mark.value))
            failures.insert(mark.value);
    }
    return {failures.begin(), failures.end()};
}

std::unique_ptr<InputSource> unchangedInputs(const RunDescription &description)
{
    const auto *origin = std::get_if<SpecOrigin>(&description.origin);
    if (!origin || isReadOnce(origin->spec.input))
        return nullptr;
    // Paths that match a pattern are inputs, and would differ if they began with the folder.
    const bool isPattern = std::holds_alternative<FilesInput>(origin->spec.input);
    auto source = openInput(
        isPattern ? origin->spec.input : startingFrom(origin->folder, origin->spec).input);
    return source && isUnchanged(description, **source) ? std::move(*source) : nullptr;
}

} // namespace poolscope
