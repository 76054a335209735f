// SPDX-License-Identifier: GPL-3.0-or-later
#include "worker/library.h"

#include "poolscope_task.h"
#include "system/descriptor.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <filesystem>
#include <link.h>
#include <span>
#include <string_view>

namespace poolscope::worker {

namespace {

constexpr std::string_view prefix = "poolscope_task_";
constexpr std::size_t listedNames = 20;

Result<ElfW(Ehdr)> readHeader(const std::string &path)
{
    ElfW(Ehdr) header{};
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const ssize_t got = file.isOpen() ? read(file.number(), &header, sizeof(header)) : -1;
    if (got < 0)
        return failure("cannot read the library " + path + ": " + std::strerror(errno));
    if (got < EI_NIDENT || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return failure(path + " is not a shared library");
    return header;
}

Result<void> checkHeader(const std::string &path)
{
    const auto header = readHeader(path);
    if (!header)
        return tl::unexpected(header.error());
    const auto own = readHeader("/proc/self/exe");
    if (own
        && (header->e_ident[EI_CLASS] != own->e_ident[EI_CLASS]
            || header->e_ident[EI_DATA] != own->e_ident[EI_DATA]
            || header->e_machine != own->e_machine))
        return failure(path + " is a library for another kind of machine");
    if (header->e_type != ET_DYN)
        return failure(path + " is not a shared library: link it with -shared");
    return {};
}

/// Returns the number of symbols of a library, which only its hash tables contain.
std::size_t countOfHash(const ElfW(Word) * hash)
{
    return hash[1];
}

std::size_t countOfGnuHash(const std::uint32_t *hash)
{
    const std::uint32_t bucketCount = hash[0];
    const std::uint32_t firstSymbol = hash[1];
    const std::uint32_t bloomWords = hash[2];
    const std::uint32_t *buckets = hash + 4 + bloomWords * (sizeof(ElfW(Addr)) / sizeof(*hash));
    const std::uint32_t *chains = buckets + bucketCount;
    std::uint32_t last = 0;
    for (const std::uint32_t bucket : std::span(buckets, bucketCount))
        last = std::max(last, bucket);
    if (last < firstSymbol)
        return firstSymbol;
    while ((chains[last - firstSymbol] & 1) == 0) // set at the end of a chain
        ++last;
    return last + 1;
}

struct SymbolTable {
    const ElfW(Sym) *symbols = nullptr;
    const char *names = nullptr;
    std::size_t count = 0;
};

SymbolTable symbolTable(const link_map &map)
{
    SymbolTable table;
    for (const ElfW(Dyn) *entry = map.l_ld; entry->d_tag != DT_NULL; ++entry) {
        const auto *at = reinterpret_cast<const void *>(entry->d_un.d_ptr);
        if (entry->d_tag == DT_SYMTAB)
            table.symbols = static_cast<const ElfW(Sym) *>(at);
        else if (entry->d_tag == DT_STRTAB)
            table.names = static_cast<const char *>(at);
        else if (entry->d_tag == DT_HASH)
            table.count = countOfHash(static_cast<const ElfW(Word) *>(at));
        else if (entry->d_tag == DT_GNU_HASH && table.count == 0)
            table.count = countOfGnuHash(static_cast<const std::uint32_t *>(at));
    }
    return table;
}

std::string listed(const std::vector<std::string> &names)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), listedNames); ++i)
        text += (i > 0 ? ", " : "") + names[i];
    return text + (names.size() > listedNames ? ", ..." : "");
}

} // namespace

Result<Library> Library::open(const std::string &path)
{
    if (const auto good = checkHeader(path); !good)
        return tl::unexpected(good.error());
    // dlopen() would search other folders for a name without a slash.
    std::error_code error;
    const std::string file = std::filesystem::absolute(path, error).string();
    void *handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return failure("cannot load the library " + std::string(dlerror()));
    return Library(path, handle);
}

Result<const poolscope_task *> Library::task(const std::string &name) const
{
    const auto *found =
        static_cast<const poolscope_task *>(dlsym(m_handle, (std::string(prefix) + name).c_str()));
    if (!found)
        return failure(whyMissing(name));
    if (found->version != POOLSCOPE_TASK_VERSION)
        return failure("task '" + name + "' of " + m_path + " was built for version "
            + std::to_string(found->version) + " of poolscope_task.h, this program takes version "
            + std::to_string(POOLSCOPE_TASK_VERSION));
    if (!found->number == !found->bytes)
        return failure("task '" + name + "' of " + m_path
            + " is not what poolscope_task.h says: it has to have one function");
    return found;
}

std::string Library::whyMissing(const std::string &name) const
{
    const std::vector<std::string> tasks = taskNames();
    const std::string none = m_path + " has no task '" + name + "'; ";
    if (dlsym(m_handle, name.c_str()))
        return none + "its function of that name becomes one by POOLSCOPE_NUMBER_TASK(" + name
            + ") or POOLSCOPE_BYTES_TASK(" + name + ") of poolscope_task.h"
            + (tasks.empty() ? "" : "; it has: " + listed(tasks));
    if (!tasks.empty())
        return none + "it has: " + listed(tasks);
    return none + "it has none at all, only the symbols " + listed(symbolNames());
}

std::vector<std::string> Library::taskNames() const
{
    std::vector<std::string> names;
    for (const std::string &symbol : symbolNames()) {
        if (symbol.starts_with(prefix))
            names.push_back(symbol.substr(prefix.size()));
    }
    return names;
}

/// Returns the names of symbols that the library exports, sorted.
std::vector<std::string> Library::symbolNames() const
{
    const link_map *map = nullptr;
    std::vector<std::string> names;
    if (dlinfo(m_handle, RTLD_DI_LINKMAP, &map) != 0)
        return names;
    const SymbolTable table = symbolTable(*map);
    if (!table.symbols || !table.names)
        return names;
    for (const ElfW(Sym) & symbol : std::span(table.symbols, table.count)) {
        const auto type = ELF64_ST_TYPE(symbol.st_info); // the same for 32 bits
        if (symbol.st_shndx != SHN_UNDEF && (type == STT_FUNC || type == STT_OBJECT))
            names.emplace_back(table.names + symbol.st_name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::string> listTasks(const std::string &path)
{
    return Library::open(path).map([](const Library &library) {
        std::string lines;
        for (const std::string &name : library.taskNames())
            lines += name + '\n';
        return lines;
    });
}

Result<std::string> checkTask(const std::string &path, const std::string &name)
{
    return Library::open(path)
        .and_then([&](const Library &library) { return library.task(name); })
        .map([](const poolscope_task *) { return std::string(); });
}

} // namespace poolscope::worker
