// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/codec.h"

#include "wire/outcomecodec.h"

#include <cstring>

namespace poolscope::wire {

namespace {

class FrameWriter {
public:
    FrameWriter(std::string &out, MessageType type)
        : m_out(out)
        , m_start(out.size())
    {
        FieldWriter fields(out);
        fields.number(std::uint32_t{0});
        fields.number(static_cast<std::uint8_t>(type));
    }
    ~FrameWriter()
    {
        const auto body = static_cast<std::uint32_t>(m_out.size() - m_start - frameHeaderSize);
        std::memcpy(m_out.data() + m_start, &body, sizeof(body));
    }
    FrameWriter(const FrameWriter &) = delete;
    FrameWriter &operator=(const FrameWriter &) = delete;

private:
    std::string &m_out;
    std::size_t m_start;
};

template <typename Message> Result<Message> whole(const FieldReader &reader, Message message)
{
    if (!reader.atEnd())
        return failure("a message is malformed");
    return message;
}

void writeStrings(FieldWriter &fields, const std::vector<std::string> &strings)
{
    fields.number(static_cast<std::uint32_t>(strings.size()));
    for (const std::string &string : strings)
        fields.string(string);
}

std::vector<std::string> readStrings(FieldReader &reader)
{
    std::vector<std::string> strings;
    const auto count = reader.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && reader.ok(); ++i)
        strings.emplace_back(reader.string());
    return strings;
}

void writeLoadCost(FieldWriter &fields, const LoadCost &cost)
{
    fields.number(cost.duration);
    fields.number(cost.cpu);
    fields.number(cost.memory);
}

LoadCost readLoadCost(FieldReader &reader)
{
    LoadCost cost;
    cost.duration = reader.number<std::uint64_t>();
    cost.cpu = reader.number<std::uint64_t>();
    cost.memory = reader.number<std::uint64_t>();
    return cost;
}

} // namespace

void encode(std::string &out, const Setup &message)
{
    const FrameWriter frame(out, MessageType::Setup);
    FieldWriter fields(out);
    fields.number(message.magic);
    fields.number(message.version);
    fields.number(numberOf(message.worker));
    fields.number(static_cast<std::uint8_t>(message.task));
    fields.string(message.target);
    fields.string(message.arguments);
    fields.number(static_cast<std::uint8_t>(message.input));
    fields.number(message.rangeStart);
    fields.number(message.rangeStep);
    fields.string(message.columnPath);
    fields.number(message.columnCells);
    fields.number(message.columnOffset);
    fields.string(message.statusPagePath);
    writeStrings(fields, message.words);
    writeStrings(fields, message.columns);
    fields.number(message.timeout);
    fields.number(message.outputLimit);
    fields.number(static_cast<std::uint8_t>(message.keepsValues));
    fields.number(static_cast<std::uint8_t>(message.stopsAtFailure));
}

Result<Setup> decodeSetup(std::string_view body)
{
    FieldReader reader(body);
    Setup message;
    message.magic = reader.number<std::uint32_t>();
    message.version = reader.number<std::uint16_t>();
    if (!reader.ok() || message.magic != magic)
        return failure("the pool does not speak this protocol");
    if (message.version != protocolVersion)
        return failure("the pool speaks version " + std::to_string(message.version)
            + " of the protocol, this worker version " + std::to_string(protocolVersion));
    message.worker = WorkerId{reader.number<std::uint32_t>()};
    const auto task = reader.number<std::uint8_t>();
    message.target = reader.string();
    message.arguments = reader.string();
    const auto input = reader.number<std::uint8_t>();
    message.rangeStart = reader.number<std::int64_t>();
    message.rangeStep = reader.number<std::int64_t>();
    message.columnPath = reader.string();
    message.columnCells = reader.number<std::uint64_t>();
    message.columnOffset = reader.number<std::uint64_t>();
    message.statusPagePath = reader.string();
    message.words = readStrings(reader);
    message.columns = readStrings(reader);
    message.timeout = reader.number<std::uint64_t>();
    message.outputLimit = reader.number<std::uint64_t>();
    message.keepsValues = reader.number<std::uint8_t>() != 0;
    message.stopsAtFailure = reader.number<std::uint8_t>() != 0;
    if (task > static_cast<std::uint8_t>(TaskKind::Library)
        || input > static_cast<std::uint8_t>(InputKind::Rows))
        return failure("a Setup names an unknown kind of task or input");
    message.task = static_cast<TaskKind>(task);
    message.input = static_cast<InputKind>(input);
    return whole(reader, std::move(message));
}

