// SPDX-License-Identifier: GPL-3.0-or-later
// A report as one HTML file without network access, scripts or fonts.
//
// The file is also well-formed XML. Its colours are those of the browser, and light on paper.
#pragma once

#include "report/reportdata.h"

#include <string>
#include <string_view>

namespace poolscope {

std::string htmlReport(const ReportData &report);

/// The parts of htmlReport(). `picture` is the HTML of the section's picture.
std::string htmlTitle(const ReportData &report);
std::string htmlSection(const ReportSection &section, std::string_view picture);

/// Returns the text as HTML and XML. What they cannot contain is replaced by U+FFFD.
std::string htmlEscaped(std::string_view text);

/// Returns an SVG document from its <svg> element on, or nothing if it is not SVG.
std::string_view svgElement(std::string_view document);

} // namespace poolscope
