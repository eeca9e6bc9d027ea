// What the lab's CA says about itself, through both interfaces, and what asking costs.  Runs inside
// the lab (tests/lab) as WS1; AE_LABCA names the CA's program.
#include "ca-client/ca_inquiry.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "tests/ca-client/lab/lab_ca.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace ae;
using namespace ae::ca;
using namespace ae::ca::test;

namespace {

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};
constexpr Hresult kPropertyEmpty = hresult(0x80094004);
constexpr const char* kDirectory = "/run/ae-lab/ca1";

// While it lives the CA has only ICertRequestD.
class OlderInterface {
  public:
    OlderInterface() { run("\"$AE_LABCA\" set no-d2=on --dir /run/ae-lab/ca1"); }
    OlderInterface(const OlderInterface&) = delete;
    OlderInterface& operator=(const OlderInterface&) = delete;
    ~OlderInterface() {
        // NOLINTNEXTLINE(cert-env33-c): a fixed command in a test
        static_cast<void>(std::system("\"$AE_LABCA\" set off --dir /run/ae-lab/ca1 >/dev/null"));
    }
};

// How often each method was called since this began.
class Calls {
  public:
    Calls() : before_(read().size()) {}
    [[nodiscard]] std::map<std::string, int> since() const {
        std::map<std::string, int> counts;
        const auto all = read();
        for (std::size_t i = before_; i < all.size(); ++i) {
            ++counts[all[i]];
        }
        return counts;
    }

  private:
    static std::vector<std::string> read() {
        std::ifstream log(std::string(kDirectory) + "/calls.jsonl");
        std::vector<std::string> methods;
        for (std::string line; std::getline(log, line);) {
            methods.push_back(nlohmann::json::parse(line)["method"]);
        }
        return methods;
    }
    std::size_t before_;
};

class Member {
  public:
    Member() {
        run("kinit -k -c " + cache_ + " 'WS1$'");
        transport_ = make_dcom_transport(
            {.credential_cache = cache_,
             .timeouts = {.connect = std::chrono::seconds(5)},
             .log = [this](std::string_view line) { log_.emplace_back(line); }});
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    ~Member() {
        transport_.reset();
        std::error_code ignored;
        std::filesystem::remove(ticket_file_, ignored);
    }

    CertRequestTransport& transport() { return *transport_; }
    CaInquiry inquiry() { return {*transport_, kCa}; }
    Result<Bytes> property(const KnownProperty& known) {
        return transport_->property(kCa, {.id = known.id, .type = known.type});
    }
    // A request that no CA issues anything for costs what every other does.
    Asked ask() {
        static const Bytes no_request = {0x30, 0x03, 0x02, 0x01, 0x07};
        return transport_->ask(kCa, {.authority = kCa.name, .octets = no_request},
                               std::chrono::seconds(30));
    }
    // What leaving the CA says about the time there.
    unsigned round_trips_until_now() {
        transport_->disconnect();
        for (auto line = log_.rbegin(); line != log_.rend(); ++line) {
            const std::string before = "leave ca1.corp.example.test after ";
            if (line->starts_with(before)) {
                unsigned count = 0;
                std::from_chars(line->data() + before.size(), line->data() + line->size(), count);
                return count;
            }
        }
        FAIL("nothing was left");
        return 0;
    }

  private:
    std::string ticket_file_ = "/tmp/ae-lab-ca-inquiry-" + std::to_string(::getpid());
    std::string cache_ = "FILE:" + ticket_file_;
    std::vector<std::string> log_{};
    std::unique_ptr<CertRequestTransport> transport_{};
};

template <class T>
T must(Result<T> result) {
    if (!result) {
        FAIL(result.error().sentence());
    }
    return *std::move(result);
}

Bytes own_certificate() {
    std::stringstream pem;
    pem << std::ifstream(std::string(kDirectory) + "/ca.pem").rdbuf();
    return from_pem("CERTIFICATE", pem.str()).value();
}

}  // namespace

TEST_CASE("from connect to answer at most nine round trips, and one for each further call",
          "[lab][cost]") {
    Member member;
    const Calls calls;
    REQUIRE(member.ask().answer);
    const unsigned first = member.round_trips_until_now();
    CHECK(first <= 9);
    CHECK(first >= 6);  // two connections, two binds, activation, the call

    REQUIRE(member.ask().answer);
    REQUIRE(member.ask().answer);
    REQUIRE(member.transport().ping(kCa));
    REQUIRE(member.inquiry().templates());
    CHECK(member.round_trips_until_now() == first + 3);
    const auto seen = calls.since();
    CHECK(seen.at("Request2") == 3);
    CHECK(seen.at("Ping2") == 1);
    CHECK(seen.at("GetCAProperty") == 1);
    CHECK(seen.at("RemoteCreateInstance") == 2);
    CHECK(seen.at("RemRelease") == 2);
}

