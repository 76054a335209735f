// SPDX-License-Identifier: GPL-3.0-or-later
// FieldWriter and FieldReader: the fields of messages as bytes, little-endian.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace poolscope::wire {

static_assert(std::endian::native == std::endian::little, "fields are copied as they are");

/// Appends fields to a string.
class FieldWriter {
public:
    explicit FieldWriter(std::string &out)
        : m_out(out)
    {
    }

    template <std::integral T> void number(T value)
    {
        char bytes[sizeof(T)];
        std::memcpy(bytes, &value, sizeof(T));
        m_out.append(bytes, sizeof(T));
    }
    void real(double value)
    {
        char bytes[sizeof(double)];
        std::memcpy(bytes, &value, sizeof(double));
        m_out.append(bytes, sizeof(double));
    }
    void raw(std::string_view bytes) { m_out.append(bytes); }
    void string(std::string_view text)
    {
        number(static_cast<std::uint32_t>(text.size()));
        raw(text);
    }

private:
    std::string &m_out;
};

/// Reads fields. Reading beyond the end returns zeros and makes ok() false for good.
class FieldReader {
public:
    explicit FieldReader(std::string_view bytes)
        : m_rest(bytes)
    {
    }

    template <std::integral T> T number()
    {
        T value{};
        copy(&value, sizeof(T));
        return value;
    }
    double real()
    {
        double value = 0;
        copy(&value, sizeof(value));
        return value;
    }
    std::string_view string()
    {
        const auto size = number<std::uint32_t>();
        if (m_rest.size() < size) {
            m_ok = false;
            m_rest = {};
            return {};
        }
        const auto text = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return text;
    }
    std::string_view rest() { return std::exchange(m_rest, {}); }

    std::string_view unread() const { return m_rest; }
    bool ok() const { return m_ok; }
    bool atEnd() const { return m_ok && m_rest.empty(); }

private:
    void copy(void *to, std::size_t size)
    {
        if (m_rest.size() < size) {
            m_ok = false;
            m_rest = {};
            return;
        }
        std::memcpy(to, m_rest.data(), size);
        m_rest.remove_prefix(size);
    }

    std::string_view m_rest;
    bool m_ok = true;
};

} // namespace poolscope::wire
