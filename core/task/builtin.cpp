// SPDX-License-Identifier: GPL-3.0-or-later
#include "task/builtin.h"

#include "task/numbertext.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <nettle/sha2.h>
#include <numeric>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace poolscope {

namespace {

constexpr std::array catalogue{
    BuiltinInfo{"sqrt", "", "square root; nan below 0"},
    BuiltinInfo{"is_prime", "", "1 for a prime, else 0; by trial division, costs up to sqrt(n)"},
    BuiltinInfo{"collatz", "", "steps until the Collatz sequence reaches 1; uneven and short"},
    BuiltinInfo{"sha256", "", "SHA-256 of the input's text, in hexadecimal"},
    BuiltinInfo{"mandelbrot", "[:WIDTH]",
        "iterations in row n of a square picture WIDTH wide (1024); uneven, by row"},
    BuiltinInfo{"sleep_ms", "[:MS]", "sleeps MS milliseconds (1): waits, computes nothing"},
    BuiltinInfo{"heavy_tail", "[:SEED]",
        "computes 20 us, now and then up to 20 ms, as SEED (1) and n decide; gives the us"},
    BuiltinInfo{"memory_walk", "[:MIB]",
        "4096 dependent reads across MIB MiB (64) of memory: bound by memory, not by the core"},
};

constexpr std::size_t cacheLine = 64;
constexpr std::size_t cycleStride = cacheLine / sizeof(std::uint32_t);

std::uint64_t mix(std::uint64_t x)
{
    // The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
    // Generators, OOPSLA 2014).
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

struct SquareRoot {
    double operator()(std::int64_t n) const { return std::sqrt(static_cast<double>(n)); }
};

struct IsPrime {
    std::int64_t operator()(std::int64_t n) const
    {
        if (n < 4)
            return n == 2 || n == 3;
        if (n % 2 == 0 || n % 3 == 0)
            return 0;
        for (std::int64_t d = 5; d <= n / d; d += 6) {
            if (n % d == 0 || n % (d + 2) == 0)
                return 0;
        }
        return 1;
    }
};

__extension__ using Wide = unsigned __int128; // a sequence may exceed 64 bits
struct Collatz {
    std::int64_t operator()(std::int64_t n) const
    {
        std::int64_t steps = 0;
        for (Wide x = n > 0 ? static_cast<Wide>(n) : 1; x != 1; ++steps)
            x = x % 2 == 0 ? x / 2 : 3 * x + 1;
        return steps;
    }
};

struct MandelbrotRow {
    std::int64_t width;

    std::int64_t operator()(std::int64_t row) const
    {
        constexpr int limit = 256;
        const double scale = 3.0 / static_cast<double>(width);
        const double y = 1.5 - scale * static_cast<double>(((row % width) + width) % width);
        std::int64_t total = 0;
        for (std::int64_t column = 0; column < width; ++column) {
            const double x = scale * static_cast<double>(column) - 2.25;
            double re = 0;
            double im = 0;
            int iterations = 0;
            for (; iterations < limit && re * re + im * im <= 4; ++iterations) {
                const double squared = re * re - im * im;
                im = 2 * re * im + y;
                re = squared + x;
            }
            total += iterations;
        }
        return total;
    }
};

struct SleepMilliseconds {
    std::int64_t milliseconds;

    std::int64_t operator()(std::int64_t) const
    {
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        return milliseconds;
    }
};

struct HeavyTail {
    std::int64_t seed;

    std::int64_t operator()(std::int64_t n) const
    {
        // A Pareto distribution with exponent 1.1, cut off at a thousand times its minimum.
        const std::uint64_t bits =
            mix(static_cast<std::uint64_t>(seed) ^ mix(static_cast<std::uint64_t>(n)));
        const double uniform = (static_cast<double>(bits >> 11) + 1) * 0x1p-53;
        const auto microseconds = std::llround(20 * std::min(1000.0, std::pow(uniform, -1 / 1.1)));
        const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(microseconds);
        while (std::chrono::steady_clock::now() < end) { }
        return microseconds;
    }
};

/// Returns one cycle through all cache lines of a block of memory, in random order.
std::vector<std::uint32_t> makeCycle(std::int64_t mebibytes)
{
    const std::size_t lines = static_cast<std::size_t>(mebibytes) * 1024 * 1024 / cacheLine;
    std::vector<std::uint32_t> order(lines);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = lines - 1; i > 0; --i)
        std::swap(order[i], order[mix(i) % i]);
    std::vector<std::uint32_t> next(lines * cycleStride);
    for (std::size_t i = 0; i < lines; ++i)
        next[i * cycleStride] = order[i];
    return next;
}

struct MemoryWalk {
    std::int64_t mebibytes;
    /// The cycle. Made at the first call, so that a task that does not run uses no memory.
    std::shared_ptr<std::vector<std::uint32_t>> next =
        std::make_shared<std::vector<std::uint32_t>>();

