#include "tests/lab/ca/der.h"

#include <charconv>

namespace ae::labca {

Tlv DerReader::next() {
    if (rest_.size() < 2) {
        throw ParseError("DER ends inside an element header");
    }
    Tlv element;
    element.tag = rest_[0];
    if ((element.tag & 0x1FU) == 0x1FU) {
        throw ParseError("DER tag numbers above 30 are not used here");
    }
    std::size_t header = 2;
    std::size_t length = rest_[1];
    if (length >= 0x80) {
        const std::size_t octets = length & 0x7FU;
        if (octets == 0 || octets > 4 || rest_.size() < 2 + octets) {
            throw ParseError("DER length is indefinite or too long");
        }
        length = 0;
        for (std::size_t i = 0; i < octets; ++i) {
            length = length << 8U | rest_[2 + i];
        }
        header += octets;
    }
    if (length > rest_.size() - header) {
        throw ParseError("DER element is longer than its container");
    }
    element.content = rest_.subspan(header, length);
    element.whole = rest_.first(header + length);
    rest_ = rest_.subspan(header + length);
    return element;
}

Tlv DerReader::expect(std::uint8_t tag) {
    const Tlv element = next();
    if (element.tag != tag) {
        throw ParseError("DER element of another type than expected");
    }
    return element;
}

std::optional<Tlv> DerReader::optional(std::uint8_t tag) {
    if (rest_.empty() || rest_[0] != tag) {
        return std::nullopt;
    }
    return next();
}

std::string DerReader::oid() { return oid_text(expect(tag::kOid).content); }

std::uint32_t DerReader::integer() {
    View content = expect(tag::kInteger).content;
    if (content.empty() || (content[0] & 0x80U) != 0) {
        throw ParseError("a negative or empty INTEGER");
    }
    if (content.size() > 1 && content[0] == 0) {
        content = content.subspan(1);
    }
    if (content.size() > 4) {
        throw ParseError("an INTEGER above 32 bits");
    }
    std::uint32_t value = 0;
    for (const std::uint8_t octet : content) {
        value = value << 8U | octet;
    }
    return value;
}

void DerReader::end() const {
    if (!done()) {
        throw ParseError("bytes after the last DER element");
    }
}

Tlv single_der(View bytes) {
    DerReader in(bytes);
    const Tlv element = in.next();
    in.end();
    return element;
}

std::string oid_text(View content) {
    std::string out;
    std::uint64_t arc = 0;
    bool first = true;
    bool open = true;
    for (const std::uint8_t octet : content) {
        if (arc > (UINT64_MAX >> 7U)) {
            throw ParseError("an OID arc is too large");
        }
        arc = arc << 7U | (octet & 0x7FU);
        open = (octet & 0x80U) != 0;
        if (open) {
            continue;
        }
        if (first) {
            const std::uint64_t root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
            out = std::to_string(root) + "." + std::to_string(arc - root * 40);
            first = false;
        } else {
            out += "." + std::to_string(arc);
        }
        arc = 0;
    }
    if (open) {
        throw ParseError("an OID ends inside an arc");
    }
    return out;
}

std::string der_text(const Tlv& element) {
    switch (element.tag) {
        case tag::kUtf8:
        case tag::kPrintable:
        case tag::kIa5:
            return {element.content.begin(), element.content.end()};
        case tag::kBmp: {
            std::u16string units;
            for (std::size_t i = 0; i + 1 < element.content.size(); i += 2) {
                units.push_back(
                    static_cast<char16_t>(element.content[i] << 8 | element.content[i + 1]));
            }
            return to_utf8(units);
        }
        default:
            throw ParseError("not a DER string");
    }
}

namespace der {

Bytes tlv(std::uint8_t tag, View content) {
    Bytes out{tag};
    const std::size_t size = content.size();
    if (size < 0x80) {
        out.push_back(static_cast<std::uint8_t>(size));
    } else {
        Bytes length;
        for (std::size_t rest = size; rest != 0; rest >>= 8U) {
            length.insert(length.begin(), static_cast<std::uint8_t>(rest & 0xFFU));
        }
        out.push_back(static_cast<std::uint8_t>(0x80U | length.size()));
        append(out, length);
    }
    append(out, content);
    return out;
}

Bytes join(std::uint8_t tag, std::initializer_list<Bytes> parts) {
    return join(tag, std::vector<Bytes>(parts));
}

Bytes join(std::uint8_t tag, const std::vector<Bytes>& parts) {
    Bytes content;
    for (const Bytes& part : parts) {
        append(content, part);
    }
    return tlv(tag, content);
}

Bytes oid(std::string_view dotted) {
    std::vector<std::uint64_t> arcs;
    const char* at = dotted.data();
    const char* const end = at + dotted.size();
    while (at < end) {
        std::uint64_t arc = 0;
        const auto [next, failed] = std::from_chars(at, end, arc);
        if (failed != std::errc{} || (next != end && (*next != '.' || next + 1 == end))) {
            throw ParseError("not a dotted OID: " + std::string(dotted));
        }
        arcs.push_back(arc);
        at = next + 1;
    }
    if (arcs.size() < 2 || arcs[0] > 2) {
        throw ParseError("not a dotted OID: " + std::string(dotted));
    }
    arcs[1] += arcs[0] * 40;
    Bytes content;
    for (std::size_t i = 1; i < arcs.size(); ++i) {
        Bytes groups;
        std::uint64_t arc = arcs[i];
        do {
            const bool last = groups.empty();
            groups.insert(groups.begin(),
                          static_cast<std::uint8_t>((arc & 0x7FU) | (last ? 0U : 0x80U)));
            arc >>= 7U;
        } while (arc != 0);
        append(content, groups);
    }
    return tlv(tag::kOid, content);
}

Bytes integer(std::uint32_t value) {
    Bytes content;
    do {
        content.insert(content.begin(), static_cast<std::uint8_t>(value & 0xFFU));
        value >>= 8U;
    } while (value != 0);
    if ((content[0] & 0x80U) != 0) {
        content.insert(content.begin(), 0);
    }
    return tlv(tag::kInteger, content);
}

Bytes octets(View content) { return tlv(tag::kOctets, content); }

Bytes text(std::uint8_t tag, std::string_view utf8) {
    if (tag != tag::kBmp) {
        return tlv(tag, view_of(utf8));
    }
    Bytes content;
    for (const char16_t unit : to_utf16(utf8)) {
        content.push_back(static_cast<std::uint8_t>(unit >> 8U));
        content.push_back(static_cast<std::uint8_t>(unit & 0xFFU));
    }
    return tlv(tag, content);
}

Bytes boolean_true() { return {tag::kBoolean, 1, 0xFF}; }
Bytes null() { return {tag::kNull, 0}; }

}  // namespace der
}  // namespace ae::labca
