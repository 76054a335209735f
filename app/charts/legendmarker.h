// SPDX-License-Identifier: GPL-3.0-or-later
// LegendMarker: how a legend shows what stands for a series, in the window and in exported
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
    Resize, ///< an upright line of dashes and dots
    Tick, ///< an upright stroke
    Cross
};

/// The size of a marker in a legend, in pixels.
inline constexpr int markerSize = 10;

/// Slanting lines, so many pixels apart. Lines rather than a pattern, which not every file knows.
void drawHatching(QPainter &painter, const QRectF &place, const QColor &colour, double distance);

/// `outline` keeps a pale area apart from what is behind it.
void drawMarker(QPainter &painter, const QRectF &place, LegendMarker marker, const QColor &colour,
    const QColor &outline);

} // namespace poolscope
