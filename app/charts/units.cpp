// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/units.h"

#include <QLocale>
#include <algorithm>
#include <array>
#include <cmath>

namespace poolscope {

namespace {

struct Unit {
    double size;
    const char *name;
};

constexpr std::array timeUnits{
    Unit{1e9, "s"}, Unit{1e6, "ms"}, Unit{1e3, "\u00b5s"}, Unit{1, "ns"}};
constexpr double roundsUp =
    0.9995; // so much of a unit is written as one, not as 1,000 smaller ones
constexpr std::array countUnits{Unit{1e12, "T"}, Unit{1e9, "G"}, Unit{1e6, "M"}};

QString number(double value, int decimals)
{
    return QLocale(QLocale::English).toString(value, 'f', decimals);
}

/// Three significant digits, but never fewer than the whole number has.
QString threeDigits(double value)
{
    const double magnitude = std::abs(value);
    const int decimals = magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
    QString text = number(value, decimals);
    if (decimals > 0) {
        while (text.endsWith(QLatin1Char('0')))
            text.chop(1);
        if (text.endsWith(QLatin1Char('.')))
            text.chop(1);
    }
    return text;
}

QString withUnit(const QString &value, const char *unit)
{
    return value + QChar(QChar::Nbsp) + QString::fromUtf8(unit);
}

/// The decimals that multiples of the step need.
int decimalsFor(double step)
{
    int decimals = 0;
    while (decimals < 9 && std::abs(step - std::round(step)) > 1e-6 * step) {
        step *= 10;
        ++decimals;
    }
    return decimals;
}

} // namespace

QString countText(std::uint64_t count)
{
    return QLocale(QLocale::English).toString(static_cast<qulonglong>(count));
}

QString rateFigure(double perSecond)
{
    if (perSecond >= 1e6 - 0.5)
        return threeDigits(perSecond / 1e6) + QStringLiteral(" M");
    return perSecond >= 100 ? number(perSecond, 0) : threeDigits(perSecond);
}

QString rateText(double perSecond)
{
    return (perSecond > 0 ? rateFigure(perSecond) : QStringLiteral("?")) + QStringLiteral(" it/s");
}

QString durationText(double nanoseconds)
{
    constexpr double minute = 60e9;
    if (nanoseconds >= 60 * minute)
        return QStringLiteral("%1 h %2 min")
            .arg(static_cast<qint64>(nanoseconds / (60 * minute)))
            .arg(static_cast<qint64>(nanoseconds / minute) % 60);
    if (nanoseconds >= minute)
        return QStringLiteral("%1 min %2 s")
            .arg(static_cast<qint64>(nanoseconds / minute))
            .arg(static_cast<qint64>(nanoseconds / 1e9) % 60);
    const auto unit = std::find_if(timeUnits.begin(), timeUnits.end(),
        [&](const Unit &candidate) { return nanoseconds >= candidate.size * roundsUp; });
    const Unit &chosen = unit == timeUnits.end() ? timeUnits.back() : *unit;
    return withUnit(threeDigits(nanoseconds / chosen.size), chosen.name);
}

QString memoryText(std::uint64_t bytes)
{
    return withUnit(number(static_cast<double>(bytes) / 1e6, 1), "MB");
}

QString percentText(double share)
{
    const double percent = share * 100;
    return number(percent, percent > 0 && percent < 9.95 ? 1 : 0) + QLatin1Char('%');
}

QString tickTimeText(double nanoseconds, double step)
{
    if (nanoseconds == 0)
        return QStringLiteral("0");
    // The unit follows the larger of the two, so that neighbours share it: 1.0002 s, 1.0004 s.
    const double magnitude = std::max(std::abs(nanoseconds), step);
    const auto unit = std::find_if(timeUnits.begin(), timeUnits.end(),
        [&](const Unit &candidate) { return magnitude >= candidate.size; });
    const Unit &chosen = unit == timeUnits.end() ? timeUnits.back() : *unit;
    return withUnit(
        number(nanoseconds / chosen.size, decimalsFor(step / chosen.size)), chosen.name);
}

QString tickCountText(double count, double step, double largest)
{
    if (count == 0)
        return QStringLiteral("0");
    for (const Unit &unit : countUnits) {
        if (largest >= unit.size)
            return withUnit(number(count / unit.size, decimalsFor(step / unit.size)), unit.name);
    }
    return number(count, decimalsFor(step));
}

} // namespace poolscope
