// SPDX-License-Identifier: GPL-3.0-or-later
// The command line: the arguments of the program as plain data.
#pragma once

#include "analysis/sweep.h"
#include "report/chartdata.h"
#include "spec/runspec.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace poolscope {

/// The outputs of a run.
struct OutputOptions {
    std::optional<std::string> output; ///< a file. Nothing for standard output
    bool discard = false; ///< values are not written
    bool unordered = false;
    std::optional<std::string> summary; ///< a file, or "-" for standard output
    std::optional<std::string> chartsFolder; ///< a folder for all charts, as PNG
    std::vector<ChartFile> charts;
    std::optional<std::string> trace; ///< a file for the timeline, as a Chrome trace
    std::optional<std::string> report; ///< a file ending in .html or .pdf
    bool quiet = false;

    bool wantsCharts() const { return chartsFolder || !charts.empty(); }
    /// Whether an output is a drawing, which needs widgets.
    bool wantsDrawing() const { return wantsCharts() || report; }
    /// Whether an output needs the timeline.
    bool wantsTimeline() const { return wantsDrawing() || trace; }
};

/// The options of `poolscope run` and `poolscope resume`.
struct RunOptions : OutputOptions {
    RunSpec spec; ///< empty if a run is resumed
    std::optional<std::string> save; ///< the run file to write
    bool overwrite = false; ///< replaces an existing run file
    std::optional<std::string> resumed; ///< the run file to resume
    bool retryFailed = false;
    bool changedTask = false;
};

/// The options of `poolscope sweep`.
struct SweepOptions {
    RunSpec spec; ///< without workers and chunk
    SweepPlan plan;
    std::optional<std::string> output; ///< a file, ending in .csv or .jsonl
    std::optional<std::string> save; ///< the file for measurements
    bool quiet = false;
};

/// The options of `poolscope export`.
struct ExportOptions : OutputOptions {
    std::string file;
};

/// The options of `poolscope watch`.
struct WatchOptions : OutputOptions {
    std::vector<std::string> command; ///< its words
    std::vector<std::string> changes; ///< "chunksize=64@post.py:9", as the hooks read them
    bool recordsInputs = false; ///< records the texts of failed and slow inputs
    std::optional<std::string> save; ///< the run file to write
    bool overwrite = false; ///< replaces an existing run file
};

/// The options of `poolscope info`.
struct InfoOptions {
    std::vector<std::string> files; ///< one to describe, or several to compare
    bool json = false;
};

/// Opens the window.
struct WindowCommand {
    std::optional<std::string> file = {}; ///< the run file, trace or job log to open
    std::optional<WatchOptions> watched = {}; ///< the command to watch
};

struct TasksCommand { };

/// A text to print, and nothing to run: help, the version, or an error in the arguments.
struct MessageCommand {
    std::string text;
    int status = 0;
};

using CommandLine = std::variant<WindowCommand, RunOptions, SweepOptions, ExportOptions,
    InfoOptions, WatchOptions, TasksCommand, MessageCommand>;

CommandLine parseCommandLine(int argc, char **argv);

} // namespace poolscope
