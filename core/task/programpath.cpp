// SPDX-License-Identifier: GPL-3.0-or-later
#include "task/programpath.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
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

/// Fails if the interpreter in the #! line does not exist. The kernel would report that the script
/// does not exist.
Result<std::string> checkInterpreter(const std::string &script)
{
    std::string line;
    std::ifstream file(script, std::ios::binary);
    char mark[2] = {};
    if (!file.read(mark, sizeof(mark)) || mark[0] != '#' || mark[1] != '!'
        || !std::getline(file, line))
        return script;
    std::istringstream words(line); // a CR counts as a blank
    std::string interpreter;
    std::string argument;
    words >> interpreter >> argument;
    const bool isEnv = interpreter.ends_with("/env");
    if (line.ends_with('\r') && (argument.empty() || isEnv))
        return failure(script + " cannot be run: its first line names the interpreter "
            + (isEnv ? argument : interpreter)
            + " with a carriage return behind it, as files from Windows have; sed -i 's/\\r$//' "
            + script + " removes them");
    if (interpreter.starts_with('/') && access(interpreter.c_str(), F_OK) != 0)
        return failure(script + " cannot be run: its first line names the interpreter "
            + interpreter + ", which is not there");
    return script;
}

Result<std::string> checkPath(const std::string &path)
{
    if (isRunnable(path))
        return checkInterpreter(path);
    if (isFile(path))
        return failure(path + " cannot be run: it is not executable; chmod +x would make it so");
    if (access(path.c_str(), F_OK) == 0)
        return failure(path + " is not a program");
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
            return checkInterpreter(path);
        more = colon != std::string_view::npos;
        rest.remove_prefix(more ? colon + 1 : rest.size());
    }
    return failure("there is no program '" + name + "' on PATH"
        + (isFile(name) ? "; for the one in this folder say ./" + name : ""));
}

} // namespace poolscope
