// SPDX-License-Identifier: GPL-3.0-or-later
#include "task/programpath.h"

#include <cstdlib>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace poolscope {

namespace {

constexpr std::string_view defaultPath = "/usr/local/bin:/usr/bin:/bin";

bool isFile(const std::string &path)
{
    struct stat status { };
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool isRunnable(const std::string &path)
{
    return isFile(path) && access(path.c_str(), X_OK) == 0;
}

Result<std::string> checkPath(const std::string &path)
{
    if (isRunnable(path))
        return path;
    if (isFile(path))
        return failure(path + " cannot be run: it is not executable; chmod +x would make it so");
    if (access(path.c_str(), F_OK) == 0)
        return failure(path + " is no program");
    return failure("there is no program " + path);
}

} // namespace

Result<std::string> findProgram(const std::string &name)
{
    if (name.find('/') != std::string::npos)
        return checkPath(name);
    const char *variable = std::getenv("PATH");
    std::string_view rest = variable ? std::string_view(variable) : defaultPath;
    for (bool more = true; more && !name.empty();) {
        const auto colon = rest.find(':');
        const std::string_view folder = rest.substr(0, colon);
        std::string path = folder.empty() ? name : std::string(folder) + '/' + name;
        if (isRunnable(path))
            return path;
        more = colon != std::string_view::npos;
        rest.remove_prefix(more ? colon + 1 : rest.size());
    }
    return failure("there is no program '" + name + "' on PATH"
        + (isFile(name) ? "; for the one in this folder say ./" + name : ""));
}

} // namespace poolscope
