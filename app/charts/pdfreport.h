// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a PDF document of a report, with A4 pages and vector pictures. Needs a QGuiApplication.
#pragma once

#include "report/reportdata.h"

#include <QByteArray>

namespace poolscope {

QByteArray pdfReport(const ReportData &report);

} // namespace poolscope
