#include "engine/distinguished_name.h"

#include "engine/base/der.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace ae::engine {
namespace {

using der::Reader;
using der::Tag;

struct AttributeName {
    std::string_view oid;
    std::string_view text;
};

constexpr std::string_view kCommonName = "2.5.4.3";

// RFC 4514 3 and what Windows prints for the rest.
constexpr std::array kAttributeNames = {
    AttributeName{kCommonName, "CN"},
    AttributeName{"2.5.4.4", "SN"},
    AttributeName{"2.5.4.5", "SERIALNUMBER"},
    AttributeName{"2.5.4.6", "C"},
    AttributeName{"2.5.4.7", "L"},
    AttributeName{"2.5.4.8", "ST"},
    AttributeName{"2.5.4.9", "STREET"},
    AttributeName{"2.5.4.10", "O"},
    AttributeName{"2.5.4.11", "OU"},
    AttributeName{"2.5.4.12", "T"},
    AttributeName{"2.5.4.42", "G"},
    AttributeName{"0.9.2342.19200300.100.1.1", "UID"},
    AttributeName{"0.9.2342.19200300.100.1.25", "DC"},
    AttributeName{"1.2.840.113549.1.9.1", "E"},
};

// RFC 4514 2.4, with control characters in hexadecimal.
std::string escaped(std::string_view value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const auto octet = static_cast<std::uint8_t>(c);
        const bool at_edge = i == 0 || i + 1 == value.size();
        if (octet < 0x20 || octet == 0x7F) {
            text += '\\' + to_hex(ByteView(&octet, 1));
        } else if (std::string_view("\"+,;<>\\").find(c) != std::string_view::npos ||
                   (c == ' ' && at_edge) || (c == '#' && i == 0)) {
            text += '\\';
            text += c;
        } else {
            text += c;
        }
    }
    return text;
}

Result<std::string> attribute_text(Reader rdn_value) {
    auto type = rdn_value.next_oid();
    if (!type) {
        return pass(type);
    }
    auto value = rdn_value.any();
    if (!value) {
        return pass(value);
    }
    if (auto end = rdn_value.finish(); !end) {
        return pass(end);
    }
    const auto* const known = std::ranges::find(kAttributeNames, *type, &AttributeName::oid);
    std::string text(known == kAttributeNames.end() ? std::string_view(*type) : known->text);
    const auto readable = der::read_string(*value);
    return text + '=' + (readable ? escaped(*readable) : '#' + to_hex(value->whole));
}

}  // namespace

Result<std::string> distinguished_name_text(ByteView rdn_sequence) {
    std::vector<std::string> parts;
    for (Reader rdns(rdn_sequence); !rdns.at_end();) {
        auto rdn = rdns.enter(Tag::set);
        if (!rdn) {
            return pass(rdn);
        }
        std::vector<std::string> attributes;
        while (!rdn->at_end()) {
            auto attribute = rdn->enter(Tag::sequence).and_then(attribute_text);
            if (!attribute) {
                return pass(attribute);
            }
            attributes.push_back(*std::move(attribute));
        }
        parts.push_back(join(attributes, " + "));
    }
    std::ranges::reverse(parts);
    return join(parts, ", ");
}

std::vector<std::string> common_names_of(ByteView name) {
    std::vector<std::string> names;
    auto rdns = Reader(name).enter(Tag::sequence);
    while (rdns && !rdns->at_end()) {
        auto rdn = rdns->enter(Tag::set);
        while (rdn && !rdn->at_end()) {
            auto fields = rdn->enter(Tag::sequence);
            const auto type = fields.and_then([](Reader& inner) { return inner.next_oid(); });
            const auto value = fields.and_then([](Reader& inner) { return inner.any(); })
                                   .and_then(der::read_string);
            if (type && value && *type == kCommonName) {
                names.push_back(*value);
            }
        }
    }
    return names;
}

}  // namespace ae::engine
