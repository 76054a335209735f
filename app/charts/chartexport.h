// SPDX-License-Identifier: GPL-3.0-or-later
// Charts as files and pictures: the chart at a size of its own, under its title, the run's settings
// and a legend.
#pragma once

#include "charts/chart.h"
#include "result.h"

#include <QImage>
#include <QStringList>
#include <filesystem>

namespace poolscope {

struct PictureForm {
    enum class Caption { Full, WithoutTitle }; ///< WithoutTitle: title and settings stand elsewhere
    QSize size{1200, 640}; ///< in units of 1/96 inch
    double scale = 1; ///< pixels for each, in a PNG
    Theme::Kind theme = Theme::Kind::Light; ///< whatever the window's is
    Caption caption = Caption::Full;
};

/// The endings of pictures, "png", "svg", "pdf".
const QStringList &pictureEndings();

/// Draws it with all that is known by `moment`; null where there is no memory for it.
QImage chartImage(Chart &chart, const Moment &moment, const PictureForm &size);

/// The same as an SVG document.
QByteArray chartSvg(Chart &chart, const Moment &moment, const PictureForm &form);

/// Writes a picture, in the format that the ending names, whole or not at all.
Result<void> writeChartPicture(
    Chart &chart, const Moment &moment, const std::filesystem::path &path, const PictureForm &size);

} // namespace poolscope
