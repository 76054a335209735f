// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/legendmarker.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace poolscope {

namespace {

QPen penOf(LegendMarker marker, const QColor &colour)
{
    QPen pen(colour, 2);
    pen.setCapStyle(Qt::FlatCap);
    if (marker == LegendMarker::DashedLine)
        pen.setDashPattern({2, 1});
    if (marker == LegendMarker::DottedLine)
        pen.setDashPattern({1, 1});
    if (marker == LegendMarker::Resize)
        pen.setDashPattern({1.5, 0.75, 0.5, 0.75});
    return pen;
}

void drawFrame(QPainter &painter, const QRectF &place, const QBrush &brush, const QColor &outline)
{
    painter.setPen(QPen(outline, 1));
    painter.setBrush(brush);
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
}

} // namespace

void drawHatching(QPainter &painter, const QRectF &place, const QColor &colour, double distance)
{
    painter.save();
    painter.setClipRect(place, Qt::IntersectClip);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 1));
    const double first = std::ceil((place.left() + place.top()) / distance) * distance;
    for (double sum = first; sum < place.right() + place.bottom(); sum += distance) {
        // Lines end at the edges of the place, since SVG is written without clipping.
        const double top = std::max(place.top(), sum - place.right());
        const double bottom = std::min(place.bottom(), sum - place.left());
        painter.drawLine(QLineF(sum - top, top, sum - bottom, bottom));
    }
    painter.restore();
}

void drawMarker(QPainter &painter, const QRectF &place, LegendMarker marker, const QColor &colour,
    const QColor &outline)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, marker != LegendMarker::Tick);
    const QPointF middle = place.center();
    switch (marker) {
    case LegendMarker::Area:
        drawFrame(painter, place, colour, outline);
        break;
    case LegendMarker::Hatching:
        drawHatching(painter, place, colour, place.width() / 3);
        drawFrame(painter, place, Qt::NoBrush, outline);
        break;
    case LegendMarker::Line:
    case LegendMarker::DashedLine:
    case LegendMarker::DottedLine:
        painter.setPen(penOf(marker, colour));
        painter.drawLine(QLineF(place.left(), middle.y(), place.right(), middle.y()));
        break;
    case LegendMarker::Resize:
        painter.setPen(penOf(marker, colour));
        painter.drawLine(QLineF(middle.x(), place.top(), middle.x(), place.bottom()));
        break;
    case LegendMarker::Tick:
        painter.fillRect(QRectF(middle.x() - 1, place.top(), 3, place.height()), colour);
        break;
    case LegendMarker::Cross: {
        const QRectF inner = place.adjusted(1, 1, -1, -1);
        painter.setPen(penOf(marker, colour));
        painter.drawLine(QLineF(inner.topLeft(), inner.bottomRight()));
        painter.drawLine(QLineF(inner.bottomLeft(), inner.topRight()));
        break;
    }
    }
    painter.restore();
}

} // namespace poolscope
