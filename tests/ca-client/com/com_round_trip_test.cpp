// Requests through COM to an object in another process and back, through real proxies and stubs.
#include "engine/base/hresult_table.h"
#include "tests/ca-client/com/com_world.h"
#include "tests/support/fake_crypto.h"
#include "tests/support/skip.h"

#include <mutex>
#include <set>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using namespace ae::test;
using namespace std::chrono_literals;

namespace {

std::string why_not(const Asked& asked) {
    return asked.answer ? std::string() : asked.answer.error().sentence();
}

constexpr auto kPatience = 60s;

// An arbitrary certificate authority's answer; no octet of it repeats another part's.
Script issued() {
    return {.disposition = 3,
            .request_id = 4711,
            .full_response = {1, 2, 3},
            .certificate = {4, 5, 6, 7},
            .message = "Ausgestellt: \xE2\x9C\x93 \xF0\x9D\x84\x9E"};
}

}  // namespace

TEST_CASE("a request and its answer cross COM unchanged", "[com][MS-WCCE:3.2.1.4.3.1]") {
    ComWorld world;
    world.play(issued());
    world.ca.name =
        "Pr\xC3\xBC"
        "f-CA \xE6\xB8\xAC\xE8\xA9\xA6 \xF0\x9D\x84\x9E";
    const Bytes octets = octets_of(1500);
    auto transport = world.transport();
    const Asked asked = transport->ask(
        world.ca, {.authority = world.ca.name, .flags = kFormatPkcs10, .octets = octets},
        kPatience);
    transport.reset();

    INFO(why_not(asked));
    REQUIRE(asked.answer);
    CHECK(asked.answer->result == kOk);
    CHECK(asked.answer->request_id == 4711);
    CHECK(asked.answer->disposition == 3);
    CHECK(asked.answer->full_response == issued().full_response);
    CHECK(asked.answer->certificate == issued().certificate);
    CHECK(asked.answer->message == issued().message);
    CHECK_FALSE(asked.may_have_acted);

    const auto calls = world.heard("Request2");
    REQUIRE(calls.size() == 1);
    CHECK(calls[0]["authority"] == world.ca.name);
    CHECK(calls[0]["flags"] == 0x100);
    CHECK(calls[0]["request_id"] == 0);
    CHECK(calls[0]["serial"].is_null());
    CHECK(calls[0]["attributes"].is_null());
    CHECK(calls[0]["octets"].get<Bytes>() == octets);
    CHECK(world.heard("Request").empty());
    CHECK(world.heard("released").size() == 1);  // nothing is kept at the CA
    CHECK(world.log == std::vector<std::string>{"ask ca1.corp.example.test\\" + world.ca.name +
                                                " through ICertRequestD2"});
}

TEST_CASE("an absent text and an empty one are two things", "[com][MS-WCCE:3.2.1.4.3.1]") {
    ComWorld world;
    world.play(issued());
    const auto transport = world.transport();
    transport->ask(world.ca, {.authority = world.ca.name, .attributes = ""}, kPatience);
    transport->ask(world.ca,
                   {.authority = world.ca.name,
                    .serial_number = "6100000002",
                    .attributes = "CertificateTemplate:LabComputer\ncdc:dc1.corp.example.test"},
                   kPatience);
    const auto calls = world.heard("Request2");
    REQUIRE(calls.size() == 2);
    CHECK(calls[0]["serial"].is_null());
    CHECK(calls[0]["attributes"] == "");
    CHECK(calls[1]["serial"] == "6100000002");
    CHECK(calls[1]["attributes"] == "CertificateTemplate:LabComputer\ncdc:dc1.corp.example.test");
}

