// Whoever answers where a domain controller should: a time is read only out of an answer that is
// whole by its own length, and a netlogon answer names nothing that is no text.
#include "engine/base/text.h"
#include "policy/netlogon_ping.h"
#include "policy/root_dse_clock.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using ae::fuzz::must_hold;
    const ae::ByteView octets(data, size);
    if (ae::policy::parse_clock_answer(1, octets)) {
        const auto whole = ae::policy::message_size(octets);
        must_hold(!whole || (*whole && **whole <= size), "an answer that is cut off has no time");
    }
    if (const auto reply = ae::policy::parse_netlogon_answer(1, octets)) {
        must_hold(ae::is_utf8(reply->domain) && ae::is_utf8(reply->client_site), "names are text");
    }
    return 0;
}
