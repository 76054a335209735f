// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/figures.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace poolscope {
namespace {

using namespace std::chrono_literals;

template <typename Number> struct Case {
    Number number;
    const char *text;
};

TEST(Figures, SecondsAreNotTakenForNanoseconds)
{
    EXPECT_EQ(textOf(Seconds(1.25)), "1.25 s");
    EXPECT_EQ(textOf(Duration(1.25)), "1.25 ns");
    EXPECT_EQ(inSeconds(Duration(1.5e9)), 1.5);
    static_assert(!std::is_convertible_v<double, Duration>);
    static_assert(!std::is_convertible_v<Bytes, Count>);
}

TEST(Figures, CountsAreExact)
{
    EXPECT_EQ(textOf(Count{0}), "0");
    EXPECT_EQ(textOf(Count{999}), "999");
    EXPECT_EQ(textOf(Count{4999}), "4,999");
    EXPECT_EQ(textOf(Count{10'000'000}), "10,000,000");
    EXPECT_EQ(textOf(Count{UINT64_MAX}), "18,446,744,073,709,551,615");
    EXPECT_EQ(textOf(Count{1}, "worker"), "1 worker");
    EXPECT_EQ(textOf(Count{0}, "worker"), "0 workers");
    EXPECT_EQ(textOf(Count{4999}, "input"), "4,999 inputs");
}

TEST(Figures, RatesHaveThreeDigits)
{
    for (const auto &[rate, text] : {Case<double>{0.25, "0.25 it/s"}, {0.001234, "0.00123 it/s"},
             {1, "1 it/s"}, {9.999, "10 it/s"}, {12.34, "12.3 it/s"}, {99.96, "100 it/s"},
             {999.6, "1,000 it/s"}, {2044.1, "2,040 it/s"}, {33'012, "33,000 it/s"},
             {999'400, "999,000 it/s"}, {999'700, "1 M it/s"}, {2.7e6, "2.7 M it/s"},
             {428e6, "428 M it/s"}, {12'345e6, "12.3 G it/s"}})
        EXPECT_EQ(textOf(Rate{rate}), text) << rate;
    EXPECT_EQ(withoutUnit(Rate{6240}), "6,240");
    EXPECT_EQ(withoutUnit(Rate{2.7e6}), "2.7 M");
}

TEST(Figures, UnknownFiguresAreQuestionMarks)
{
    for (const double rate : {0.0, -1.0, std::nan("")})
        EXPECT_EQ(textOf(Rate{rate}), "? it/s");
    const double infinite = std::numeric_limits<double>::infinity();
    for (const double number : {std::nan(""), infinite, -infinite}) {
        EXPECT_EQ(textOf(Seconds(number)), "?");
        EXPECT_EQ(withoutUnit(Rate{number}), "?");
        EXPECT_EQ(textOf(Share{number}), "?");
        EXPECT_EQ(textOf(Factor{number}), "? x");
    }
}

TEST(Figures, DurationsHaveTheUnitThatFits)
{
    for (const auto &[nanoseconds, text] :
        {Case<double>{0, "0 ns"}, {0.5, "0.5 ns"}, {1, "1 ns"}, {999, "999 ns"}, {999.7, "1 µs"},
            {1000, "1 µs"}, {19'000, "19 µs"}, {12'345, "12.3 µs"}, {123'456, "123 µs"},
            {999'960, "1 ms"}, {812e6, "812 ms"}, {999.4e6, "999 ms"}, {999.9e6, "1 s"},
            {1.25e9, "1.25 s"}, {59.9e9, "59.9 s"}, {59.96e9, "1 min 0 s"}, {200e9, "3 min 20 s"},
            {3599.4e9, "59 min 59 s"}, {3599.9e9, "1 h 0 min"}, {90'061e9, "25 h 1 min"},
            {-5e6, "-5 ms"}, {-61e9, "-1 min 1 s"}, {36e15, "10,000 h 0 min"}})
        EXPECT_EQ(textOf(Duration(nanoseconds)), text) << nanoseconds;
}

TEST(Figures, SizesArePowersOf1024)
{
    for (const auto &[bytes, text] :
        {Case<std::uint64_t>{0, "0 B"}, {812, "812 B"}, {1024, "1 KiB"}, {500 << 20, "500 MiB"},
            {29'400'000, "28 MiB"}, {1'536 << 10, "1.5 MiB"}, {12ULL << 30, "12 GiB"}})
        EXPECT_EQ(textOf(Bytes{bytes}), text);
}

TEST(Figures, SharesHaveADecimalWhereTheyAreSmall)
{
    for (const auto &[share, text] : {Case<double>{0, "0%"}, {0.0001, "<0.1%"}, {0.004, "0.4%"},
             {0.0994, "9.9%"}, {0.0996, "10%"}, {0.834, "83%"}, {1, "100%"}, {12.34, "1,234%"}})
        EXPECT_EQ(textOf(Share{share}), text) << share;
}

TEST(Figures, FactorsHaveThreeDigits)
{
    EXPECT_EQ(textOf(Factor{1.764}), "1.76 x");
    EXPECT_EQ(textOf(Factor{150.2}), "150 x");
    EXPECT_EQ(textOf(Factor{1}), "1 x");
    EXPECT_EQ(threeDigits(0.01234), "0.0123");
    EXPECT_EQ(threeDigits(-1412), "-1,410");
}

TEST(Figures, TimeTicksDiffer)
{
    struct Tick {
        Duration time;
        Duration step;
        const char *text;
    };
    for (const auto &[time, step, text] : {Tick{0s, 1s, "0"}, {1s, 1s, "1 s"},
             {1.5s, 0.5s, "1.5 s"}, {1s, 0.5s, "1.0 s"}, {1.0002s, 0.2ms, "1.0002 s"},
             {200ms, 200ms, "200 ms"}, {2.5ms, 0.5ms, "2.5 ms"}, {3us, 1us, "3 µs"},
             {7ns, 1ns, "7 ns"}, {12s, 2.5s, "12.0 s"}, {-100ms, 100ms, "-100 ms"},
             {1'000'000'001ns, 1ns, "1.000000001 s"}, {2000s, 500s, "2,000 s"}})
        EXPECT_EQ(tickText(time, step), text) << time.count() << " " << step.count();
}

TEST(Figures, TimeTicksThatFollowEachOtherDiffer)
{
    for (double step = 1; step<1e12; step *= step> 1e11 ? 2 : 2.5) {
        const double whole = std::round(step);
        for (const double first : {0.0, whole * 100, whole * 1e6}) {
            std::string before;
            for (int tick = 0; tick < 20; ++tick) {
                const std::string text = tickText(Duration(first + tick * whole), Duration(whole));
                ASSERT_NE(text, before) << whole << " " << first;
                before = text;
            }
        }
    }
}

TEST(Figures, NumberTicksAreShort)
{
    EXPECT_EQ(tickText(0, 500, 2000), "0");
    EXPECT_EQ(tickText(1500, 500, 2000), "1,500");
    EXPECT_EQ(tickText(0.5, 0.5, 1), "0.5");
    EXPECT_EQ(tickText(2.5e6, 5e5, 3e6), "2.5 M");
    EXPECT_EQ(tickText(750e3, 25e4, 1.25e6), "0.75 M");
    EXPECT_EQ(tickText(2e6, 1e6, 3e6), "2 M");
    EXPECT_EQ(tickText(3e9, 1e9, 3e9), "3 G");
    EXPECT_EQ(tickText(1.25e12, 2.5e11, 2e12), "1.25 T");
}

} // namespace
} // namespace poolscope
