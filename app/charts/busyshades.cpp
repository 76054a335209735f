// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/busyshades.h"

#include <QImage>
#include <array>
#include <cmath>

namespace poolscope {

namespace {

using ColourRamp = std::array<QRgb, 256>;

/// Returns the colours of shares, from hardly busy to always busy.
ColourRamp rampOf(const QColor &colour, Strength strength)
{
    ColourRamp ramp{};
    for (int share = 1; share < 256; ++share) {
        QColor shade = colour;
        shade.setAlpha(strength.least + share * (strength.most - strength.least) / 255);
        ramp[static_cast<std::size_t>(share)] = qPremultiply(shade.rgba());
    }
    return ramp;
}

} // namespace

void drawShares(QPainter *painter, const QRectF &place, std::span<const float> shares,
    const QColor &colour, Strength strength)
{
    QImage line(static_cast<int>(shares.size()), 1, QImage::Format_ARGB32_Premultiplied);
    auto *pixels = reinterpret_cast<QRgb *>(line.scanLine(0));
    const ColourRamp ramp = rampOf(colour, strength);
    for (std::size_t column = 0; column < shares.size(); ++column)
        pixels[column] = ramp[static_cast<std::size_t>(std::ceil(shares[column] * 255.0F))];
    painter->drawImage(place, line, QRectF(line.rect()));
}

} // namespace poolscope
