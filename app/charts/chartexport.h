// SPDX-License-Identifier: GPL-3.0-or-later
// Exports of charts as pictures. A picture has a given size, and contains the chart, its title, the
// settings of the run and a legend.
#pragma once

#include "charts/chart.h"
#include "result.h"

#include <QImage>
#include <QStringList>
#include <filesystem>

namespace poolscope {

struct PictureForm {
    enum class Caption {
        Full,
        WithoutTitle ///< for a place that has the title and the settings already
    };
    QSize size{1200, 640}; ///< in units of 1/96 inch
    double scale = 1; ///< pixels of a PNG for each unit
    Theme::Kind theme = Theme::Kind::Light; ///< independent of the window
    Caption caption = Caption::Full;
};

/// The file name endings of pictures: "png", "svg", "pdf".
const QStringList &pictureEndings();

/// Draws a chart with all data up to `moment`. Null if there is not enough memory.
QImage chartImage(Chart &chart, const Moment &moment, const PictureForm &size);

/// Draws a chart as an SVG document.
QByteArray chartSvg(Chart &chart, const Moment &moment, const PictureForm &form);

/// Writes a picture in the format of the file name's ending, completely or not at all.
Result<void> writeChartPicture(
    Chart &chart, const Moment &moment, const std::filesystem::path &path, const PictureForm &size);

} // namespace poolscope
