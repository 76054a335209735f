// SPDX-License-Identifier: GPL-3.0-or-later
// Codec: encodes messages as frames, and decodes the bodies of frames.
//
// Encoding appends a whole frame to a string. The decode functions read the body of one frame and
// fail if it is too short, too long or out of range. No byte sequence makes any of them throw, or
// read beyond its end.
#pragma once

#include "result.h"
#include "wire/fields.h"
#include "wire/frames.h"
#include "wire/messages.h"

#include <string>
#include <string_view>

namespace poolscope::wire {

void encode(std::string &out, const Setup &message);
void encode(std::string &out, const Work &message);
void encode(std::string &out, const Hello &message);
void encode(std::string &out, const Ready &message);
void encode(std::string &out, const Refused &message);
void encode(std::string &out, const Done &message);
void encode(std::string &out, const BatchReport &message);
void encode(std::string &out, const Printed &message);
void encode(std::string &out, const WrongValues &message);
void encode(std::string &out, const Returned &message);
void encode(std::string &out, const Fork &message);
void encode(std::string &out, const Loaded &message);
void encode(std::string &out, const WorkerGoodbye &message);
void encode(std::string &out, const Continue &message);
void encode(std::string &out, const PoolGoodbye &message);

Result<Setup> decodeSetup(std::string_view body);
Result<Work> decodeWork(std::string_view body);
Result<Hello> decodeHello(std::string_view body);
Result<Ready> decodeReady(std::string_view body);
Result<Refused> decodeRefused(std::string_view body);
Result<Done> decodeDone(std::string_view body);
Result<BatchReport> decodeBatchReport(std::string_view body);
Result<Printed> decodePrinted(std::string_view body);
Result<WrongValues> decodeWrongValues(std::string_view body);
Result<Returned> decodeReturned(std::string_view body);
Result<Fork> decodeFork(std::string_view body);
Result<Loaded> decodeLoaded(std::string_view body);

} // namespace poolscope::wire
