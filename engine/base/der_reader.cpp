#include "engine/base/der.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>

namespace ae::der {
namespace {

constexpr std::size_t kMaxLengthOctets = 4;
constexpr std::size_t kMaxOidOctets = 256;  // far above any real one; bounds the arithmetic below

tl::unexpected<Error> broken(std::string_view what) {
    return fail(kInvalidData, "DER: " + std::string(what));
}

std::string tag_text(Tag tag) {
    return to_hex(ByteView(std::array{static_cast<std::uint8_t>(tag)}));
}

// Decimal digits, least significant first: arcs may exceed 64 bits (2.25.<UUID>).
using Decimal = std::vector<unsigned>;

void multiply_and_add(Decimal& number, unsigned factor, unsigned addend) {
    unsigned carry = addend;
    for (unsigned& digit : number) {
        carry += digit * factor;
        digit = carry % 10;
        carry /= 10;
    }
    for (; carry > 0; carry /= 10) {
        number.push_back(carry % 10);
    }
}

// X.690 8.19.4: the first subidentifier is 40 * X + Y, where only X = 2 lets Y exceed 39.
std::string first_arcs(Decimal number) {
    unsigned value = 0;
    for (std::size_t i = number.size(); i-- > 0 && value < 80;) {
        value = value * 10 + number[i];
    }
    if (value < 80) {
        return std::to_string(value / 40) + '.' + std::to_string(value % 40);
    }
    int borrow = 0;
    for (std::size_t i = 1; i < number.size(); ++i) {
        const int digit = static_cast<int>(number[i]) - (i == 1 ? 8 : 0) - borrow;
        borrow = digit < 0 ? 1 : 0;
        number[i] = static_cast<unsigned>(digit + 10 * borrow);
    }
    while (number.size() > 1 && number.back() == 0) {
        number.pop_back();
    }
    std::string text = "2.";
    std::ranges::for_each(number.rbegin(), number.rend(),
                          [&](unsigned digit) { text += static_cast<char>('0' + digit); });
    return text;
}

std::string decimal_text(const Decimal& number) {
    if (number.empty()) {
        return "0";
    }
    std::string text;
    std::ranges::for_each(number.rbegin(), number.rend(),
                          [&](unsigned digit) { text += static_cast<char>('0' + digit); });
    return text;
}

// The element at the front; `octets` is left alone.
Result<Element> first_element(ByteView octets) {
    if (octets.size() < 2) {
        return broken("an element is cut off in its tag or length");
    }
    const std::uint8_t tag = octets[0];
    if (tag == 0) {
        return broken("tag 0 is no element");
    }
    if ((tag & 0x1FU) == 0x1FU) {
        return broken("a tag number above 30 stands where none is expected");
    }
    std::size_t length = octets[1];
    std::size_t header = 2;
    if (length >= 0x80) {
        const std::size_t count = length & 0x7FU;
        if (count == 0 || count > kMaxLengthOctets) {
            return broken("an indefinite length or one above 32 bits");
        }
        if (octets.size() < header + count) {
            return broken("an element is cut off in its length");
        }
        length = 0;
        for (const std::uint8_t octet : octets.subspan(header, count)) {
            length = (length << 8U) | octet;
        }
        header += count;
        if (length < 0x80 || octets[2] == 0) {
            return broken("a length that is not the shortest form");
        }
    }
    if (length > octets.size() - header) {
        return broken("an element is longer than the octets around it");
    }
    return Element{static_cast<Tag>(tag), octets.subspan(header, length),
                   octets.first(header + length)};
}

bool is_ascii(ByteView octets) {
    return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet < 0x80; });
}

std::string from_latin1(ByteView octets) {
    Bytes wide;
    for (const std::uint8_t octet : octets) {
        wide.insert(wide.end(), {octet, 0});
    }
    return utf8_from_utf16le(wide).value_or(std::string{});
}

}  // namespace

bool Reader::next_is(Tag tag) const {
    return !rest_.empty() && rest_.front() == static_cast<std::uint8_t>(tag);
}

Result<Element> Reader::any() {
    Result<Element> element = first_element(rest_);
    if (element) {
        rest_ = rest_.subspan(element->whole.size());
    }
    return element;
}

Result<Element> Reader::expect(Tag tag) {
    if (!next_is(tag)) {
        return broken("tag " + tag_text(tag) + " is missing" +
                      (rest_.empty() ? std::string(" at the end")
                                     : ", tag " + to_hex(rest_.first(1)) + " is there"));
    }
    return any();
}

std::optional<Element> Reader::optional(Tag tag) {
    if (!next_is(tag)) {
        return std::nullopt;
    }
    const Result<Element> element = any();
    return element ? std::optional(*element) : std::nullopt;
}

