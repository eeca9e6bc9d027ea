#include "engine/base/der.h"
#include "engine/base/text.h"

#include <algorithm>
#include <bit>

namespace ae::der {
namespace {

constexpr std::size_t kMaxOidText =
    1024;  // whatever the reader accepts fits; bounds the arithmetic

void append(Bytes& to, ByteView octets) { to.insert(to.end(), octets.begin(), octets.end()); }

Bytes header(Tag tag, std::size_t length) {
    Bytes octets{static_cast<std::uint8_t>(tag)};
    if (length < 0x80) {
        octets.push_back(static_cast<std::uint8_t>(length));
        return octets;
    }
    const unsigned count = (static_cast<unsigned>(std::bit_width(length)) + 7) / 8;
    octets.push_back(static_cast<std::uint8_t>(0x80U | count));
    for (unsigned i = count; i-- > 0;) {
        octets.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
    }
    return octets;
}

bool is_decimal(std::string_view text) {
    return !text.empty() && (text.size() == 1 || text.front() != '0') &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// number + addend, in decimal digits.
std::string sum(std::string_view number, unsigned addend) {
    std::string digits(number);
    for (std::size_t i = digits.size(); i-- > 0 && addend > 0;) {
        addend += static_cast<unsigned>(digits[i] - '0');
        digits[i] = static_cast<char>('0' + addend % 10);
        addend /= 10;
    }
    return addend > 0 ? std::to_string(addend) + digits : digits;
}

// Base 128, most significant first, all but the last with the top bit.  Arcs may exceed 64 bits.
Bytes subidentifier(std::string number) {
    Bytes groups;
    do {
        unsigned rest = 0;
        std::string quotient;
        for (const char digit : number) {
            rest = rest * 10 + static_cast<unsigned>(digit - '0');
            if (!quotient.empty() || rest >= 128) {
                quotient += static_cast<char>('0' + rest / 128);
            }
            rest %= 128;
        }
        groups.push_back(static_cast<std::uint8_t>(rest | (groups.empty() ? 0U : 0x80U)));
        number = std::move(quotient);
    } while (!number.empty());
    std::ranges::reverse(groups);
    return groups;
}

}  // namespace

Bytes write(Tag tag, ByteView content) { return write(tag, {content}); }

Bytes write(Tag tag, std::initializer_list<ByteView> parts) {
    std::size_t length = 0;
    for (const ByteView part : parts) {
        length += part.size();
    }
    Bytes octets = header(tag, length);
    octets.reserve(octets.size() + length);
    for (const ByteView part : parts) {
        append(octets, part);
    }
    return octets;
}

Bytes set_of(std::vector<Bytes> elements) {
    // Spelt out: GCC 12 warns falsely about vector's own three-way comparison at -O2 and above.
    std::ranges::sort(elements, [](const Bytes& left, const Bytes& right) {
        return std::ranges::lexicographical_compare(left, right);
    });
    Bytes content;
    for (const Bytes& element : elements) {
        append(content, element);
    }
    return write(Tag::set, content);
}

bool is_oid(std::string_view dotted) {
    if (dotted.size() > kMaxOidText) {
        return false;
    }
    const auto arcs = split(dotted, '.');
    if (arcs.size() < 2 || !std::ranges::all_of(arcs, is_decimal) || arcs[0].size() != 1 ||
        arcs[0] > "2") {
        return false;
    }
    return arcs[0] == "2" || arcs[1].size() == 1 || (arcs[1].size() == 2 && arcs[1] <= "39");
}

Bytes oid(std::string_view dotted) {
    if (!is_oid(dotted)) {
        return {};
    }
    const auto arcs = split(dotted, '.');
    const auto root = static_cast<unsigned>(arcs[0].front() - '0');
    Bytes content = subidentifier(sum(arcs[1], root * 40));
    for (std::size_t i = 2; i < arcs.size(); ++i) {
        append(content, subidentifier(std::string(arcs[i])));
    }
    return write(Tag::oid, content);
}

Bytes integer(std::int64_t value) {
    Bytes content;
    for (unsigned i = sizeof(value); i-- > 0;) {
        content.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
    const std::uint8_t sign = value < 0 ? 0xFF : 0;
    std::size_t skip = 0;
    while (skip + 1 < content.size() && content[skip] == sign &&
           ((content[skip + 1] ^ sign) & 0x80U) == 0) {
        ++skip;
    }
    return write(Tag::integer, ByteView(content).subspan(skip));
}

Bytes integer_from_unsigned(ByteView big_endian) {
    while (!big_endian.empty() && big_endian.front() == 0) {
        big_endian = big_endian.subspan(1);
    }
    if (big_endian.empty() || (big_endian.front() & 0x80U) != 0) {
        return write(Tag::integer, {ByteView(Bytes{0}), big_endian});
    }
    return write(Tag::integer, big_endian);
}

Bytes boolean_true() { return write(Tag::boolean, Bytes{0xFF}); }

Bytes null() { return write(Tag::null, ByteView{}); }

Bytes octet_string(ByteView content) { return write(Tag::octet_string, content); }

Bytes bit_string(ByteView content, unsigned unused_bits) {
    return write(Tag::bit_string,
                 {ByteView(Bytes{static_cast<std::uint8_t>(unused_bits)}), content});
}

Bytes named_bit_string(ByteView octets) {
    while (!octets.empty() && octets.back() == 0) {
        octets = octets.first(octets.size() - 1);
    }
    return bit_string(octets,
                      octets.empty() ? 0 : static_cast<unsigned>(std::countr_zero(octets.back())));
}

Bytes utf8_string(std::string_view text) { return write(Tag::utf8_string, as_bytes(text)); }

Bytes ia5_string(std::string_view text) { return write(Tag::ia5_string, as_bytes(text)); }

Bytes bmp_string(std::string_view utf8) {
    Bytes units = utf16le_from_utf8(utf8);
    for (std::size_t i = 0; i + 1 < units.size(); i += 2) {
        std::swap(units[i], units[i + 1]);
    }
    return write(Tag::bmp_string, units);
}

}  // namespace ae::der