TEST_CASE("every property that the CA lists is the one of the table, and can be asked for",
          "[lab][property][MS-WCCE:3.2.1.4.3.3]") {
    Member member;
    const auto listed = must(member.inquiry().properties());
    const std::uint32_t max = must(member.inquiry().identity()).info.max_property_id;
    CHECK(listed.size() == max);
    int answered = 0;
    for (const ListedProperty& one : listed) {
        CAPTURE(one.id, one.name);
        REQUIRE((one.id >= 1 && one.id <= known_properties().size()));
        const KnownProperty& known = known_properties()[one.id - 1];
        CHECK(one.type == static_cast<std::uint8_t>(known.type));
        CHECK(one.indexed == known.indexed);
        CHECK_FALSE(one.name.empty());
        const auto value = member.property(known);
        CHECK((value || value.error().code == kPropertyEmpty));
        answered += value ? 1 : 0;
        if (value && known.type == PropertyType::text) {
            CHECK(decode_text(*value));
        }
    }
    CHECK(answered > 30);
    const auto beyond =
        member.transport().property(kCa, {.id = max + 1, .type = PropertyType::text});
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().code == kInvalidArgument);
}

TEST_CASE("the older interface gives the same values where it has them",
          "[lab][property][MS-WCCE:3.2.1.4.2.2]") {
    Member member;
    std::map<std::uint32_t, Result<Bytes>> newer;
    for (const KnownProperty& known : known_properties()) {
        newer.emplace(known.id, member.property(known));
    }
    member.transport().disconnect();
    const OlderInterface only;
    const Calls calls;
    int same = 0;
    for (const KnownProperty& known : known_properties()) {
        CAPTURE(known.id, known.name);
        const auto older = member.property(known);
        if (!get_ca_cert_query({.id = known.id})) {
            REQUIRE_FALSE(older);
            CHECK(older.error().code == kNotSupported);
        } else if (older) {
            REQUIRE(newer.at(known.id));
            CHECK(*older == *newer.at(known.id));
            ++same;
        }
    }
    CHECK(same >= 15);
    CHECK(calls.since().at("GetCACert") >= same);
    CHECK(calls.since().count("GetCAProperty") == 0);
    const auto list = member.transport().property_info(kCa);
    REQUIRE_FALSE(list);
    CHECK(list.error().code == kNotSupported);
}

TEST_CASE("a CA says who it is and what it offers", "[lab][inquiry]") {
    Member member;
    const auto identity = must(member.inquiry().identity());
    CHECK(identity.name == kCa.name);
    CHECK(identity.sanitized_name == kCa.name);
    CHECK(identity.dns_name == kCa.dns_host);
    CHECK_FALSE(identity.version.empty());
    CHECK(identity.info.type == 1);  // enterprise, subordinate
    const auto offered = must(member.inquiry().templates());
    CHECK(std::ranges::any_of(offered, [](const OfferedTemplate& one) {
        return one.name == "CorpMachine" && one.oid.starts_with("1.3.6.1.4.1.311.21.8.");
    }));
    CHECK(must(member.inquiry().signing_certificate_status(0)) == kOk);
    CHECK(member.inquiry().ping());
}

TEST_CASE("a CA's own certificates come through either interface",
          "[lab][inquiry][MS-WCCE:3.2.1.4.3.2.12]") {
    Member member;
    CHECK(must(member.inquiry().signing_certificates()) == std::vector<Bytes>{own_certificate()});
    const auto exchange = must(member.inquiry().exchange_certificate());
    const auto parsed = engine::parse_certificate(exchange.certificate);
    REQUIRE(parsed);
    CHECK(parsed->issuer_der == engine::parse_certificate(own_certificate())->subject_der);
    CHECK(std::ranges::find(exchange.chain, own_certificate()) != exchange.chain.end());

    member.transport().disconnect();
    const OlderInterface only;
    CHECK(must(member.inquiry().signing_certificates()) == std::vector<Bytes>{own_certificate()});
    // [MS-WCCE] 3.1.1.4.3.6: archival needs ICertRequestD2, so nothing is to be encrypted here.
    const auto older = member.inquiry().exchange_certificate();
    REQUIRE_FALSE(older);
    CHECK(older.error().code == kNotSupported);
}

TEST_CASE("an object is used until it is given back", "[lab][session]") {
    Member member;
    REQUIRE(member.transport().ping(kCa));
    REQUIRE(member.inquiry().templates());
    const Calls calls;
    {
        const OlderInterface only;  // looked at when an object is activated
        CHECK(member.transport().ping(kCa));
        CHECK(calls.since().count("Ping") == 0);  // the old object still serves
        member.transport().disconnect();
        CHECK(member.transport().ping(kCa));
        CHECK(calls.since().at("Ping") == 1);
    }
}
