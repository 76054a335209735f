// SPDX-License-Identifier: GPL-3.0-or-later
#include "system/machine.h"

#include "system/usablecores.h"

#include <fstream>
#include <sys/utsname.h>
#include <unistd.h>

namespace poolscope {

namespace {

/// Returns the name of the processor. Empty on some machines other than x86.
std::string processorModel()
{
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line)) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos)
            return line.substr(colon + 2);
    }
    return {};
}

std::uint64_t memorySize()
{
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0
        ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size)
        : 0;
}

} // namespace

std::string hostName()
{
    utsname names{};
    return uname(&names) == 0 ? names.nodename : "";
}

Machine thisMachine()
{
    Machine machine;
    machine.host = hostName();
    utsname names{};
    if (uname(&names) == 0) {
        machine.kernel = std::string(names.sysname) + " " + names.release + " " + names.machine;
    }
    machine.processor = processorModel();
    machine.cores = usableCores();
    machine.memory = memorySize();
    return machine;
}

} // namespace poolscope
