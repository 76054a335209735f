// SPDX-License-Identifier: GPL-3.0-or-later
// The look of a theme in widgets: palette, style sheet and icons.
#pragma once

#include "charts/legendmarker.h"
#include "charts/theme.h"

#include <QIcon>
#include <QPalette>
#include <QString>
#include <QWidget>

namespace poolscope {

inline constexpr int gridUnit = 8; ///< pixels; margins and gaps are multiples or halves of it
inline constexpr int spinWidth = 84; ///< pixels, of a box for a number of workers or inputs
inline constexpr int sideWidth = 41 * gridUnit; ///< of the settings beside a chart

/// Makes the icons and the style sheet known; once, before anything else here is used.
void loadResources();

QPalette paletteOf(const Theme &theme);
QString styleSheetOf(const Theme &theme);

/// An icon of resources/icons in a colour.
QIcon icon(const QString &name, const QColor &colour);
/// The marker of a series in a legend.
QPixmap markerPixmap(
    LegendMarker marker, const QColor &colour, const QColor &outline, double pixelRatio);

/// Sets a tool tip that is wrapped, and the same as plain text for screen readers.
void setWrappedToolTip(QWidget *widget, const QString &text);
/// Sets a tool tip for a label that already shows its text: screen readers get the description
/// instead.
void setWrappedToolTip(QWidget *widget, const QString &text, const QString &description);

} // namespace poolscope
