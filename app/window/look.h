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

inline constexpr int gridUnit = 8; ///< pixels. Margins and gaps are multiples of its half
inline constexpr int spinWidth = 84; ///< pixels, of a box for a number of workers or inputs
inline constexpr int sideWidth = 41 * gridUnit; ///< pixels, of the settings beside a chart

/// Loads the icons and the style sheet. To be called once, before the other functions.
void loadResources();

QPalette paletteOf(const Theme &theme);
QString styleSheetOf(const Theme &theme);

/// An icon of resources/icons in a colour.
QIcon icon(const QString &name, const QColor &colour);
/// The marker of a series in a legend.
QPixmap markerPixmap(
    LegendMarker marker, const QColor &colour, const QColor &outline, double pixelRatio);

/// Sets a wrapped tool tip, and the same text as the description for screen readers.
void setWrappedToolTip(QWidget *widget, const QString &text);
/// Sets a wrapped tool tip, and another description for screen readers, which read the text of a
/// label already.
void setWrappedToolTip(QWidget *widget, const QString &text, const QString &description);

} // namespace poolscope
