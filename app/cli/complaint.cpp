// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/complaint.h"

#include "cli/printable.h"
#include "cli/standarderror.h"

namespace poolscope {

void complain(std::string_view what)
{
    printLines("poolscope: " + std::string(what));
}

int complain(const Error &error, int status)
{
    complain(error.message);
    return status;
}

std::uint64_t printLines(std::string_view text)
{
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    return writeStandardError(printable(text) + '\n');
}

} // namespace poolscope
