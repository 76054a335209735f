// SPDX-License-Identifier: GPL-3.0-or-later
// A task in C++, from bytes to bytes: the words of a line in alphabetical order.
//
//     c++ -O2 -shared -fPIC -I../include -o words.so words.cpp
//     poolscope run --library words.so:sorted_words --lines FILE
#include <poolscope_task.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// An exception fails the input, with its type and what it says.
static void sorted_words(const char *input, size_t size, poolscope_reply *reply)
{
    std::istringstream line(std::string(input, size));
    std::vector<std::string> words{std::istream_iterator<std::string>(line), {}};
    if (words.empty())
        throw std::invalid_argument("the line has no words");
    std::sort(words.begin(), words.end());
    for (const std::string &word : words) {
        if (reply->size > 0)
            poolscope_append(reply, " ", 1);
        poolscope_append(reply, word.data(), word.size());
    }
}
POOLSCOPE_BYTES_TASK(sorted_words)
