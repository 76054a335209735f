// SPDX-License-Identifier: GPL-3.0-or-later
#include "headless/complaint.h"

#include "headless/printable.h"

#include <cstdio>

namespace poolscope {

void complain(std::string_view what)
{
    tell("poolscope: " + std::string(what));
}

int complain(const Error &error, int status)
{
    complain(error.message);
    return status;
}

void tell(std::string_view text)
{
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    const std::string line = printable(text) + '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace poolscope