TEST_CASE("large blobs arrive whole in both directions", "[com][MS-WCCE:2.2.2.2]") {
    ComWorld world;
    const Bytes octets = octets_of(200'000);
    Script script = issued();
    script.full_response = octets_of(200'003);
    world.play(script);
    const Asked asked =
        world.transport()->ask(world.ca, {.authority = world.ca.name, .octets = octets}, kPatience);
    INFO(why_not(asked));
    REQUIRE(asked.answer);
    CHECK(asked.answer->full_response == script.full_response);
    REQUIRE(world.heard("Request2").size() == 1);
    CHECK(world.heard("Request2")[0]["octets"].get<Bytes>() == octets);
}

TEST_CASE("an answer beyond the limits is none, and the CA has acted", "[com][W7]") {
    ComWorld world;
    Script script = issued();
    script.message = std::string(40'000, 'm');  // 80,000 octets of UTF-16
    world.play(script);
    const Asked asked = world.transport()->ask(world.ca, {.authority = world.ca.name}, kPatience);
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kInvalidData);
    CHECK(asked.answer.error().context ==
          "Request2 on ca1.corp.example.test: read the answer: a part of the answer is too long or "
          "missing");
    CHECK(asked.may_have_acted);
}

TEST_CASE("whatever the CA decides is an answer", "[com][MS-WCCE:3.2.1.4.2.1]") {
    struct Row {
        std::uint32_t result;
        std::uint32_t disposition;
    };
    ComWorld world;
    const auto transport = world.transport();
    for (const auto& [result, disposition] :
         {Row{0, 5}, Row{0, 2}, Row{0x80094012, 2}, Row{0x80094014, 0}, Row{0, 0x80094012},
          Row{1, 3}, Row{0x80070057, 0}}) {
        INFO(std::hex << result << ' ' << disposition);
        world.play({.result = result, .disposition = disposition, .request_id = 9});
        const Asked asked = transport->ask(world.ca, {.authority = world.ca.name}, kPatience);
        INFO(why_not(asked));
        REQUIRE(asked.answer);
        CHECK(value_of(asked.answer->result) == result);
        CHECK(asked.answer->disposition == disposition);
        CHECK(asked.answer->request_id == 9);
        CHECK(asked.answer->certificate.empty());
        CHECK(asked.answer->message.empty());
    }
}

TEST_CASE("a retrieval carries the number and no octets", "[com][MS-WCCE:3.1.1.4.3.7]") {
    ComWorld world;
    world.play(issued());
    auto call = retrieval_of(world.ca.name, 4711);
    REQUIRE(call);
    REQUIRE(world.transport()->ask(world.ca, *call, kPatience).answer);
    const auto calls = world.heard("Request2");
    REQUIRE(calls.size() == 1);
    CHECK(calls[0]["flags"] == 0x40000);
    CHECK(calls[0]["request_id"] == 4711);
    CHECK(calls[0]["octets"].empty());
}

TEST_CASE("a CA that has only the older interface is asked through that", "[com][W1]") {
    ComWorld world;
    Script script = issued();
    script.offers = Offers::first_interface_only;
    world.play(script);
    const Bytes octets = octets_of(1500);
    const auto transport = world.transport();
    const Asked asked = transport->ask(
        world.ca, {.authority = world.ca.name, .flags = kFormatPkcs7, .octets = octets}, kPatience);
    INFO(why_not(asked));
    REQUIRE(asked.answer);
    CHECK(asked.answer->certificate == script.certificate);
    const auto calls = world.heard("Request");
    REQUIRE(calls.size() == 1);
    CHECK(calls[0]["authority"] == world.ca.name);
    CHECK(calls[0]["flags"] == 0x300);
    CHECK(calls[0]["octets"].get<Bytes>() == octets);
    CHECK(transport->ping(world.ca));
    CHECK(world.heard("Ping").size() == 1);
    CHECK(world.heard("Request2").empty());
    CHECK(world.heard("Ping2").empty());
}

TEST_CASE("a sign of life asks for nothing else", "[com][MS-WCCE:3.2.1.4.3.4]") {
    ComWorld world;
    const auto transport = world.transport();
    CHECK(transport->ping(world.ca));
    REQUIRE(world.heard("Ping2").size() == 1);
    CHECK(world.heard("Ping2")[0]["authority"] == world.ca.name);

    world.play({.result = 0x80070057});
    const Done refused = transport->ping(world.ca);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kInvalidArgument);
    CHECK(refused.error().context == "the certification authority does not serve");
}

TEST_CASE("COM starts the CA's process when it does not run", "[com]") {
    ComWorld world(Starts::com);
    world.play(issued());
    const auto transport = world.transport();
    CHECK(transport->ping(world.ca));
    CHECK(transport->ping(world.ca));
    CHECK(world.heard("up").size() == 1);
    CHECK(world.heard("Ping2").size() == 2);
}

TEST_CASE("a CA that dies in the middle of a request may have acted", "[com][W7]") {
    ComWorld world;
    world.play({.call = WhenCalled::crashes});
    const auto transport = world.transport();
    const Asked asked = transport->ask(world.ca, {.authority = world.ca.name}, kPatience);
    REQUIRE_FALSE(asked.answer);
    INFO(asked.answer.error().sentence());
    CHECK(world.heard("Request2").size() == 1);
    CHECK(asked.may_have_acted);
    CHECK_FALSE(asked.stale);
    CHECK(asked.answer.error().context.starts_with("Request2 on ca1.corp.example.test ended with"));

    world.play(issued());  // and the next one is its own process again
    CHECK(transport->ask(world.ca, {.authority = world.ca.name}, kPatience).answer);
    CHECK(world.heard("up").size() == 2);
}

TEST_CASE("what COM says in the method's place is no answer", "[com][W7]") {
    struct Row {
        std::uint32_t said;
        std::uint32_t code;
        bool stale;
        bool may_have_acted;
    };
    ComWorld world;
    const auto transport = world.transport();
    for (const Row& row :
         {Row{0x80070005, 0x80070005, false, false}, Row{0x800706BA, 0x800706BA, false, false},
          Row{0x80010108, 0x80010108, true, false}, Row{0x800706BE, 0x800706BE, false, true},
          Row{0x80010105, 0x80010105, false, true}, Row{0x80010002, 0x800705B4, false, true}}) {
        INFO(std::hex << row.said);
        world.play({.result = row.said});
        const Asked asked = transport->ask(world.ca, {.authority = world.ca.name}, kPatience);
        REQUIRE_FALSE(asked.answer);
        CHECK(value_of(asked.answer.error().code) == row.code);
        CHECK(asked.answer.error().context.starts_with(
            "Request2 on ca1.corp.example.test ended with " + to_hex(hresult(row.said))));
        CHECK_FALSE(std::string(asked.answer.error().remedy)
                        .append(remedy_for(asked.answer.error().code))
                        .empty());
        CHECK(asked.stale == row.stale);
        CHECK(asked.may_have_acted == row.may_have_acted);
    }
}

TEST_CASE("a host that is no CA is named, and nothing went out", "[com][MS-WCCE:2.1]") {
    ComWorld world(Starts::com);
    world.registration.remove_class();
    const Asked asked = world.transport()->ask(world.ca, {.authority = world.ca.name}, kPatience);
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == hresult(0x80040154));
    CHECK(asked.answer.error().context.starts_with(
        "activate on ca1.corp.example.test: CoCreateInstanceEx"));
    CHECK_FALSE(asked.may_have_acted);
    CHECK_FALSE(asked.stale);
    const Done pinged = world.transport()->ping(world.ca);
    REQUIRE_FALSE(pinged);
    CHECK(pinged.error().code == hresult(0x80040154));
}

