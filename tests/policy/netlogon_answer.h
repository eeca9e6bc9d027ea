// Makes answers to the netlogon ping, so that tests can play the domain controller.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/text.h"

#include <cstdint>
#include <string>

namespace ae::test {

inline const Bytes kTail = {0x15, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};

// [MS-ADTS] 6.3.1.9, names written out in full.
struct NetlogonAnswer {
    std::uint16_t opcode = 23;
    std::uint32_t flags = 0;
    std::string domain = "corp.example.test";
    std::string host = "dc1.corp.example.test";
    std::string dc_site = "A";
    std::string client_site = "A";
    Bytes socket_address{};
    std::string next_closest_site{};  // empty: the field is left out
    std::uint8_t version = 0x15;

    [[nodiscard]] Bytes encode() const {
        Bytes out = {static_cast<std::uint8_t>(opcode), 0, 0, 0};
        for (unsigned shift = 0; shift < 32; shift += 8) {
            out.push_back(static_cast<std::uint8_t>(flags >> shift));
        }
        out.insert(out.end(), 16, 0);
        const auto put = [&out](const std::string& name) {
            if (!name.empty()) {
                for (const auto label : split(name, '.')) {
                    out.push_back(static_cast<std::uint8_t>(label.size()));
                    out.insert(out.end(), label.begin(), label.end());
                }
            }
            out.push_back(0);
        };
        for (const auto& name : {domain, domain, host, std::string("CORP"), std::string("DC1"),
                                 std::string{}, dc_site, client_site}) {
            put(name);
        }
        out.insert(out.end(), socket_address.begin(), socket_address.end());
        if (!next_closest_site.empty()) {
            put(next_closest_site);
        }
        Bytes tail = kTail;
        tail[0] = version;
        out.insert(out.end(), tail.begin(), tail.end());
        return out;
    }
};

// The search result entry around it; with `long_lengths` each length takes four octets.
inline Bytes windows_datagram(std::int32_t message_id, const Bytes& answer, bool long_lengths) {
    const auto element = [long_lengths](std::uint8_t tag, const Bytes& content) {
        Bytes out = {tag};
        const auto size = content.size();
        if (long_lengths || size > 0xFF) {
            out.push_back(0x84);
            for (unsigned shift = 32; shift > 0; shift -= 8) {
                out.push_back(static_cast<std::uint8_t>(size >> (shift - 8)));
            }
        } else {
            if (size > 0x7F) {
                out.push_back(0x81);
            }
            out.push_back(static_cast<std::uint8_t>(size));
        }
        out.insert(out.end(), content.begin(), content.end());
        return out;
    };
    const auto both = [](Bytes left, const Bytes& right) {
        left.insert(left.end(), right.begin(), right.end());
        return left;
    };
    const std::string name = "Netlogon";
    const auto attribute = element(0x30, both(element(0x04, Bytes(name.begin(), name.end())),
                                              element(0x31, element(0x04, answer))));
    const auto entry = element(0x64, both(element(0x04, {}), element(0x30, attribute)));
    Bytes id;
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        id.push_back(
            static_cast<std::uint8_t>(static_cast<std::uint32_t>(message_id) >> (shift - 8)));
    }
    return element(0x30, both(element(0x02, id), entry));
}

}  // namespace ae::test
