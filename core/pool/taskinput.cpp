// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool/taskinput.h"

#include "input/csvrecord.h"

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

} // namespace poolscope
