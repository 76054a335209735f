// SPDX-License-Identifier: GPL-3.0-or-later
// Busy shades: the busy shares of a lane's columns as shades of its colour.
#pragma once

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <span>

namespace poolscope {

/// The opacity of a column, up to 255: of one that was hardly busy, which stays visible, and of one
/// that was busy all the time.
struct Strength {
    int least = 40;
    int most = 255;
};

/// Draws shares, from 0 to 1, as a line of pixels that fills the rectangle.
void drawShares(QPainter *painter, const QRectF &place, std::span<const float> shares,
    const QColor &colour, Strength strength = {});

} // namespace poolscope
