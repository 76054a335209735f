// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/numberstore.h"

#include "wire/codec.h"
#include "wire/outcomecodec.h"
#include "worker/outcomes.h"

namespace poolscope::worker {

NumberStore::NumberStore(const wire::Setup &setup, OutcomeKind kind)
    : m_kind(kind)
    , m_column(setup.columnPath, setup.columnCells, setup.columnOffset, foreignCodeOf(setup.task))
{
}

std::uint64_t *NumberStore::begin(Batch batch)
{
    m_batch = batch;
    m_cells.resize(batch.count);
    m_encoded = 0;
    m_values.clear();
    return m_cells.data();
}

void NumberStore::fail(std::uint64_t at, const FailureView &reason)
{
    encodeCellsBefore(at);
    wire::encodeOutcome(m_values, failureOutcome(reason));
    m_encoded = at + 1;
}

wire::Done NumberStore::finish(std::uint64_t count)
{
    m_batch.count = count;
    m_cells.resize(count);
    if (m_encoded > 0 || !m_column.isOpen() || !m_column.store(m_batch.first, m_cells)) {
        encodeCellsBefore(m_batch.count);
        return inlineDone(m_batch, m_values);
    }
    wire::Done done = inlineDone(m_batch, {});
    done.store = m_kind == OutcomeKind::Real ? wire::Store::ColumnReal : wire::Store::ColumnInteger;
    return done;
}

void NumberStore::encodeCellsBefore(std::uint64_t at)
{
    for (; m_encoded < at; ++m_encoded)
        wire::encodeOutcome(m_values, numberOutcome(m_kind, m_cells[m_encoded]));
}

} // namespace poolscope::worker
