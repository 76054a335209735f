// SPDX-License-Identifier: GPL-3.0-or-later
// NumberStore: the numbers of a batch, on their way to the shared column or into a message.
#pragma once

#include "wire/messages.h"
#include "worker/column.h"
#include "worker/taskrunner.h"

#include <cstdint>
#include <string>
#include <vector>

namespace poolscope::worker {

class NumberStore {
public:
    /// Of values of this kind, Real or Integer.
    NumberStore(const wire::Setup &setup, OutcomeKind kind);

    /// Room for the cells of a batch, which ask for nothing to be kept of the last one.
    std::uint64_t *begin(Batch batch);
    /// The cell of the batch's input `at` is no number, but this.
    void fail(std::uint64_t at, const FailureView &reason);
    /// What came of the first `count` inputs of the batch; valid until the next one begins.
    wire::Done finish(std::uint64_t count);

private:
    void encodeCellsBefore(std::uint64_t at);

    OutcomeKind m_kind;
    Column m_column;
    Batch m_batch;
    std::vector<std::uint64_t> m_cells;
    std::uint64_t m_encoded = 0; ///< how many are in m_values
    std::string m_values;
};

} // namespace poolscope::worker
