// SPDX-License-Identifier: GPL-3.0-or-later
#include "task/words.h"

#include <optional>
#include <utility>

namespace poolscope {

namespace {

constexpr std::string_view separators = " \t\n";
constexpr std::string_view continuation = "\\\n"; // a line that continues on the next
constexpr std::string_view escapedInDoubleQuotes = "$`\"\\"; // before others, a backslash is kept

class WordSplitter {
public:
    explicit WordSplitter(std::string_view text)
        : m_rest(text)
    {
    }

    Result<std::vector<std::string>> split()
    {
        while (!m_rest.empty()) {
            if (m_rest.starts_with(continuation)) {
                m_rest.remove_prefix(continuation.size());
                continue;
            }
            const char c = take();
            if (separators.find(c) != std::string_view::npos)
                endWord();
            else if (const auto taken = takeInto(word(), c); !taken)
                return tl::unexpected(taken.error());
        }
        endWord();
        if (m_words.empty())
            return failure("there is no program: it is blank");
        return std::move(m_words);
    }

private:
    char take()
    {
        const char c = m_rest.front();
        m_rest.remove_prefix(1);
        return c;
    }
    std::string &word()
    {
        if (!m_word)
            m_word.emplace();
        return *m_word;
    }
    void endWord()
    {
        if (m_word)
            m_words.push_back(*std::exchange(m_word, std::nullopt));
    }

    Result<void> takeInto(std::string &word, char c)
    {
        if (c == '\'')
            return takeSingleQuoted(word);
        if (c == '"')
            return takeDoubleQuoted(word);
        if (c != '\\') {
            word += c;
            return {};
        }
        if (m_rest.empty())
            return failure("it ends with a backslash, behind which a character is missing");
        word += take();
        return {};
    }

    Result<void> takeSingleQuoted(std::string &word)
    {
        const auto end = m_rest.find('\'');
        if (end == std::string_view::npos)
            return failure("a ' is not closed");
        word += m_rest.substr(0, end);
        m_rest.remove_prefix(end + 1);
        return {};
    }

    Result<void> takeDoubleQuoted(std::string &word)
    {
        while (!m_rest.empty()) {
            const char c = take();
            if (c == '"')
                return {};
            if (c != '\\' || m_rest.empty())
                word += c;
            else if (const char next = take(); next != '\n')
                word.append(escapedInDoubleQuotes.find(next) == std::string_view::npos ? "\\" : "")
                    .append(1, next);
        }
        return failure("a \" is not closed");
    }

    std::string_view m_rest;
    std::optional<std::string> m_word; ///< the word that is being read, which may be empty
    std::vector<std::string> m_words;
};

} // namespace

Result<std::vector<std::string>> splitWords(std::string_view text)
{
    return WordSplitter(text).split();
}

} // namespace poolscope
