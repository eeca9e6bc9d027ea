#include "tests/lab/ca/sid.h"

#include <charconv>

namespace ae::labca {

std::size_t sid_size(View bytes_from_sid) {
    if (bytes_from_sid.size() < 8 || bytes_from_sid[0] != 1 || bytes_from_sid[1] > 15) {
        throw ParseError("not a SID");
    }
    const std::size_t size = 8 + std::size_t{bytes_from_sid[1]} * 4;
    if (bytes_from_sid.size() < size) {
        throw ParseError("a SID ends too early");
    }
    return size;
}

std::string sid_text(View bytes) {
    if (sid_size(bytes) != bytes.size()) {
        throw ParseError("bytes after a SID");
    }
    std::uint64_t authority = 0;
    for (std::size_t i = 2; i < 8; ++i) {
        authority = authority << 8U | bytes[i];
    }
    std::string out = "S-1-" + std::to_string(authority);
    for (std::size_t at = 8; at < bytes.size(); at += 4) {
        const std::uint32_t part = bytes[at] | static_cast<std::uint32_t>(bytes[at + 1]) << 8U |
                                   static_cast<std::uint32_t>(bytes[at + 2]) << 16U |
                                   static_cast<std::uint32_t>(bytes[at + 3]) << 24U;
        out += "-" + std::to_string(part);
    }
    return out;
}

Bytes sid_bytes(std::string_view text) {
    if (!text.starts_with("S-1-")) {
        throw ParseError("a SID starts with S-1-");
    }
    text.remove_prefix(4);
    std::vector<std::uint64_t> parts;
    while (!text.empty()) {
        std::uint64_t value = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failed != std::errc{}) {
            throw ParseError("a SID has decimal parts");
        }
        parts.push_back(value);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.empty()) {
            if (text.front() != '-' || text.size() == 1) {
                throw ParseError("a SID has parts separated by one minus sign");
            }
            text.remove_prefix(1);
        }
    }
    if (parts.empty() || parts.size() > 16) {
        throw ParseError("a SID has at most 15 sub-authorities");
    }
    Bytes out{1, static_cast<std::uint8_t>(parts.size() - 1)};
    for (int shift = 40; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(parts[0] >> static_cast<unsigned>(shift)));
    }
    for (std::size_t i = 1; i < parts.size(); ++i) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            out.push_back(static_cast<std::uint8_t>(parts[i] >> shift));
        }
    }
    return out;
}

}  // namespace ae::labca
