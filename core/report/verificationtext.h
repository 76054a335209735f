// SPDX-License-Identifier: GPL-3.0-or-later
// The text of a verification: the prediction beside the measurement.
#pragma once

#include "analysis/verification.h"

#include <string>

namespace poolscope {

/// "Predicted 150 x; measured 131 x (present 64,000 it/s, advised 8.38 M it/s; medians of 3 each).
/// The prediction held."
std::string verificationText(const Verification &verification);

} // namespace poolscope
