#include "engine/base/guid.h"

#include <algorithm>

namespace ae {
namespace {

// Position in the wire form of each octet in text order.
constexpr std::array<std::size_t, 16> kTextOrder = {3, 2, 1,  0,  5,  4,  7,  6,
                                                    8, 9, 10, 11, 12, 13, 14, 15};

bool dash_before(std::size_t octet) {
    return octet == 4 || octet == 6 || octet == 8 || octet == 10;
}

}  // namespace

std::optional<Guid> Guid::parse(std::string_view text) {
    if (text.size() == 38 && text.front() == '{' && text.back() == '}') {
        text = text.substr(1, 36);
    }
    if (text.size() != 36) {
        return std::nullopt;
    }
    Guid guid;
    std::size_t at = 0;
    for (std::size_t octet = 0; octet < 16; ++octet) {
        if (dash_before(octet) && text[at++] != '-') {
            return std::nullopt;
        }
        const auto value = from_hex(text.substr(at, 2));
        if (!value || value->size() != 1) {
            return std::nullopt;
        }
        guid.wire[kTextOrder[octet]] = value->front();
        at += 2;
    }
    return guid;
}

std::optional<Guid> Guid::from_wire(ByteView bytes) {
    Guid guid;
    if (bytes.size() != guid.wire.size()) {
        return std::nullopt;
    }
    std::ranges::copy(bytes, guid.wire.begin());
    return guid;
}

std::string Guid::to_string() const {
    std::string text;
    for (std::size_t octet = 0; octet < 16; ++octet) {
        if (dash_before(octet)) {
            text += '-';
        }
        text += to_hex(ByteView(&wire[kTextOrder[octet]], 1));
    }
    return text;
}

}  // namespace ae