void encode(std::string &out, const Work &message)
{
    const FrameWriter frame(out, MessageType::Work);
    FieldWriter fields(out);
    fields.number(message.first);
    fields.number(message.count);
    fields.raw(message.items);
}

Result<Work> decodeWork(std::string_view body)
{
    FieldReader reader(body);
    Work message;
    message.first = reader.number<std::uint64_t>();
    message.count = reader.number<std::uint32_t>();
    message.items = reader.rest();
    if (message.count == 0)
        return failure("a chunk without inputs");
    return whole(reader, message);
}

void encode(std::string &out, const Hello &message)
{
    const FrameWriter frame(out, MessageType::Hello);
    FieldWriter fields(out);
    fields.number(message.magic);
    fields.number(message.version);
    fields.number(message.pid);
    fields.string(message.host);
    fields.string(message.runtime);
    fields.number(message.clock);
}

Result<Hello> decodeHello(std::string_view body)
{
    FieldReader reader(body);
    Hello message;
    message.magic = reader.number<std::uint32_t>();
    message.version = reader.number<std::uint16_t>();
    if (!reader.ok() || message.magic != magic)
        return failure("the program that was started is not a Poolscope worker");
    if (message.version != protocolVersion)
        return failure("the worker speaks version " + std::to_string(message.version)
            + " of the protocol, this program version " + std::to_string(protocolVersion));
    message.pid = reader.number<std::uint32_t>();
    message.host = reader.string();
    message.runtime = reader.string();
    message.clock = reader.number<std::uint64_t>();
    return whole(reader, std::move(message));
}

void encode(std::string &out, const Ready &message)
{
    const FrameWriter frame(out, MessageType::Ready);
    FieldWriter fields(out);
    fields.number(message.clock);
    writeLoadCost(fields, message.loading);
}

Result<Ready> decodeReady(std::string_view body)
{
    FieldReader reader(body);
    Ready message;
    message.clock = reader.number<std::uint64_t>();
    message.loading = readLoadCost(reader);
    return whole(reader, message);
}

void encode(std::string &out, const Fork &message)
{
    const FrameWriter frame(out, MessageType::Fork);
    FieldWriter(out).number(numberOf(message.worker));
}

Result<Fork> decodeFork(std::string_view body)
{
    FieldReader reader(body);
    return whole(reader, Fork{WorkerId{reader.number<std::uint32_t>()}});
}

void encode(std::string &out, const Loaded &message)
{
    const FrameWriter frame(out, MessageType::Loaded);
    FieldWriter fields(out);
    writeLoadCost(fields, message.loading);
    fields.string(message.obstacle);
}

Result<Loaded> decodeLoaded(std::string_view body)
{
    FieldReader reader(body);
    Loaded message;
    message.loading = readLoadCost(reader);
    message.obstacle = reader.string();
    return whole(reader, message);
}

void encode(std::string &out, const Refused &message)
{
    const FrameWriter frame(out, MessageType::Refused);
    FieldWriter fields(out);
    const Failure &reason = message.reason;
    writeFailure(fields, {reason.kind, reason.type, reason.message, reason.detail});
}

