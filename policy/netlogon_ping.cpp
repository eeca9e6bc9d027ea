#include "policy/netlogon_ping.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/ber_reader.h"

#include <optional>

namespace ae::policy {
namespace {

using ber::integer_of;
using ber::kInteger;
using ber::kOctetString;
using ber::kSearchResultEntry;
using ber::kSequence;
using ber::kSet;
using BerReader = ber::Reader;

Bytes equality(std::string_view attribute, ByteView value) {
    return der::write(der::context_constructed(3),  // equalityMatch, RFC 4511 4.5.1
                      {der::octet_string(as_bytes(attribute)), der::octet_string(value)});
}

// The compressed names of [MS-ADTS] 6.3.7 (RFC 1035 4.1.4), relative to the start of the message.
class NameReader {
  public:
    NameReader(ByteView message, std::size_t at, std::size_t end)
        : message_(message), at_(at), end_(end) {}

    std::optional<std::string> next() {
        std::string name;
        std::size_t at = at_;
        bool jumped = false;
        for (;;) {
            if (at >= end_) {
                return std::nullopt;
            }
            const std::size_t length = message_[at];
            if ((length & 0xC0U) == 0xC0U) {
                if (at + 1 >= end_) {
                    return std::nullopt;
                }
                const std::size_t target = (length & 0x3FU) << 8U | message_[at + 1];
                if (target >= at) {
                    return std::nullopt;  // only backwards, so that no name runs in a circle
                }
                if (!jumped) {
                    at_ = at + 2;
                }
                jumped = true;
                at = target;
                continue;
            }
            if ((length & 0xC0U) != 0 || length >= end_ - at) {
                return std::nullopt;
            }
            if (length == 0) {
                if (!jumped) {
                    at_ = at + 1;
                }
                return is_utf8(name) ? std::optional(name) : std::nullopt;
            }
            if (!name.empty()) {
                name += '.';
            }
            name += as_text(message_.subspan(at + 1, length));
            if (name.size() > kMaxName) {
                return std::nullopt;
            }
            at += 1 + length;
        }
    }
    bool skip(std::size_t count) {
        if (count > end_ - at_) {
            return false;
        }
        at_ += count;
        return true;
    }
    [[nodiscard]] bool at_end() const { return at_ == end_; }

  private:
    static constexpr std::size_t kMaxName = 255;
    ByteView message_;
    std::size_t at_;
    std::size_t end_;
};

constexpr std::uint16_t kSamLogonResponseEx = 23;
constexpr std::uint16_t kSamPauseResponseEx = 24;
constexpr std::uint16_t kSamUserUnknownEx = 25;
constexpr std::size_t kFixedPart = 2 + 2 + 4 + 16;
constexpr std::size_t kTail = 4 + 2 + 2;
constexpr std::uint32_t kVersionWithIp = 0x8;

}  // namespace

bool NetlogonReply::is_near() const {
    return (flags & ds_flag::kClosest) != 0 ||
           (!client_site.empty() && equal_ignoring_case(client_site, dc_site));
}

Bytes encode_netlogon_ping(std::int32_t message_id, std::string_view domain) {
    const std::uint8_t version[] = {static_cast<std::uint8_t>(kNetlogonVersion), 0, 0, 0};
    const std::uint8_t zero[] = {0};
    const Bytes no_limit = der::integer(0);
    const auto enumerated = der::write(static_cast<der::Tag>(0x0A), ByteView(zero));
    const auto search = der::write(
        static_cast<der::Tag>(0x63),  // [APPLICATION 3] SearchRequest, RFC 4511 4.5.1
        {der::octet_string({}), enumerated, enumerated, no_limit, no_limit,
         der::write(der::Tag::boolean, ByteView(zero)),
         der::write(der::context_constructed(0), {equality("DnsDomain", as_bytes(domain)),
                                                  equality("NtVer", ByteView(version))}),
         der::sequence({der::octet_string(as_bytes("Netlogon"))})});
    return der::sequence({der::integer(message_id), search});
}

Result<NetlogonReply> parse_netlogon_answer(std::int32_t message_id, ByteView datagram) {
    const auto broken = [] {
        return fail(kInvalidData, "the netlogon ping was answered with something else");
    };
    const auto message = BerReader(datagram).take(kSequence);
    if (!message) {
        return broken();
    }
    BerReader fields(*message);
    const auto id = integer_of(fields.take(kInteger));
    const auto entry = fields.take(kSearchResultEntry);
    if (!id || *id != message_id || !entry) {
        return broken();
    }
    BerReader entry_fields(*entry);
    const auto name = entry_fields.take(kOctetString);
    const auto attributes = entry_fields.take(kSequence);
    if (!name || !attributes) {
        return broken();
    }
    BerReader list(*attributes);
    while (!list.at_end()) {
        const auto attribute = list.take(kSequence);
        if (!attribute) {
            return broken();
        }
        BerReader parts(*attribute);
        const auto type = parts.take(kOctetString);
        const auto values = parts.take(kSet);
        if (!type || !values) {
            return broken();
        }
        if (equal_ignoring_case(as_text(*type), "netlogon")) {
            const auto value = BerReader(*values).take(kOctetString);
            return value ? parse_netlogon_response_ex(*value) : broken();
        }
    }
    return broken();
}

Result<NetlogonReply> parse_netlogon_response_ex(ByteView octets) {
    const auto broken = [](const char* what) {
        return fail(kInvalidData, std::string("netlogon answer: ") + what);
    };
    if (octets.size() < kFixedPart + kTail) {
        return broken("it is too short");
    }
    NetlogonReply reply;
    LittleEndianReader head(octets);
    const auto opcode = head.u16();
    if (opcode != kSamLogonResponseEx && opcode != kSamPauseResponseEx &&
        opcode != kSamUserUnknownEx) {
        return broken("it is not in the extended form");
    }
    reply.paused = opcode == kSamPauseResponseEx;
    head.take(2);
    reply.flags = head.u32();
    reply.domain_guid = Guid::from_wire(head.take(16)).value_or(Guid{});

    // The tail tells which optional fields stand before it.
    const std::size_t end = octets.size() - kTail;
    LittleEndianReader tail(octets.subspan(end));
    const auto version = tail.u32();
    if (tail.u16() != 0xFFFF || tail.u16() != 0xFFFF) {
        return broken("it does not end with LmNtToken and Lm20Token");
    }

    NameReader names(octets, kFixedPart, end);
    for (auto* field : {&reply.forest, &reply.domain, &reply.host, &reply.netbios_domain,
                        &reply.netbios_host, &reply.user, &reply.dc_site, &reply.client_site}) {
        auto name = names.next();
        if (!name) {
            return broken("a name is cut off or malformed");
        }
        *field = std::move(*name);
    }
    // DcSockAddrSize and DcSockAddr: not asked for, and the sender's address is known anyway.
    if ((version & kVersionWithIp) != 0 && !names.skip(1 + 16)) {
        return broken("the server's address is cut off");
    }
    if (!names.at_end()) {
        auto name = names.next();
        if (!name || !names.at_end()) {
            return broken("octets stand after the last name");
        }
        reply.next_closest_site = std::move(*name);
    }
    if (reply.domain.empty() || reply.host.empty()) {
        return broken("it names no domain or no host");
    }
    return reply;
}

}  // namespace ae::policy
