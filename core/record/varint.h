// SPDX-License-Identifier: GPL-3.0-or-later
// Varints: numbers in as few bytes as possible, and differences in zigzag, as in Protocol Buffers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope {

inline std::uint64_t zigzag(std::uint64_t difference)
{
    const auto value = static_cast<std::int64_t>(difference);
    return (difference << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

inline std::uint64_t unzigzag(std::uint64_t number)
{
    return (number >> 1) ^ (0 - (number & 1));
}

class VarintWriter {
public:
    explicit VarintWriter(std::string &out)
        : m_out(out)
    {
    }
    void number(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7)
            m_out += static_cast<char>(value | 0x80);
        m_out += static_cast<char>(value);
    }
    void difference(std::uint64_t value, std::uint64_t last) { number(zigzag(value - last)); }
    void text(std::string_view bytes)
    {
        number(bytes.size());
        m_out += bytes;
    }

private:
    std::string &m_out;
};

/// Reads any bytes. A number that is cut short or has more than 64 bits is read as 0, and ok() is
/// false from then on.
class VarintReader {
public:
    explicit VarintReader(std::string_view bytes)
        : m_rest(bytes)
    {
    }
    std::uint64_t number()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
            const auto byte = static_cast<std::uint8_t>(m_rest.front());
            m_rest.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80)
                return shift < 63 || byte <= 1 ? value : fail();
        }
        return fail();
    }
    std::uint64_t difference(std::uint64_t last) { return last + unzigzag(number()); }
    std::string_view text()
    {
        const std::uint64_t size = number();
        if (size > m_rest.size()) {
            fail();
            return {};
        }
        const std::string_view bytes = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return bytes;
    }

    bool ok() const { return m_ok; }
    bool atEnd() const { return m_ok && m_rest.empty(); }
    std::size_t left() const { return m_rest.size(); }

private:
    std::uint64_t fail()
    {
        m_ok = false;
        m_rest = {};
        return 0;
    }

    std::string_view m_rest;
    bool m_ok = true;
};

} // namespace poolscope
