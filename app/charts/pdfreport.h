// SPDX-License-Identifier: GPL-3.0-or-later
// A report as a PDF document, A4, its pictures as drawings.
#pragma once

#include "report/reportdata.h"

#include <QByteArray>

namespace poolscope {

QByteArray pdfReport(const ReportData &report);

} // namespace poolscope