    std::int64_t operator()(std::int64_t n) const
    {
        if (next->empty())
            *next = makeCycle(mebibytes);
        std::size_t line = mix(static_cast<std::uint64_t>(n)) % (next->size() / cycleStride);
        for (int step = 0; step < 4096; ++step)
            line = (*next)[line * cycleStride];
        return static_cast<std::int64_t>(line);
    }
};

std::string sha256(std::string_view text)
{
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, text.size(), reinterpret_cast<const std::uint8_t *>(text.data()));
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
    sha256_digest(&context, digest.size(), digest.data());
    std::string hex;
    for (const std::uint8_t byte : digest) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
    }
    return hex;
}

std::string quoted(std::string_view text)
{
    return "'" + std::string(text) + "'";
}

/// Makes a task of a function. `together` inputs always take less than some microseconds.
template <std::uint64_t together = 1, typename Function> NumberTask numberTask(Function function)
{
    using Value = std::invoke_result_t<Function, std::int64_t>;
    NumberTask task;
    task.kind = std::is_same_v<Value, double> ? OutcomeKind::Real : OutcomeKind::Integer;
    task.run = [function](
                   const IntegerRun &inputs, std::uint64_t *cells, const IterationGate &gate) {
        auto input = static_cast<std::uint64_t>(inputs.start);
        std::uint64_t i = 0;
        while (i < inputs.count) {
            const std::uint64_t end = std::min(i + together, inputs.count);
            if (!gate.mayBegin(end))
                break;
            for (; i < end; ++i) {
                cells[i] = std::bit_cast<std::uint64_t>(function(static_cast<std::int64_t>(input)));
                input += static_cast<std::uint64_t>(inputs.step);
            }
        }
        return i;
    };
    task.runText = [function](std::string_view text) -> Result<std::uint64_t> {
        return parseInteger(text).map(
            [&](std::int64_t number) { return std::bit_cast<std::uint64_t>(function(number)); });
    };
    return task;
}

NumberTask squareRootTask()
{
    NumberTask task = numberTask<1024>(SquareRoot());
    task.runText = [](std::string_view text) -> Result<std::uint64_t> {
        return parseReal(text).map(
            [](double number) { return std::bit_cast<std::uint64_t>(std::sqrt(number)); });
    };
    return task;
}

Result<std::int64_t> argument(std::string_view name, std::string_view text, std::int64_t fallback,
    std::int64_t least, std::int64_t most)
{
    if (text.empty())
        return fallback;
    const auto number = parseInteger(text);
    if (!number || *number < least || *number > most)
        return failure("built-in " + std::string(name) + " takes a number from "
            + std::to_string(least) + " to " + std::to_string(most) + ", not " + quoted(text));
    return *number;
}

std::string knownNames()
{
    std::string names;
    for (const BuiltinInfo &info : catalogue)
        names.append(names.empty() ? "" : ", ").append(info.name);
    return names;
}

} // namespace

std::span<const BuiltinInfo> builtins()
{
    return catalogue;
}

Result<Builtin> makeBuiltin(std::string_view name, std::string_view arguments)
{
    const auto with = [&](std::int64_t fallback, std::int64_t least, std::int64_t most, auto make) {
        return argument(name, arguments, fallback, least, most).map([&](std::int64_t value) {
            return Builtin(numberTask(make(value)));
        });
    };
    constexpr std::int64_t anyMost = std::numeric_limits<std::int64_t>::max();
    if (name == "mandelbrot")
        return with(1024, 1, 1'000'000, [](std::int64_t width) { return MandelbrotRow{width}; });
    if (name == "sleep_ms")
        return with(1, 0, 86'400'000, [](std::int64_t ms) { return SleepMilliseconds{ms}; });
    if (name == "heavy_tail")
        return with(1, 0, anyMost, [](std::int64_t seed) { return HeavyTail{seed}; });
    if (name == "memory_walk")
        return with(64, 1, 65'536, [](std::int64_t mebibytes) { return MemoryWalk{mebibytes}; });

    std::optional<Builtin> plain;
    if (name == "sqrt")
        plain = squareRootTask();
    else if (name == "is_prime")
        plain = numberTask(IsPrime());
    else if (name == "collatz")
        plain = numberTask(Collatz());
    else if (name == "sha256")
        plain = TextTask{sha256};
    if (!plain)
        return failure("there is no built-in " + quoted(name) + "; there are: " + knownNames());
    if (!arguments.empty())
        return failure(
            "built-in " + std::string(name) + " takes no arguments, not " + quoted(arguments));
    return std::move(*plain);
}

} // namespace poolscope
