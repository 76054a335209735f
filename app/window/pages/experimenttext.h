// SPDX-License-Identifier: GPL-3.0-or-later
// The state of an experiment as text.
#pragma once

#include "run/experiment.h"

#include <QString>

namespace poolscope {

/// "Run 3 of 8: 2 workers, chunk 16; about 5 s left". Empty while there is no experiment.
QString experimentText(const ExperimentProgress &progress);

} // namespace poolscope
