// SPDX-License-Identifier: GPL-3.0-or-later
// NumberStore: stores the numbers of a batch in the shared column, or in a message if there is no
// column or an input failed.
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
    /// `kind` is the kind of the values, Real or Integer.
    NumberStore(const wire::Setup &setup, OutcomeKind kind);

    /// Returns memory for the cells of a batch. Drops the cells of the previous batch.
    std::uint64_t *begin(Batch batch);
    /// Stores a failure for the input at position `at` of the batch, in ascending order. All cells
    /// before it have been set.
    void fail(std::uint64_t at, const FailureView &reason);
    /// Returns the outcomes of the first `count` inputs of the batch, valid until the next batch
    /// begins.
    wire::Done finish(std::uint64_t count);

private:
    void encodeCellsBefore(std::uint64_t at);

    OutcomeKind m_kind;
    Column m_column;
    Batch m_batch;
    std::vector<std::uint64_t> m_cells;
    std::uint64_t m_encoded = 0; ///< number of outcomes in m_values
    std::string m_values;
};

} // namespace poolscope::worker
