// SPDX-License-Identifier: GPL-3.0-or-later
// A report as one HTML file that needs nothing else: no network, no script, no font.
//
// It is well-formed XML, too. Light or dark as the reader's browser is; on paper light.
#pragma once

#include "report/reportdata.h"

#include <string>
#include <string_view>

namespace poolscope {

std::string htmlReport(const ReportData &report);

/// The parts of it. `picture` is the HTML of the section's picture.
std::string htmlTitle(const ReportData &report);
std::string htmlSection(const ReportSection &section, std::string_view picture);

/// The text as HTML and XML have it; what they cannot hold is replaced by U+FFFD.
std::string htmlEscaped(std::string_view text);

/// An SVG document without what may only stand at a file's beginning. Empty if it is none.
std::string_view svgElement(std::string_view document);

} // namespace poolscope
