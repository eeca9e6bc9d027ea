// Our association against an independent server: the endpoint mapper of Samba's domain controller.
// Runs inside the lab as WS1, whose key table is /etc/krb5.keytab.
#include "ca-client/rpc/association.h"
#include "ca-client/rpc/endpoint_mapper.h"
#include "ca-client/rpc/ndr.h"
#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>
#include <krb5.h>

using namespace ae;
using namespace ae::ca;

namespace {

const std::string kController = "dc1.corp.example.test";
const std::string kCache = "MEMORY:rpc_epm_test";
constexpr std::uint16_t kEptLookup = 2;
// The directory replication service, which every domain controller registers ([MS-DRSR] 1.9).
const Interface kDirectoryReplication{known_guid("e3514235-4b06-11d1-ab04-00c04fc2dcd2"), 4};

// Tickets of the machine account, once per process.
bool machine_tickets() {
    krb5_context context = nullptr;
    krb5_keytab keytab = nullptr;
    krb5_principal self = nullptr;
    krb5_ccache cache = nullptr;
    krb5_creds tickets{};
    bool ok =
        krb5_init_context(&context) == 0 && krb5_kt_default(context, &keytab) == 0 &&
        krb5_parse_name(context, "WS1$@CORP.EXAMPLE.TEST", &self) == 0 &&
        krb5_get_init_creds_keytab(context, &tickets, self, keytab, 0, nullptr, nullptr) == 0 &&
        krb5_cc_resolve(context, kCache.c_str(), &cache) == 0 &&
        krb5_cc_initialize(context, cache, self) == 0 &&
        krb5_cc_store_cred(context, cache, &tickets) == 0;
    // The memory cache lives on in the process; the rest may leak in a test that ends.
    return ok;
}

// ept_lookup ([C706] appendix O): all elements, at most 500 of them.
Bytes lookup_stub(std::size_t trailing_octets) {
    NdrWriter out;
    out.u32(0);
    out.null();
    out.null();
    out.u32(1);
    out.octets(Bytes(20));
    out.u32(500);
    out.octets(Bytes(trailing_octets));
    return out.take();
}

struct Lookup {
    Mechanism mechanism = Mechanism::spnego;
    std::string target = kController;
    std::string cache = kCache;
    std::size_t trailing_octets = 0;
    std::optional<Interface> mapped{};  // ept_map for this one instead of ept_lookup
};

Result<Bytes> look_up(const Lookup& how) {
    static const bool ready = machine_tickets();
    REQUIRE(ready);
    auto association = Association::connect(kController, 135, {});
    if (!association) {
        return pass(association, "connect");
    }
    auto security = create_security_context({how.mechanism, how.target, how.cache});
    if (!security) {
        return pass(security, "credential");
    }
    auto context = association->bind(iface::kEndpointMapper, std::move(*security));
    if (!context) {
        return pass(context, "bind");
    }
    if (context->result != 0) {
        return fail(kUnexpected, "the endpoint mapper is rejected");
    }
    const Bytes stub = how.mapped ? encode_ept_map(*how.mapped) : lookup_stub(how.trailing_octets);
    return association->call({.context_id = 0,
                              .opnum = how.mapped ? opnum::kEptMap : kEptLookup,
                              .stub = stub,
                              .timeout = std::chrono::seconds(30)});
}

std::string told(const Result<Bytes>& result) {
    return result ? "success" : result.error().sentence();
}

}  // namespace

TEST_CASE("the endpoint mapper answers a sealed lookup in several fragments",
          "[rpc][lab][C706:12]") {
    const auto mechanism = GENERATE(Mechanism::spnego, Mechanism::kerberos);
    CAPTURE(static_cast<int>(mechanism));

    const auto stub = look_up({.mechanism = mechanism});

    INFO(told(stub));
    REQUIRE(stub);
    CHECK(stub->size() > kMaxFragment);
    NdrReader in(*stub);
    in.octets(20);  // entry handle
    const std::uint32_t entries = in.u32();
    CHECK(entries > 20);
    CHECK(in.u32() >= entries);  // max_count
    CHECK(in.u32() == 0);        // offset
    CHECK(in.u32() == entries);  // actual count
    NdrReader status(ByteView(*stub).last(4));
    CHECK(status.u32() == 0);
}

TEST_CASE("an independent mapper understands our tower, and we the one that it answers",
          "[rpc][lab][epm][C706:appendix-O]") {
    const auto stub = look_up({.mapped = kDirectoryReplication});
    INFO(told(stub));
    REQUIRE(stub);
    const auto found = decode_ept_map(*stub, kDirectoryReplication);
    INFO((found ? std::string() : found.error().sentence()));
    REQUIRE(found);
    CHECK(Association::connect(kController, found->ports.front(), {}));

    const auto none = look_up({.mapped = iface::kCertPassage});
    REQUIRE(none);
    const auto nothing = decode_ept_map(*none, iface::kCertPassage);
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().code == kEndpointNotRegistered);
}

TEST_CASE("a request of several fragments arrives whole", "[rpc][lab][C706:12]") {
    const auto mechanism = GENERATE(Mechanism::spnego, Mechanism::kerberos);
    const auto stub = look_up({.mechanism = mechanism, .trailing_octets = 20000});
    INFO(told(stub));
    CHECK(stub);
}

TEST_CASE("a ticket for another host's key is refused by the server", "[rpc][lab][security]") {
    const auto mechanism = GENERATE(Mechanism::spnego, Mechanism::kerberos);
    const auto stub = look_up({.mechanism = mechanism, .target = "ws1.corp.example.test"});
    INFO(told(stub));
    REQUIRE_FALSE(stub);
    CHECK(failed(stub.error().code));
    CHECK(stub.error().context.find("bind") == 0);
}

TEST_CASE("a host without a principal is an unknown target", "[rpc][lab][security]") {
    const auto mechanism = GENERATE(Mechanism::spnego, Mechanism::kerberos);
    const auto stub = look_up({.mechanism = mechanism, .target = "nobody.corp.example.test"});
    INFO(told(stub));
    REQUIRE_FALSE(stub);
    CHECK(stub.error().code == kTargetUnknown);
}

TEST_CASE("without tickets nothing is sent", "[rpc][lab][security]") {
    const auto mechanism = GENERATE(Mechanism::spnego, Mechanism::kerberos);
    const auto stub = look_up({.mechanism = mechanism, .cache = "MEMORY:empty"});
    INFO(told(stub));
    REQUIRE_FALSE(stub);
    CHECK(stub.error().code == kNoCredentials);
}