Result<Reader> Reader::enter(Tag tag) {
    Result<Element> element = expect(tag);
    if (!element) {
        return pass(element);
    }
    return Reader(element->content);
}

Result<std::string> Reader::next_oid() {
    Result<Element> element = expect(Tag::oid);
    if (!element) {
        return pass(element);
    }
    return read_oid(element->content);
}

Done Reader::finish() const {
    if (!at_end()) {
        return broken(std::to_string(rest_.size()) + " octets are left over");
    }
    return done();
}

Result<std::string> read_oid(ByteView content) {
    if (content.empty() || content.size() > kMaxOidOctets || (content.back() & 0x80U) != 0) {
        return broken("an object identifier is empty, cut off or too long");
    }
    std::string text;
    Decimal arc;
    bool at_start = true;
    for (const std::uint8_t octet : content) {
        if (at_start && octet == 0x80) {
            return broken("an object identifier is not in its shortest form");
        }
        multiply_and_add(arc, 128, octet & 0x7FU);
        at_start = (octet & 0x80U) == 0;
        if (at_start) {
            text += text.empty() ? first_arcs(arc) : '.' + decimal_text(arc);
            arc.clear();
        }
    }
    return text;
}

Result<std::int64_t> read_integer(ByteView content) {
    if (content.empty() || content.size() > sizeof(std::int64_t)) {
        return broken("an integer is empty or too large");
    }
    // X.690 8.3.2: the first nine bits are neither all zero nor all one.
    const bool negative = (content[0] & 0x80U) != 0;
    if (content.size() > 1 && content[0] == (negative ? 0xFF : 0) &&
        ((content[1] & 0x80U) != 0) == negative) {
        return broken("an integer is not in its shortest form");
    }
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (const std::uint8_t octet : content) {
        value = (value << 8U) | octet;
    }
    return static_cast<std::int64_t>(value);
}

Result<bool> read_boolean(ByteView content) {
    if (content.size() != 1 || (content[0] != 0 && content[0] != 0xFF)) {
        return broken("a boolean is neither 00 nor FF");
    }
    return content[0] != 0;
}

Result<ByteView> read_bit_string(ByteView content) {
    if (content.empty() || content[0] > 7 || (content.size() == 1 && content[0] != 0)) {
        return broken("a bit string has a wrong count of unused bits");
    }
    // X.690 11.2.1: unused bits are zero.
    if ((content.back() & ((1U << content[0]) - 1U)) != 0 && content.size() > 1) {
        return broken("the unused bits of a bit string are not zero");
    }
    return content.subspan(1);
}

Result<Time> read_time(const Element& element) {
    const std::string_view text = as_text(element.content);
    const bool is_utc = element.tag == Tag::utc_time;
    const std::size_t year_digits = is_utc ? 2 : 4;
    if ((!is_utc && element.tag != Tag::generalized_time) || text.size() != year_digits + 11 ||
        text.back() != 'Z') {
        return broken("a time is not YYMMDDhhmmssZ or YYYYMMDDhhmmssZ");
    }
    std::array<unsigned, 6> parts{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        for (const std::size_t end = at + (i == 0 ? year_digits : 2); at < end; ++at) {
            if (text[at] < '0' || text[at] > '9') {
                return broken("a time has something else than digits");
            }
            parts[i] = parts[i] * 10 + static_cast<unsigned>(text[at] - '0');
        }
    }
    if (is_utc) {
        parts[0] += parts[0] >= 50 ? 1900 : 2000;  // RFC 5280 4.1.2.5.1
    }
    const auto time =
        from_civil({static_cast<int>(parts[0]), parts[1], parts[2], parts[3], parts[4], parts[5]});
    if (!time) {
        return broken("a time does not exist in the calendar");
    }
    return *time;
}

Result<std::string> read_string(const Element& element) {
    const ByteView content = element.content;
    switch (element.tag) {
        case Tag::utf8_string:
            if (is_utf8(as_text(content))) {
                return std::string(as_text(content));
            }
            return broken("a UTF8String is not UTF-8");
        case Tag::numeric_string:
        case Tag::printable_string:
        case Tag::visible_string:
        case Tag::ia5_string:
            if (is_ascii(content)) {
                return std::string(as_text(content));
            }
            return broken("an ASCII string has an octet above 127");
        case Tag::t61_string:  // in certificates always Latin-1
            return from_latin1(content);
        case Tag::bmp_string: {
            Bytes swapped(content.begin(), content.end());
            for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) {
                std::swap(swapped[i], swapped[i + 1]);
            }
            if (auto text = utf8_from_utf16le(swapped)) {
                return *std::move(text);
            }
            return broken("a BMPString has an odd number of octets");
        }
        default:
            return broken("tag " + tag_text(element.tag) + " is no string");
    }
}

}  // namespace ae::der