TEST_CASE("every pointer to the object is protected before it is used", "[com][MS-WCCE:2.1]") {
    static std::mutex guard;
    static std::set<IUnknown*> pointers;
    static std::set<std::wstring> principals;
    static std::set<DWORD> services;
    ComWorld world;
    world.play(issued());
    ComOptions com = ComWorld::local();
    com.set_blanket = [](IUnknown* pointer, const Protection& protection) {
        const std::lock_guard lock(guard);
        pointers.insert(pointer);
        principals.insert(protection.principal);
        services.insert(protection.service);
        return S_OK;
    };
    REQUIRE(world.transport(com)->ask(world.ca, {.authority = world.ca.name}, kPatience).answer);
    CHECK(pointers.size() == 3);  // IUnknown, ICertRequestD, ICertRequestD2
    CHECK(principals == std::set<std::wstring>{L"host/ca1.corp.example.test"});
    CHECK(services == std::set<DWORD>{RPC_C_AUTHN_GSS_NEGOTIATE});

    services.clear();
    world.options.mechanism = Mechanism::kerberos;
    REQUIRE(world.transport(com)->ask(world.ca, {.authority = world.ca.name}, kPatience).answer);
    CHECK(services == std::set<DWORD>{RPC_C_AUTHN_GSS_KERBEROS});
}

