// SPDX-License-Identifier: GPL-3.0-or-later
// Busy shades: draws the busy shares of a lane's columns as shades of the lane's colour.
#pragma once

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <span>

namespace poolscope {

/// The opacity of columns, up to 255.
struct Strength {
    int least = 40; ///< of a column that was hardly busy, which stays visible
    int most = 255; ///< of a column that was always busy
};

/// Returns the shade of a share from 0 to 1. Transparent if it is 0.
QColor shadeOf(const QColor &colour, float share, Strength strength = {});

/// Draws shares, from 0 to 1, as columns of equal width that fill the rectangle.
void drawShares(QPainter *painter, const QRectF &place, std::span<const float> shares,
    const QColor &colour, Strength strength = {});

} // namespace poolscope
