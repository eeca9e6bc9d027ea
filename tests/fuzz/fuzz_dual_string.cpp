// DUALSTRINGARRAY of a hostile server: bounded, and only places that can be dialled come out.
#include "ca-client/rpc/dual_string.h"
#include "tests/fuzz/property.h"

#include <algorithm>
#include <string>

using namespace ae;
using namespace ae::ca;
using fuzz::must_hold;

namespace {

constexpr std::size_t kMostOctets = 512 * 3;  // of UTF-8 for 512 UTF-16 units

void check(const DualStringArray& bindings) {
    must_hold(bindings.strings.size() <= 64 && bindings.security.size() <= 64, "64 of each");
    for (const StringBinding& one : bindings.strings) {
        must_hold(one.tower != 0 && one.address.size() <= kMostOctets, "a binding is bounded");
    }
    for (const SecurityBinding& one : bindings.security) {
        must_hold(one.service != 0 && one.principal.size() <= kMostOctets, "a binding is bounded");
    }
    const auto endpoints = tcp_endpoints(bindings, "ca1.corp.example.test", "10.0.0.1");
    must_hold(endpoints.size() <= bindings.strings.size(), "no endpoint without a binding");
    for (const Endpoint& one : endpoints) {
        must_hold(one.port != 0 && !one.host.empty() &&
                      one.host.find_first_of(" /[]@%") == std::string::npos,
                  "an endpoint is a host and a port");
        const auto again = parse_endpoint(one.host + "[" + std::to_string(one.port) + "]");
        must_hold(again && again->host == one.host && again->port == one.port,
                  "an endpoint that is written is read as the same");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    NdrReader packed(octets);
    const DualStringArray one = read_dual_strings(packed);
    if (packed.ok()) {
        check(one);
    }
    NdrReader conformant(octets);
    const DualStringArray other = read_conformant_dual_strings(conformant);
    if (conformant.ok()) {
        check(other);
    }
    return 0;
}
