// SPDX-License-Identifier: GPL-3.0-or-later
// Run arguments: a RunSpec as arguments of `poolscope run`, both ways.
#pragma once

#include "result.h"
#include "spec/runspec.h"
#include "task/numbertext.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace poolscope {

/// The options of `poolscope run` that make a RunSpec, as they are typed.
struct TypedSpec {
    std::string builtin;
    std::string python;
    std::string interpreter = PythonTask().interpreter;
    std::string initialiser;
    std::string command;
    std::string shell;
    std::string filter;
    std::string library;
    std::string range;
    std::string lines;
    std::string csv;
    std::string delimiter = ",";
    std::string header = "first";
    std::string columns = "all";
    std::string files;
    std::string workers = "auto";
    std::string chunk = "auto";
    std::string window = "auto";
    std::string retries = "0";
    std::string timeout = "none";
    std::string memoryLimit = "none";
    std::string outputLimit = sizeText(defaultOutputLimit);
    std::string recycle = "none";
    std::string halt = "none";
    std::string start = "spawn";
};

inline constexpr const char *seeHelp = "; see 'poolscope --help'";

/// Adds the options of a TypedSpec, which parsing then fills.
void describeSpec(CLI::App &run, TypedSpec &typed);

/// Has every option that takes a value refuse an empty one.
void refuseEmptyValues(CLI::App &run);

Result<RunSpec> toSpec(const TypedSpec &typed);

/// Numbers as --workers has them where there may be several, such as "1,2,auto"; auto is nothing.
/// Each once, in their order.
Result<std::vector<std::optional<std::uint64_t>>> parseCounts(
    const char *option, const std::string &text, std::uint64_t most);

/// One number, from `least` to `most`.
Result<std::uint64_t> parseCount(
    const char *option, const std::string &text, std::uint64_t least, std::uint64_t most);

/// The arguments behind `poolscope run` that give this spec. What is a default is left out.
std::vector<std::string> runArguments(const RunSpec &spec);

/// The spec that such arguments give. Options that make no part of it, such as -o, are refused.
Result<RunSpec> parseRunArguments(const std::vector<std::string> &arguments);

/// A size as --memory-limit has it, such as 500M or 2G; nothing for "none".
Result<std::optional<std::uint64_t>> parseMemoryLimit(const std::string &text);
/// A size as --output-limit has it, such as 64M.
Result<std::uint64_t> parseOutputLimit(const std::string &text);

/// "poolscope run --builtin sqrt --range 1:5000", quoted for a POSIX shell where it has to be.
std::string shellCommand(const RunSpec &spec);

} // namespace poolscope
