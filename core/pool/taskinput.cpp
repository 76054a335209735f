// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/taskinput.h"

#include "spec/csvrecord.h"
#include "task/commandtemplate.h"

namespace poolscope {

Result<void> checkInputSuits(const TaskSpec &task, const InputSource &source)
{
    const auto *builtin = std::get_if<BuiltinTask>(&task);
    const std::vector<std::string> columns = source.columns();
    if (!builtin || columns.size() <= 1)
        return {};
    return failure("the task " + builtin->name + " takes one column: choose it with --columns from "
        + csvRecord(columns));
}

std::string noteOnInput(const TaskSpec &task, const InputSource &source)
{
    const auto *command = std::get_if<CommandTask>(&task);
    const std::vector<std::string> columns = source.columns();
    if (!command || columns.empty())
        return {};
    const std::vector<std::string> names = namesWithoutColumn(command->command, columns);
    if (!names.empty())
        return '{' + names.front() + "} is not a column, and is passed on unchanged; there are "
            + csvRecord(columns);
    const std::vector<std::string> apart = namesTakenApart(command->command, columns);
    if (!apart.empty())
        return '{' + apart.front()
            + "} must be in quotes: without them it is split, and is not a column";
    return {};
}

} // namespace poolscope
