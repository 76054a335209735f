// SPDX-License-Identifier: GPL-3.0-or-later
// The peer of the built-in sqrt: one plain loop that stores into fresh memory. Prints seconds.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>

int main(int argc, char **argv)
{
    const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
    if (count == 0) {
        std::fputs("usage: plain_loop COUNT\n", stderr);
        return 2;
    }

    const auto begin = std::chrono::steady_clock::now();
    const std::unique_ptr<double[]> roots(
        new double[count]); // not make_unique: that fills it first
    for (std::size_t i = 0; i < count; ++i)
        roots[i] = std::sqrt(static_cast<double>(i));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;

    // The last root is used, so that the loop cannot be left out.
    std::printf("%.9f\n", roots[count - 1] < 0 ? 0 : elapsed.count());
}
