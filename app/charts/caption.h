// SPDX-License-Identifier: GPL-3.0-or-later
// Captions: the task, settings, progress and outcome of a run as short texts.
#pragma once

#include "charts/chart.h"
#include "spec/option.h"

#include <QString>

namespace poolscope {

/// "sqrt", "task.py:f", ...
QString taskText(const TaskSpec &task);

/// "1:5000", "lines of rows.txt", ...
QString inputText(const InputSpec &input);

/// The task and the input of a run of any origin. Empty if unknown.
QString taskText(const Origin &origin);
QString inputText(const Origin &origin);
/// Returns why a run of a watched command cannot be repeated, resumed or changed in Poolscope.
/// Empty for other runs.
QString watchedOnly(const Origin &origin);

/// The value of an option of the pool with its unit: "16 inputs", "auto", "2.5 s".
QString optionValue(const Option &option, const PoolSpec &pool);

/// "sqrt · 1:5000 · 2 workers", followed by each option that is not a default.
QString settingsText(const RunSpec &spec);
/// The settings of a run, or the source of an imported one: "jobs.joblog, of GNU parallel · 4
/// workers".
QString settingsText(const RunRecord &record);

/// "worker 3", or the name that an imported run has for it.
QString workerName(const RunRecord &record, WorkerId worker);
/// "3", or the name that an imported run has for the worker. For columns with the heading "worker".
QString workerCell(const RunRecord &record, WorkerId worker);
/// The name that an imported run has for the input, shortened. Empty for other runs.
QString inputName(const RunRecord &record, std::uint64_t index);

/// "4,999 of 4,999 done in 0.8 s, 6,240 it/s, 2 failed".
QString outcomeText(const RunRecord &record, const Moment &moment);

} // namespace poolscope
