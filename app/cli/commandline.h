// SPDX-License-Identifier: GPL-3.0-or-later
// The command line: what the arguments ask for, as plain data.
#pragma once

#include "analysis/sweep.h"
#include "report/chartdata.h"
#include "spec/runspec.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace poolscope {

/// Where what came of a run goes.
struct OutputOptions {
    std::optional<std::string> output; ///< a file; nothing: standard output
    bool discard = false; ///< values go nowhere
    bool unordered = false;
    std::optional<std::string> summary; ///< a file, or "-" for standard output
    std::optional<std::string> chartsFolder; ///< all charts go there, as PNG
    std::vector<ChartFile> charts;
    std::optional<std::string> trace; ///< the timeline, as a Chrome trace
    std::optional<std::string> report; ///< a file ending in .html or .pdf
    bool quiet = false;

    bool wantsCharts() const { return chartsFolder || !charts.empty(); }
    /// Whether it takes widgets, to draw.
    bool wantsDrawing() const { return wantsCharts() || report; }
    /// Whether anything is to be told of each iteration.
    bool wantsTimeline() const { return wantsDrawing() || trace; }
};

/// What `poolscope run` or `poolscope resume` was told.
struct RunOptions : OutputOptions {
    RunSpec spec; ///< nothing, where a run goes on
    std::optional<std::string> save; ///< the run file to keep it in
    bool overwrite = false; ///< what stands there
    std::optional<std::string> resumed; ///< the run file whose run goes on
    bool retryFailed = false;
    bool changedTask = false;
};

/// What `poolscope sweep` was told.
struct SweepOptions {
    RunSpec spec; ///< without workers and chunk
    SweepPlan plan;
    std::optional<std::string> output; ///< a file, ending in .csv or .jsonl
    std::optional<std::string> save; ///< the file that keeps what was measured
    bool quiet = false;
};

/// What `poolscope export` was told.
struct ExportOptions : OutputOptions {
    std::string file;
};

/// What `poolscope info` was told.
struct InfoOptions {
    std::vector<std::string> files; ///< one; of more, how they compare is said
    bool json = false;
};

/// No command: the window.
struct WindowCommand {
    std::optional<std::string> file; ///< the run file, trace or job log to open
};

struct TasksCommand { };

/// Nothing to run, something to say: help, the version, or what is wrong with the arguments.
struct MessageCommand {
    std::string text;
    int status = 0;
};

using CommandLine = std::variant<WindowCommand, RunOptions, SweepOptions, ExportOptions,
    InfoOptions, TasksCommand, MessageCommand>;

CommandLine parseCommandLine(int argc, char **argv);

} // namespace poolscope
