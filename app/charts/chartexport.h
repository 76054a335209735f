// SPDX-License-Identifier: GPL-3.0-or-later
// Exports of charts as pictures. A picture has a given size, and contains the chart, its title, the
// settings of the run and a legend. It shows the part of the chart that is in view, without the
// user's selection.
//
// An export changes layout, theme and selection of the chart while it draws, and restores them. The
// chart first reads its record up to `moment`, which may take long. Needs a QApplication, and is
// called on its thread.
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
        WithoutTitle ///< leaves out the title and the settings, for pages that show both
    };
    QSize size{1200, 640}; ///< in units of 1/96 inch
    double scale = 1; ///< pixels of a PNG or a QImage for each unit
    Theme::Kind theme = Theme::Kind::Light; ///< of the picture, whatever that of the chart is
    Caption caption = Caption::Full;
};

/// The endings of file names of pictures, without a dot: "png", "svg", "pdf".
const QStringList &pictureEndings();

/// Draws a chart as an image. Null if there is not enough memory.
QImage chartImage(Chart &chart, const Moment &moment, const PictureForm &form);

/// Draws a chart as an SVG document.
QByteArray chartSvg(Chart &chart, const Moment &moment, const PictureForm &form);

/// Writes a picture in the format of the file name's ending, completely or not at all. Replaces an
/// existing file. Upper case in the ending does not matter. Fails if the ending is not one of
/// pictureEndings(), the file cannot be written, or there is not enough memory.
Result<void> writeChartPicture(
    Chart &chart, const Moment &moment, const std::filesystem::path &path, const PictureForm &form);

} // namespace poolscope
