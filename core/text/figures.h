// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as text: the one place that turns durations, rates, sizes, shares and counts into texts
// for the user, in the window, on the command line, in reports and on axes.
//
// A count is exact. A share has whole percents, and one decimal below 10%. Every other figure has
// at most three significant digits. Thousands are separated by commas. A figure that is not known
// is a '?'. Files that programs read have plain numbers instead, and the progress line in the
// terminal has the format of tqdm.
//
// The folder core/text depends on no other, so that all of core/ and app/ may use it: limits of the
// pool, findings of the analysis and axes of the window print the same figures.
#pragma once

#include "text/units.h"

#include <string>
#include <string_view>

namespace poolscope {

/// "205 ns", "19 µs", "1.25 s", "3 min 20 s", "25 h 1 min".
std::string textOf(Duration duration);
/// "0.25 it/s", "2,040 it/s", "2.7 M it/s"; "? it/s" for none.
std::string textOf(Rate rate);
/// "812 B", "29.4 MiB": powers of 1024, as the options take them.
std::string textOf(Bytes bytes);
/// "83%", "0.4%", "<0.1%".
std::string textOf(Share share);
/// "1.76 x", "150 x".
std::string textOf(Factor factor);
/// "4,999".
std::string textOf(Count count);
/// "1 worker", "4,999 workers".
std::string textOf(Count count, std::string_view one);

/// The rate for a column or an axis whose heading has the unit: "2,040", "2.7 M".
std::string withoutUnit(Rate rate);
/// Three significant digits of a figure without a unit: "0.0123", "1,400".
std::string threeDigits(double value);

/// A time on an axis with ticks `step` apart, with as many digits as neighbours need to differ.
std::string tickText(Duration time, Duration step);
/// A number on an axis whose greatest number is given, so that all ticks have one unit: "0.5 M".
std::string tickText(double number, double step, double greatest);

} // namespace poolscope
