// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/outcomecodec.h"

namespace poolscope::wire {

namespace {

void writeContext(FieldWriter &fields, const FailureContext &context)
{
    fields.number(context.attempts);
    fields.number(numberOf(context.worker));
    fields.number(context.memory);
    fields.number(static_cast<std::uint8_t>(context.exitStatus.has_value()));
    fields.number(context.exitStatus.value_or(0));
    fields.number(context.signal);
}

FailureContext readContext(FieldReader &reader)
{
    FailureContext context;
    context.attempts = reader.number<std::uint32_t>();
    context.worker = WorkerId{reader.number<std::uint32_t>()};
    context.memory = reader.number<std::uint64_t>();
    const bool hasStatus = reader.number<std::uint8_t>() != 0;
    const auto status = reader.number<std::int32_t>();
    if (hasStatus)
        context.exitStatus = status;
    context.signal = reader.number<std::int32_t>();
    return context;
}

} // namespace

void writeFailure(FieldWriter &fields, const FailureView &reason)
{
    fields.string(reason.kind);
    fields.string(reason.type);
    fields.string(reason.message);
    fields.string(reason.detail);
}

FailureView readFailure(FieldReader &reader)
{
    FailureView reason;
    reason.kind = reader.string();
    reason.type = reader.string();
    reason.message = reader.string();
    reason.detail = reader.string();
    return reason;
}

void encodeOutcome(std::string &out, const OutcomeView &outcome)
{
    FieldWriter fields(out);
    fields.number(static_cast<std::uint8_t>(outcome.kind));
    switch (outcome.kind) {
    case OutcomeKind::None:
        break;
    case OutcomeKind::Integer:
        fields.number(outcome.integer);
        break;
    case OutcomeKind::Real:
        fields.real(outcome.real);
        break;
    case OutcomeKind::Text:
    case OutcomeKind::Bytes:
    case OutcomeKind::Json:
    case OutcomeKind::Repr:
    case OutcomeKind::Reals:
        fields.string(outcome.text);
        break;
    case OutcomeKind::Failure:
        writeFailure(fields, outcome.failure);
        break;
    }
}

std::optional<OutcomeView> decodeOutcome(FieldReader &reader)
{
    OutcomeView outcome;
    const std::string_view bytes = reader.unread();
    const auto kind = reader.number<std::uint8_t>();
    if (kind >= outcomeKindCount)
        return std::nullopt;
    outcome.kind = static_cast<OutcomeKind>(kind);
    switch (outcome.kind) {
    case OutcomeKind::None:
        break;
    case OutcomeKind::Integer:
        outcome.integer = reader.number<std::int64_t>();
        break;
    case OutcomeKind::Real:
        outcome.real = reader.real();
        break;
    case OutcomeKind::Text:
    case OutcomeKind::Bytes:
    case OutcomeKind::Json:
    case OutcomeKind::Repr:
        outcome.text = reader.string();
        break;
    case OutcomeKind::Reals:
        outcome.text = reader.string();
        if (outcome.text.size() % realSize != 0)
            return std::nullopt;
        break;
    case OutcomeKind::Failure:
        outcome.failure = readFailure(reader);
        break;
    }
    if (!reader.ok())
        return std::nullopt;
    if (outcome.kind != OutcomeKind::Failure)
        outcome.encoded = bytes.substr(0, bytes.size() - reader.unread().size());
    return outcome;
}

void encodeKeptOutcome(std::string &out, const OutcomeView &outcome)
{
    encodeOutcome(out, outcome);
    FieldWriter fields(out);
    if (outcome.kind == OutcomeKind::Failure)
        writeContext(fields, outcome.failure.context);
}

std::optional<OutcomeView> decodeKeptOutcome(FieldReader &reader)
{
    auto outcome = decodeOutcome(reader);
    if (outcome && outcome->kind == OutcomeKind::Failure)
        outcome->failure.context = readContext(reader);
    if (!reader.ok())
        return std::nullopt;
    return outcome;
}

} // namespace poolscope::wire
