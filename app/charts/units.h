// SPDX-License-Identifier: GPL-3.0-or-later
// How figures are written for a person: rounded, grouped, with their unit.
#pragma once

#include <QString>
#include <cstdint>

namespace poolscope {

inline constexpr double percent = 100;
/// From this ratio on, small values are legible on a logarithmic scale only.
inline constexpr double muchApart = 30;

QString countText(std::uint64_t count); ///< "4,999"
QString rateFigure(double perSecond); ///< "6,240", "2.7 M", "0.25", where the unit is elsewhere
QString rateText(double perSecond); ///< "6,240 it/s", "2.7 M it/s", "0.25 it/s"; "? it/s" for none
QString durationText(double nanoseconds); ///< "812 ms", "1.25 s", "19 us", "3 min 20 s"
QString memoryText(std::uint64_t bytes); ///< "29.4 MB"
QString percentText(double share); ///< "83%", "0.4%"

/// A time on an axis whose ticks are `step` nanoseconds apart: as many digits as tell them apart.
QString tickTimeText(double nanoseconds, double step);
/// A count on an axis whose largest is given, so that all have one unit: "1,500", "0.5 M".
QString tickCountText(double count, double step, double largest);

} // namespace poolscope
