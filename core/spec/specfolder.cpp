// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/specfolder.h"

#include <filesystem>

namespace poolscope {

namespace {

struct StartFrom {
    std::filesystem::path folder;

    void prepend(std::string &name) const { name = folder / name; }

    void operator()(PythonTask &task) const
    {
        const auto colon = task.target.rfind(':');
        if (std::string_view(task.target).substr(0, colon).ends_with(".py"))
            prepend(task.target);
        if (task.interpreter.find('/') != std::string::npos)
            prepend(task.interpreter);
    }
    void operator()(LibraryTask &task) const { prepend(task.path); }
    void operator()(LinesInput &input) const
    {
        if (!input.isStandardInput())
            prepend(input.path);
    }
    void operator()(CsvInput &input) const { prepend(input.path); }
    void operator()(FilesInput &input) const { prepend(input.pattern); }
    void operator()(auto &) const { } // has no names of files
};

} // namespace

std::string currentFolder()
{
    std::error_code error;
    return std::filesystem::current_path(error).string();
}

RunSpec startingFrom(const std::string &folder, RunSpec spec)
{
    std::visit(StartFrom{folder}, spec.task);
    std::visit(StartFrom{folder}, spec.input);
    return spec;
}

} // namespace poolscope
