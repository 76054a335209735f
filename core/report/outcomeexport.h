// SPDX-License-Identifier: GPL-3.0-or-later
// Export of all outcomes of a record to a file, in the order of their indices.
#pragma once

#include "record/runrecord.h"
#include "report/chartdata.h"
#include "report/outcomewriter.h"
#include "report/unmarkedvalues.h"
#include "result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace poolscope {

/// Called with each failure that is written, but not with inputs without an outcome.
using FailureVisitor = std::function<void(std::uint64_t index, const FailureView &failure)>;

/// Writes the outcomes in a format of OutcomeWriter, by the file's ending. An index without an
/// outcome is a failure of the kind "unfinished". Any thread, also during the run. Returns the
/// values that the file does not mark.
Result<UnmarkedValues> exportOutcomes(const RunRecord &record, const std::filesystem::path &path,
    const ShouldContinue &shouldContinue = {});

/// An export in two steps. Opening fails, and creates nothing, if there are no values or the file
/// cannot be written.
Result<std::unique_ptr<OutcomeWriter>> openExport(
    const RunRecord &record, const std::filesystem::path &path);
Result<UnmarkedValues> exportOutcomes(const RunRecord &record, OutcomeWriter &writer,
    const ShouldContinue &shouldContinue = {}, const FailureVisitor &failed = {});

} // namespace poolscope
