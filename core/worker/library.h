// SPDX-License-Identifier: GPL-3.0-or-later
// Library: a shared library with tasks (resources/include/poolscope_task.h), loaded into this
// process.
//
// The library stays loaded until the process ends.
#pragma once

#include "result.h"

#include <string>
#include <vector>

struct poolscope_task;

namespace poolscope::worker {

class Library {
public:
    /// Loads the library, which runs its initialisers. Fails if the file does not exist, is not a
    /// library or is for another machine.
    static Result<Library> open(const std::string &path);

    /// Finds a task. The error lists the tasks that exist.
    Result<const poolscope_task *> task(const std::string &name) const;

    /// The names of the tasks in alphabetical order.
    std::vector<std::string> taskNames() const;

private:
    Library(std::string path, void *handle)
        : m_path(std::move(path))
        , m_handle(handle)
    {
    }
    std::vector<std::string> symbolNames() const;
    std::string whyMissing(const std::string &name) const;

    std::string m_path;
    void *m_handle;
};

/// Returns the names of a library's tasks, one line each.
Result<std::string> listTasks(const std::string &path);
/// Checks that the library has this task and that it can be called. The result is empty.
Result<std::string> checkTask(const std::string &path, const std::string &name);

} // namespace poolscope::worker
