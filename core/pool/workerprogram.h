// SPDX-License-Identifier: GPL-3.0-or-later
// WorkerProgram: the program to start for a worker of a task.
#pragma once

#include "pool/askprogram.h"
#include "result.h"
#include "spec/taskspec.h"

#include <string>
#include <utility>
#include <vector>

namespace poolscope {

struct WorkerProgram {
    std::string program;
    std::vector<std::string> arguments;
    /// The program of its keeper (worker/keeper.h). Empty for a task that starts no processes.
    std::string keeper = {};
    std::string keeperMode = "--keep"; ///< argument of the keeper, see worker/main.cpp
    std::vector<std::pair<std::string, std::string>> environment = {}; ///< added to the program's
};

/// The worker for this task, from the files installed beside the running program.
WorkerProgram workerProgramFor(const TaskSpec &task);

/// The program that loads this task once and forks workers (pool/taskloader.h).
WorkerProgram loaderProgramFor(const PythonTask &task);

/// The path of the worker for built-in tasks, which is also the keeper of other workers.
std::string builtinWorkerPath();

/// The path of the Python worker, as installed beside the running program.
std::string pythonWorkerPath();

/// A function that a Python file or module defines.
struct PythonFunction {
    std::string name;
    std::string doc; ///< the first line of its docstring, which may be empty
    bool takesOneArgument = true;
};

/// Returns the functions of "FILE.py" or "MODULE", in their order. Runs the interpreter, which
/// reads the source and imports no more than in checkTask() (pool/taskcheck.h). The error is one
/// line.
Result<std::vector<PythonFunction>> pythonFunctions(
    const std::string &place, const std::string &interpreter, const StillWanted &wanted);

/// Returns FILE.py or MODULE of a task FILE.py:FUNCTION or MODULE:FUNCTION.
std::string pythonPlace(const PythonTask &task);
/// Whether such a place is a file, not a module.
bool isPythonFile(const std::string &place);

/// Returns the source file of a Python task. Empty for a module without source. Relative names
/// start from `folder`. Runs the interpreter only for a module, which is not imported.
Result<std::string> pythonSource(
    const PythonTask &task, const std::string &folder, const StillWanted &wanted);

/// Returns the source files that these files (absolute) and modules import, directly or not,
/// without those in library folders. The interpreter runs in `folder` and imports none of them.
Result<std::vector<std::string>> pythonImports(const std::string &interpreter,
    const std::vector<std::string> &places, const std::string &folder, const StillWanted &wanted);

/// Performs checkTask() for a Python task.
Result<void> checkPython(const PythonTask &task, const StillWanted &wanted);

} // namespace poolscope
