// SPDX-License-Identifier: GPL-3.0-or-later
// LegendMarker: the small picture before a name in a legend, in the window and in exported
// pictures.
#pragma once

#include <QColor>
#include <QRectF>

class QPainter;

namespace poolscope {

enum class LegendMarker {
    Area, ///< a filled square
    Hatching,
    Line,
    DashedLine,
    DottedLine,
    Resize, ///< a vertical line of dashes and dots
    Tick, ///< a vertical stroke
    Cross
};

/// The size of a marker in a legend, in pixels.
inline constexpr int markerSize = 10;

/// Draws slanting lines, `distance` pixels apart. Some picture formats do not support patterns.
void drawHatching(QPainter &painter, const QRectF &place, const QColor &colour, double distance);

/// Draws a marker. `outline` separates a pale area from its background.
void drawMarker(QPainter &painter, const QRectF &place, LegendMarker marker, const QColor &colour,
    const QColor &outline);

} // namespace poolscope
