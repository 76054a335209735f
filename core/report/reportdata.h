// SPDX-License-Identifier: GPL-3.0-or-later
// ReportData: the contents of a report of a run as plain data, for any format.
//
// All texts are UTF-8 without markup.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace poolscope {

struct ReportTable {
    enum class Align { Left, Right };
    struct Column {
        std::string title;
        Align align = Align::Left;
    };
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows; ///< each as long as the columns
};

/// A picture, as SVG documents for a light and a dark background.
struct ReportPicture {
    std::string light;
    std::string dark; ///< empty if `light` is used for both
    std::string description; ///< for readers who cannot see the picture
};

/// A section has any of these parts, in this order.
struct ReportSection {
    std::string heading;
    std::vector<std::string> paragraphs;
    std::vector<std::pair<std::string, std::string>> facts; ///< name and figure
    ReportPicture picture;
    ReportTable table;
    std::vector<std::string> lines; ///< preformatted
};

struct ReportData {
    std::string title;
    std::string subtitle;
    std::vector<ReportSection> sections;
};

} // namespace poolscope
