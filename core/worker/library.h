// SPDX-License-Identifier: GPL-3.0-or-later
// Library: a shared library with tasks (resources/include/poolscope_task.h), loaded into this
// process.
//
// It stays loaded until the process ends.
#pragma once

#include "result.h"

#include <string>
#include <vector>

struct poolscope_task;

namespace poolscope::worker {

class Library {
public:
    /// Loads it, which runs its initialisers. Fails where the file is not there, is no library or
    /// is for another machine.
    static Result<Library> open(const std::string &path);

    /// Fails where there is no such task, and says which there are.
    Result<const poolscope_task *> task(const std::string &name) const;

    /// In alphabetical order.
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

/// The names of a library's tasks, a line each.
Result<std::string> listTasks(const std::string &path);
/// Nothing, where the library has this task and it can be called.
Result<std::string> checkTask(const std::string &path, const std::string &name);

} // namespace poolscope::worker
