// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/busyshades.h"

#include <QImage>
#include <array>
#include <cmath>

namespace poolscope {

namespace {

constexpr int steps = 255; // from hardly busy to always busy. Step 0 is not busy
using ColourRamp = std::array<QRgb, steps + 1>;

int stepOf(float share)
{
    return static_cast<int>(std::ceil(share * steps));
}

QColor shadeOfStep(const QColor &colour, int step, Strength strength)
{
    QColor shade = colour;
    shade.setAlpha(
        step == 0 ? 0 : strength.least + step * (strength.most - strength.least) / steps);
    return shade;
}

/// Returns the colours of shares, from hardly busy to always busy.
ColourRamp rampOf(const QColor &colour, Strength strength)
{
    ColourRamp ramp{};
    for (std::size_t step = 1; step < ramp.size(); ++step)
        ramp[step] = qPremultiply(shadeOfStep(colour, static_cast<int>(step), strength).rgba());
    return ramp;
}

} // namespace

QColor shadeOf(const QColor &colour, float share, Strength strength)
{
    return shadeOfStep(colour, stepOf(share), strength);
}

void drawShares(QPainter *painter, const QRectF &place, std::span<const float> shares,
    const QColor &colour, Strength strength)
{
    QImage line(static_cast<int>(shares.size()), 1, QImage::Format_ARGB32_Premultiplied);
    auto *pixels = reinterpret_cast<QRgb *>(line.scanLine(0));
    const ColourRamp ramp = rampOf(colour, strength);
    for (std::size_t column = 0; column < shares.size(); ++column)
        pixels[column] = ramp[static_cast<std::size_t>(stepOf(shares[column]))];
    painter->drawImage(place, line, QRectF(line.rect()));
}

} // namespace poolscope
