// SPDX-License-Identifier: GPL-3.0-or-later
// Feeds any bytes to the decoder of frames and, where they make frames, to that of their messages:
// the first byte chooses the direction, the second in which pieces the rest comes.
#include "wire/codec.h"
#include "wire/outcomecodec.h"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace poolscope;
using namespace poolscope::wire;

void decodeOutcomes(std::string_view values)
{
    FieldReader reader(values);
    while (decodeOutcome(reader) && !reader.atEnd()) { }
}

void decode(const Frame &frame)
{
    switch (frame.type) {
    case MessageType::Setup:
        decodeSetup(frame.body);
        break;
    case MessageType::Work:
        decodeWork(frame.body);
        break;
    case MessageType::Hello:
        decodeHello(frame.body);
        break;
    case MessageType::Ready:
        decodeReady(frame.body);
        break;
    case MessageType::Refused:
        decodeRefused(frame.body);
        break;
    case MessageType::Done:
        if (const auto done = decodeDone(frame.body))
            decodeOutcomes(done->values);
        break;
    case MessageType::BatchReport:
        decodeBatchReport(frame.body);
        break;
    case MessageType::Printed:
        decodePrinted(frame.body);
        break;
    case MessageType::WrongValues:
        decodeWrongValues(frame.body);
        break;
    case MessageType::Returned:
        decodeReturned(frame.body);
        break;
    case MessageType::Fork:
        decodeFork(frame.body);
        break;
    case MessageType::Loaded:
        decodeLoaded(frame.body);
        break;
    case MessageType::PoolGoodbye:
    case MessageType::Continue:
    case MessageType::WorkerGoodbye:
        break;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 2)
        return 0;
    FrameDecoder decoder(data[0] % 2 == 0 ? Direction::ToPool : Direction::ToWorker);
    const std::size_t piece = std::size_t{data[1]} + 1;
    std::string_view rest(reinterpret_cast<const char *>(data) + 2, size - 2);
    decodeOutcomes(rest);
    while (!rest.empty()) {
        decoder.feed(rest.substr(0, piece));
        rest.remove_prefix(std::min(piece, rest.size()));
        while (const auto frame = decoder.next())
            decode(*frame);
        if (!decoder.error().empty() && decoder.next())
            std::abort(); // an error is terminal
    }
    return 0;
}