TEST_CASE("a pointer that cannot be protected is not used", "[com][MS-WCCE:2.1]") {
    static int left = 0;
    ComWorld world;
    ComOptions com = ComWorld::local();
    com.set_blanket = [](IUnknown*, const Protection&) { return left-- > 0 ? S_OK : E_INVALIDARG; };
    for (int good = 0; good < 3; ++good) {
        left = good;
        const Asked asked =
            world.transport(com)->ask(world.ca, {.authority = world.ca.name}, kPatience);
        REQUIRE_FALSE(asked.answer);
        CHECK(asked.answer.error().code == kInvalidArgument);
        CHECK(asked.answer.error().context.starts_with(
            "activate on ca1.corp.example.test: ask for sealed calls (CoSetProxyBlanket)"));
        CHECK_FALSE(asked.may_have_acted);
    }
    CHECK(world.heard("Request2").empty());
    CHECK(world.heard("released").size() == 3);
}

TEST_CASE("the system protects the pointers", "[com][MS-WCCE:2.1]") {
    ComWorld world;
    world.play(issued());
    ComOptions com = ComWorld::local();
    com.set_blanket = set_proxy_blanket;
    const Asked asked =
        world.transport(com)->ask(world.ca, {.authority = world.ca.name}, kPatience);
    if (!asked.answer && asked.answer.error().code == hresult(0x80004001)) {
        AE_SKIP("W-COM-BLANKET", "Wine: CoSetProxyBlanket is not implemented");
        CHECK(world.heard("Request2").empty());
        return;
    }
    CHECK(asked.answer);
}

TEST_CASE("the product looks for the CA's object on the CA's host alone", "[com][MS-WCCE:2.1]") {
    ComWorld world;  // on this machine there is one
    const Asked asked =
        make_com_transport(world.options)->ask(world.ca, {.authority = world.ca.name}, kPatience);
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().context.starts_with("activate on ca1.corp.example.test: "));
    CHECK_FALSE(asked.may_have_acted);
    CHECK(world.heard("activated").empty());
    if (asked.answer.error().code == hresult(0x80040154)) {
        AE_SKIP("W-COM-REMOTE", "Wine: objects on other hosts cannot be activated");
    }
}

TEST_CASE("without a host nothing is activated", "[com]") {
    ComWorld world;
    world.ca.dns_host.clear();
    const Asked asked = world.transport()->ask(world.ca, {.authority = world.ca.name}, kPatience);
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().code == kInvalidArgument);
    CHECK(world.heard("activated").empty());
}

TEST_CASE("the port's submit and retrieve travel through COM", "[com][ca-client]") {
    ComWorld world;
    FakeCrypto crypto;
    const auto client = create_ca_client(world.options, crypto, world.transport());
    const engine::EncodedRequest request{.format = engine::EncodedRequest::Format::pkcs7,
                                         .octets = octets_of(1200)};

    world.play({.disposition = 5, .request_id = 12});
    auto reply = client->submit(world.ca, request);
    REQUIRE(reply);
    CHECK(reply->disposition == engine::Disposition::pending);
    CHECK(reply->request_id == 12);
    REQUIRE(world.heard("Request2").size() == 1);
    CHECK(world.heard("Request2")[0]["octets"].get<Bytes>() == request.octets);
    CHECK(world.heard("Request2")[0]["flags"] == 0x300);

    Script script = issued();
    script.request_id = 12;
    world.play(script);
    reply = client->retrieve(world.ca, 12);
    REQUIRE(reply);
    CHECK(reply->disposition == engine::Disposition::issued);
    CHECK(reply->certificate == script.certificate);
    CHECK(world.heard("Request2")[1]["request_id"] == 12);

    world.play(issued());
    reply = client->submit(world.ca, request);
    REQUIRE(reply);
    CHECK(reply->disposition == engine::Disposition::issued);
    CHECK(reply->request_id == 4711);
    CHECK(reply->certificate == issued().certificate);

    // An object that is gone is activated afresh, once; a lost answer never.
    const std::size_t asked_before = world.heard("Request2").size();
    world.play({.result = 0x80010108});
    reply = client->submit(world.ca, request);
    REQUIRE_FALSE(reply);
    CHECK(world.heard("Request2").size() == asked_before + 2);
    world.play({.result = 0x80010105});
    reply = client->submit(world.ca, request);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == kCallFailed);
    CHECK(world.heard("Request2").size() == asked_before + 3);

    world.play({.result = 0x80094012, .message = "nein"});
    reply = client->submit(world.ca, request);
    REQUIRE(reply);
    CHECK(reply->disposition == engine::Disposition::failed);
    CHECK(reply->code == hresult(0x80094012));
    CHECK(reply->message == "nein");
}
