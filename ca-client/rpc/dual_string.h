// DUALSTRINGARRAY: where a COM object lives and how it wants to be addressed ([MS-DCOM] 2.2.19).
// Pure; foreign input, bounded.
#pragma once

#include "ca-client/rpc/ndr.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ae::ca {

struct StringBinding {
    std::uint16_t tower = 0;  // 7: ncacn_ip_tcp
    std::string address{};    // UTF-8: "ca1.corp.example.test[49700]"
    bool operator==(const StringBinding&) const = default;
};
struct SecurityBinding {
    std::uint16_t service = 0;
    std::string principal{};
    bool operator==(const SecurityBinding&) const = default;
};
struct DualStringArray {
    std::vector<StringBinding> strings{};
    std::vector<SecurityBinding> security{};
    bool operator==(const DualStringArray&) const = default;
};

// As an OBJREF holds it: two counts, then the entries.
DualStringArray read_dual_strings(NdrReader& in);
// As NDR holds it behind a pointer: max_count first.
DualStringArray read_conformant_dual_strings(NdrReader& in);

// Where an object exporter listens.
struct Endpoint {
    std::string host{};
    std::uint16_t port = 0;
};
// "name[port]", host-name or address characters only; nothing otherwise.
std::optional<Endpoint> parse_endpoint(std::string_view address);

// The TCP endpoints, best first: those that name `host`, its first label or `connected_address`
// before all others.
std::vector<Endpoint> tcp_endpoints(const DualStringArray& bindings, std::string_view host,
                                    std::string_view connected_address);

}  // namespace ae::ca
