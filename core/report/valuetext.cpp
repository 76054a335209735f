// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/valuetext.h"

#include "wire/jsontext.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstring>
#include <iterator>
#include <string_view>

namespace poolscope {

namespace {

void appendInteger(std::string &out, std::integral auto value)
{
    char digits[24];
    out.append(digits, std::to_chars(digits, std::end(digits), value).ptr);
}

void appendHex(std::string &out, unsigned char byte)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

// Line breaks of a JSON document are only between its tokens, where a space can replace them.
void appendDocument(std::string &out, std::string_view json)
{
    const auto isBreak = [](char c) {
        return c == '\n' || c == '\r';
    };
    std::replace_copy_if(json.begin(), json.end(), std::back_inserter(out), isBreak, ' ');
}

void appendReals(std::string &out, std::string_view bytes)
{
    out += '[';
    for (std::size_t at = 0; at < bytes.size(); at += realSize) {
        double value = 0;
        std::memcpy(&value, bytes.data() + at + 1, sizeof(value));
        if (at > 0)
            out += ',';
        appendReal(out, value);
    }
    out += ']';
}

std::string bytesRepr(std::string_view bytes)
{
    const bool useDouble =
        bytes.find('\'') != std::string_view::npos && bytes.find('"') == std::string_view::npos;
    const char quote = useDouble ? '"' : '\'';
    std::string repr = {'b', quote};
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '\t') {
            repr += "\\t";
        } else if (byte == '\n') {
            repr += "\\n";
        } else if (byte == '\r') {
            repr += "\\r";
        } else if (byte < 0x20 || byte >= 0x7f) {
            repr += "\\x";
            appendHex(repr, byte);
        } else {
            if (c == quote || c == '\\')
                repr += '\\';
            repr += c;
        }
    }
    return repr += quote;
}

void appendMember(std::string &out, std::string_view name, std::string_view value)
{
    out += '"';
    out += name;
    out += "\": ";
    appendJsonString(out, value);
}

void appendNumber(std::string &out, std::string_view name, std::integral auto value)
{
    out += ", \"";
    out += name;
    out += "\": ";
    appendInteger(out, value);
}

void appendContext(std::string &out, const FailureContext &context)
{
    if (context.exitStatus)
        appendNumber(out, "exit_status", *context.exitStatus);
    if (context.signal > 0)
        appendNumber(out, "signal", context.signal);
    if (context.attempts > 0)
        appendNumber(out, "attempts", context.attempts);
    if (context.worker != noWorker)
        appendNumber(out, "worker", numberOf(context.worker));
    if (context.memory > 0)
        appendNumber(out, "memory_bytes", context.memory);
}

void appendJsonFailure(std::string &out, const FailureView &failure)
{
    out += '{';
    appendMember(out, "kind", failure.kind);
    if (!failure.type.empty())
        appendMember(out += ", ", "type", failure.type);
    appendMember(out += ", ", "message", failure.message);
    if (!failure.detail.empty())
        appendMember(out += ", ", "detail", failure.detail);
    appendContext(out, failure.context);
    out += '}';
}

void appendJsonRepr(std::string &out, std::string_view repr)
{
    appendJsonString(out, repr);
    out += ", \"repr\": true";
}

void appendJsonReal(std::string &out, double value)
{
    if (std::isfinite(value)) {
        appendReal(out, value);
        return;
    }
    std::string repr;
    appendReal(repr, value);
    appendJsonRepr(out, repr);
}

} // namespace

void appendReal(std::string &out, double value)
{
    if (std::isnan(value)) {
        out += "nan";
        return;
    }
    const double size = std::fabs(value);
    const bool isPlain = size == 0 || (size >= 1e-4 && size < 1e16);
    const auto layout = isPlain ? std::chars_format::fixed : std::chars_format::scientific;
    char digits[32];
    const char *const end = std::to_chars(digits, std::end(digits), value, layout).ptr;
    const std::string_view number(digits, end);
    out += number;
    if (isPlain && number.find('.') == std::string_view::npos)
        out += ".0";
}

void appendText(std::string &out, const OutcomeView &outcome)
{
    switch (outcome.kind) {
    case OutcomeKind::None:
        out += "null";
        break;
    case OutcomeKind::Integer:
        appendInteger(out, outcome.integer);
        break;
    case OutcomeKind::Real:
        appendReal(out, outcome.real);
        break;
    case OutcomeKind::Text:
    case OutcomeKind::Bytes:
    case OutcomeKind::Repr:
        out += outcome.text;
        break;
    case OutcomeKind::Json:
        appendDocument(out, outcome.text);
        break;
    case OutcomeKind::Reals:
        appendReals(out, outcome.text);
        break;
    case OutcomeKind::Failure:
        break;
    }
}

void appendJsonLine(std::string &out, std::uint64_t index, const OutcomeView &outcome)
{
    out += "{\"index\": ";
    appendInteger(out, index);
    out += outcome.kind == OutcomeKind::Failure ? ", \"failure\": " : ", \"value\": ";
    switch (outcome.kind) {
    case OutcomeKind::None:
    case OutcomeKind::Integer:
    case OutcomeKind::Json:
    case OutcomeKind::Reals:
        appendText(out, outcome);
        break;
    case OutcomeKind::Real:
        appendJsonReal(out, outcome.real);
        break;
    case OutcomeKind::Text:
        appendJsonString(out, outcome.text);
        break;
    case OutcomeKind::Bytes:
        appendJsonRepr(out, bytesRepr(outcome.text));
        break;
    case OutcomeKind::Repr:
        appendJsonRepr(out, outcome.text);
        break;
    case OutcomeKind::Failure:
        appendJsonFailure(out, outcome.failure);
        break;
    }
    out += '}';
}

std::string failureText(const FailureView &failure)
{
    std::string text(failure.type.empty() ? failure.kind : failure.type);
    if (!failure.message.empty())
        (text += ": ") += failure.message;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

std::string failedInputText(std::uint64_t index, const FailureView &failure)
{
    return "input " + std::to_string(index) + " failed: " + failureText(failure);
}

} // namespace poolscope
