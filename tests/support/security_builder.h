// Writes a self-relative SECURITY_DESCRIPTOR ([MS-DTYP] 2.4.6) entry by entry, so that a test reads
// like the list that an administrator sees.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/guid.h"
#include "engine/base/sid.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace ae::test {

inline constexpr std::string_view kEnroll = "0e10c968-78fb-11d2-90d4-00c04f79dc55";
inline constexpr std::string_view kAutoenroll = "a05b8cc2-17bc-4802-a710-e7c15ab866a2";

inline constexpr std::uint32_t kControlAccess = 0x100;
inline constexpr std::uint32_t kReadRights = 0x20014;   // RC + LC + RP
inline constexpr std::uint32_t kFullControl = 0xF01FF;  // with CR, as in row 4 of the table
inline constexpr std::uint8_t kInheritOnly = 0x08;

inline Sid sid(std::string_view text) { return Sid::parse(text).value(); }

class SecurityBuilder {
  public:
    SecurityBuilder& owner(std::string_view text) {
        owner_ = sid(text).to_wire();
        return *this;
    }
    SecurityBuilder& allow(std::string_view who, std::uint32_t mask, std::uint8_t flags = 0) {
        return plain(0x00, who, mask, flags);
    }
    SecurityBuilder& deny(std::string_view who, std::uint32_t mask, std::uint8_t flags = 0) {
        return plain(0x01, who, mask, flags);
    }
    // An empty `right`: ObjectType is absent.
    SecurityBuilder& allow_object(std::string_view who, std::string_view right,
                                  std::uint8_t flags = 0, std::uint32_t mask = kControlAccess) {
        return object(0x05, who, right, flags, mask);
    }
    SecurityBuilder& deny_object(std::string_view who, std::string_view right,
                                 std::uint8_t flags = 0, std::uint32_t mask = kControlAccess) {
        return object(0x06, who, right, flags, mask);
    }
    SecurityBuilder& plain(std::uint8_t type, std::string_view who, std::uint32_t mask,
                           std::uint8_t flags = 0) {
        Bytes body;
        put(body, mask, 4);
        append(body, sid(who).to_wire());
        return raw(type, flags, body);
    }
    SecurityBuilder& object(std::uint8_t type, std::string_view who, std::string_view right,
                            std::uint8_t flags = 0, std::uint32_t mask = kControlAccess) {
        Bytes body;
        put(body, mask, 4);
        put(body, right.empty() ? 0 : 1, 4);
        if (!right.empty()) {
            const Guid guid = Guid::parse(right).value();
            body.insert(body.end(), guid.wire.begin(), guid.wire.end());
        }
        append(body, sid(who).to_wire());
        return raw(type, flags, body);
    }
    SecurityBuilder& raw(std::uint8_t type, std::uint8_t flags, const Bytes& body) {
        Bytes ace{type, flags};
        put(ace, static_cast<std::uint32_t>(body.size() + 4), 2);
        append(ace, body);
        append(aces_, ace);
        ++count_;
        return *this;
    }
    SecurityBuilder& claim_count(std::uint16_t count) {
        count_ = count;
        return *this;
    }
    SecurityBuilder& without_dacl() {
        dacl_ = Dacl::absent;
        return *this;
    }
    SecurityBuilder& with_null_dacl() {
        dacl_ = Dacl::null;
        return *this;
    }

    [[nodiscard]] Bytes bytes() const {
        constexpr std::uint32_t kHeader = 20;
        const auto owner_size = static_cast<std::uint32_t>(owner_ ? owner_->size() : 0);
        Bytes all{1, 0};
        put(all, dacl_ == Dacl::absent ? 0x8000 : 0x8004, 2);
        put(all, owner_ ? kHeader : 0, 4);
        put(all, 0, 4);
        put(all, 0, 4);
        put(all, dacl_ == Dacl::listed ? kHeader + owner_size : 0, 4);
        if (owner_) {
            append(all, *owner_);
        }
        if (dacl_ == Dacl::listed) {
            append(all, Bytes{4, 0});
            put(all, static_cast<std::uint32_t>(aces_.size() + 8), 2);
            put(all, count_, 2);
            put(all, 0, 2);
            append(all, aces_);
        }
        return all;
    }

  private:
    enum class Dacl { listed, absent, null };

    static void put(Bytes& bytes, std::uint32_t value, unsigned octets) {
        for (unsigned i = 0; i < octets; ++i) {
            bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
        }
    }
    static void append(Bytes& bytes, const Bytes& more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
    }

    std::optional<Bytes> owner_{};
    Bytes aces_{};
    std::uint16_t count_ = 0;
    Dacl dacl_ = Dacl::listed;
};

}  // namespace ae::test
