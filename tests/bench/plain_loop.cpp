// SPDX-License-Identifier: GPL-3.0-or-later
// The peer of the built-in sqrt: one plain loop whose roots become a .npy file, by write(2) or
// through a mapping. plain_loop write|map COUNT FILE
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t headerSize = 128;

std::string header(std::size_t count)
{
    std::string text("\x93NUMPY\x01\x00\x76\x00", 10);
    text += "{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::to_string(count) + ",), }";
    text.resize(headerSize - 1, ' ');
    return text + '\n';
}

void fill(double *roots, std::size_t first, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        roots[i] = std::sqrt(static_cast<double>(first + i));
}

bool writeAll(int file, const char *bytes, std::size_t size)
{
    while (size > 0) {
        const ssize_t written = write(file, bytes, size);
        if (written <= 0)
            return false;
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

bool byWriting(int file, std::size_t count)
{
    std::vector<double> roots(8192);
    for (std::size_t first = 0; first < count; first += roots.size()) {
        const std::size_t some = std::min(roots.size(), count - first);
        fill(roots.data(), first, some);
        if (!writeAll(file, reinterpret_cast<const char *>(roots.data()), some * sizeof(double)))
            return false;
    }
    return true;
}

bool byMapping(int file, std::size_t count)
{
    const std::size_t size = headerSize + count * sizeof(double);
    if (ftruncate(file, static_cast<off_t>(size)) != 0)
        return false;
    void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        return false;
    fill(reinterpret_cast<double *>(static_cast<char *>(memory) + headerSize), 0, count);
    return munmap(memory, size) == 0;
}

} // namespace

int main(int argc, char **argv)
{
    const std::size_t count = argc == 4 ? std::strtoull(argv[2], nullptr, 10) : 0;
    if (count == 0) {
        std::fputs("usage: plain_loop write|map COUNT FILE\n", stderr);
        return 2;
    }
    const int file = open(argv[3], O_RDWR | O_CREAT | O_TRUNC, 0666);
    const std::string begin = header(count);
    const bool isDone = file >= 0 && writeAll(file, begin.data(), begin.size())
        && (argv[1] == std::string_view("map") ? byMapping : byWriting)(file, count)
        && close(file) == 0;
    if (!isDone)
        std::perror(argv[3]);
    return isDone ? 0 : 1;
}
