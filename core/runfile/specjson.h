// SPDX-License-Identifier: GPL-3.0-or-later
// A run's spec as a JSON object, both ways: how a run file stores it.
//
// A string is a JSON string, or {"hex": "..."} where it is not UTF-8, as a path may be. What is a
// default is left out.
#pragma once

#include "result.h"
#include "spec/runspec.h"

#include <nlohmann/json_fwd.hpp>

namespace poolscope {

nlohmann::json specJson(const RunSpec &spec);

/// Takes any JSON; the failure says what is wrong with it.
Result<RunSpec> specFromJson(const nlohmann::json &json);

/// Strings of any bytes, as above.
nlohmann::json textJson(const std::string &bytes);
Result<std::string> textFromJson(const nlohmann::json &json);

} // namespace poolscope
