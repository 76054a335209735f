// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/units.h"

#include <cstdint>
#include <gtest/gtest.h>

namespace poolscope {
namespace {

/// Spaces before units do not break.
std::string plain(QString text)
{
    return text.replace(QChar(QChar::Nbsp), QLatin1Char(' ')).toStdString();
}

TEST(Units, CountsAreGrouped)
{
    EXPECT_EQ(plain(countText(0)), "0");
    EXPECT_EQ(plain(countText(999)), "999");
    EXPECT_EQ(plain(countText(4999)), "4,999");
    EXPECT_EQ(plain(countText(10'000'000)), "10,000,000");
    EXPECT_EQ(plain(countText(UINT64_MAX)), "18,446,744,073,709,551,615");
}

TEST(Units, RatesHaveAsManyDigitsAsTell)
{
    struct Case {
        double rate;
        const char *text;
    };
    for (const auto &[rate, text] :
        {Case{0, "? it/s"}, {-1, "? it/s"}, {NAN, "? it/s"}, {0.25, "0.25 it/s"}, {1, "1 it/s"},
            {9.99, "9.99 it/s"}, {12.34, "12.3 it/s"}, {99.96, "100 it/s"}, {6240.4, "6,240 it/s"},
            {999'999, "999,999 it/s"}, {1e6, "1 M it/s"}, {2.7e6, "2.7 M it/s"},
            {428e6, "428 M it/s"}, {12'345e6, "12,345 M it/s"}})
        EXPECT_EQ(plain(rateText(rate)), text) << rate;
}

TEST(Units, DurationsHaveTheUnitThatFits)
{
    struct Case {
        double nanoseconds;
        const char *text;
    };
    for (const auto &[nanoseconds, text] :
        {Case{0, "0 ns"}, {1, "1 ns"}, {999, "999 ns"}, {1000, "1 µs"}, {19'000, "19 µs"},
            {12'345, "12.3 µs"}, {123'456, "123 µs"}, {812e6, "812 ms"}, {1.25e9, "1.25 s"},
            {59e9, "59 s"}, {60e9, "1 min 0 s"}, {200e9, "3 min 20 s"}, {3599.9e9, "59 min 59 s"},
            {3600e9, "1 h 0 min"}, {90'061e9, "25 h 1 min"}})
        EXPECT_EQ(plain(durationText(nanoseconds)), text) << nanoseconds;
}

TEST(Units, DurationsThatRoundUpHaveTheNextUnit)
{
    EXPECT_EQ(plain(durationText(999.4e6)), "999 ms");
    EXPECT_EQ(plain(durationText(999.9e6)), "1 s");
    EXPECT_EQ(plain(durationText(999'960)), "1 ms");
    EXPECT_EQ(plain(durationText(999.7)), "1 µs");
    EXPECT_EQ(plain(rateText(999'999.7)), "1 M it/s");
}

TEST(Units, MemoryIsInMegabytes)
{
    EXPECT_EQ(plain(memoryText(0)), "0.0 MB");
    EXPECT_EQ(plain(memoryText(29'400'000)), "29.4 MB");
    EXPECT_EQ(plain(memoryText(12'345'600'000)), "12,345.6 MB");
}

TEST(Units, PercentsHaveADecimalWhereTheyAreSmall)
{
    EXPECT_EQ(plain(percentText(0)), "0%");
    EXPECT_EQ(plain(percentText(0.004)), "0.4%");
    EXPECT_EQ(plain(percentText(0.0994)), "9.9%");
    EXPECT_EQ(plain(percentText(0.0996)), "10%");
    EXPECT_EQ(plain(percentText(0.834)), "83%");
    EXPECT_EQ(plain(percentText(1)), "100%");
}

TEST(Units, TimeTicksAreToldApart)
{
    struct Case {
        double time;
        double step;
        const char *text;
    };
    for (const auto &[time, step, text] : {Case{0, 1e9, "0"}, {1e9, 1e9, "1 s"},
             {1.5e9, 5e8, "1.5 s"}, {1e9, 5e8, "1.0 s"}, {1.0002e9, 2e5, "1.0002 s"},
             {2e8, 2e8, "200 ms"}, {2.5e6, 5e5, "2.5 ms"}, {3e3, 1e3, "3 µs"}, {7, 1, "7 ns"},
             {12e9, 2.5e9, "12.0 s"}, {-1e8, 1e8, "-100 ms"}, {1'000'000'001, 1, "1.000000001 s"}})
        EXPECT_EQ(plain(tickTimeText(time, step)), text) << time << " " << step;
}

TEST(Units, TimeTicksThatFollowEachOtherDiffer)
{
    for (double step = 1; step<1e12; step *= step> 1e11 ? 2 : 2.5) {
        const double whole = std::round(step);
        for (const double first : {0.0, whole * 100, whole * 1e6}) {
            QString before;
            for (int tick = 0; tick < 20; ++tick) {
                const QString text = tickTimeText(first + tick * whole, whole);
                ASSERT_NE(text, before) << whole << " " << first;
                before = text;
            }
        }
    }
}

TEST(Units, CountTicksAreShort)
{
    EXPECT_EQ(plain(tickCountText(0, 500, 2000)), "0");
    EXPECT_EQ(plain(tickCountText(1500, 500, 2000)), "1,500");
    EXPECT_EQ(plain(tickCountText(0.5, 0.5, 1)), "0.5");
    EXPECT_EQ(plain(tickCountText(2.5e6, 5e5, 3e6)), "2.5 M");
    EXPECT_EQ(plain(tickCountText(750e3, 25e4, 1.25e6)), "0.75 M");
    EXPECT_EQ(plain(tickCountText(2e6, 1e6, 3e6)), "2 M");
    EXPECT_EQ(plain(tickCountText(3e9, 1e9, 3e9)), "3 G");
    EXPECT_EQ(plain(tickCountText(1.25e12, 2.5e11, 2e12)), "1.25 T");
}

} // namespace
} // namespace poolscope