Result<Refused> decodeRefused(std::string_view body)
{
    FieldReader reader(body);
    const FailureView reason = readFailure(reader);
    return whole(reader,
        Refused{{std::string(reason.kind), std::string(reason.type), std::string(reason.message),
            std::string(reason.detail)}});
}

void encode(std::string &out, const Done &message)
{
    const FrameWriter frame(out, MessageType::Done);
    FieldWriter fields(out);
    fields.number(message.first);
    fields.number(message.count);
    fields.number(static_cast<std::uint8_t>(message.store));
    fields.number(message.begun);
    fields.number(message.duration);
    fields.raw(message.values);
}

Result<Done> decodeDone(std::string_view body)
{
    FieldReader reader(body);
    Done message;
    message.first = reader.number<std::uint64_t>();
    message.count = reader.number<std::uint32_t>();
    const auto store = reader.number<std::uint8_t>();
    message.begun = reader.number<std::uint64_t>();
    message.duration = reader.number<std::uint64_t>();
    message.values = reader.rest();
    if (store > static_cast<std::uint8_t>(Store::Inline) || message.count == 0)
        return failure("a span without iterations or of an unknown kind");
    message.store = static_cast<Store>(store);
    if (message.store != Store::Inline && !message.values.empty())
        return failure("a span with values both in the column and outside it");
    return whole(reader, message);
}

void encode(std::string &out, const BatchReport &message)
{
    const FrameWriter frame(out, MessageType::BatchReport);
    FieldWriter fields(out);
    fields.number(message.received);
    fields.number(message.answered);
    fields.number(message.cpu);
    fields.number(message.runQueue);
    fields.number(message.maxRss);
    fields.number(message.decoding);
}

Result<BatchReport> decodeBatchReport(std::string_view body)
{
    FieldReader reader(body);
    BatchReport message;
    message.received = reader.number<std::uint64_t>();
    message.answered = reader.number<std::uint64_t>();
    message.cpu = reader.number<std::uint64_t>();
    message.runQueue = reader.number<std::uint64_t>();
    message.maxRss = reader.number<std::uint64_t>();
    message.decoding = reader.number<std::uint64_t>();
    return whole(reader, message);
}

void encode(std::string &out, const Printed &message)
{
    const FrameWriter frame(out, MessageType::Printed);
    FieldWriter fields(out);
    fields.number(message.index);
    fields.number(static_cast<std::uint8_t>(message.stream));
    fields.raw(message.text);
}

Result<Printed> decodePrinted(std::string_view body)
{
    FieldReader reader(body);
    Printed message;
    message.index = reader.number<std::uint64_t>();
    const auto stream = reader.number<std::uint8_t>();
    message.text = reader.rest();
    if (stream != static_cast<std::uint8_t>(Stream::Output)
        && stream != static_cast<std::uint8_t>(Stream::Error))
        return failure("something printed to an unknown stream");
    message.stream = static_cast<Stream>(stream);
    return whole(reader, message);
}

void encode(std::string &out, const WrongValues &message)
{
    const FrameWriter frame(out, MessageType::WrongValues);
    FieldWriter(out).raw(message.reason);
}

Result<WrongValues> decodeWrongValues(std::string_view body)
{
    return WrongValues{body};
}

void encode(std::string &out, const Returned &message)
{
    const FrameWriter frame(out, MessageType::Returned);
    FieldWriter(out).number(message.position);
}

Result<Returned> decodeReturned(std::string_view body)
{
    FieldReader reader(body);
    return whole(reader, Returned{reader.number<std::uint64_t>()});
}

void encode(std::string &out, const WorkerGoodbye &)
{
    const FrameWriter frame(out, MessageType::WorkerGoodbye);
}

void encode(std::string &out, const PoolGoodbye &)
{
    const FrameWriter frame(out, MessageType::PoolGoodbye);
}

void encode(std::string &out, const Continue &)
{
    const FrameWriter frame(out, MessageType::Continue);
}

} // namespace poolscope::wire
