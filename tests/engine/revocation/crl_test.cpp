#include "engine/base/hresult_table.h"
#include "tests/engine/revocation/authority.h"

#include <random>

namespace ae::test {
namespace {

using engine::RevocationReason;
using std::chrono::hours;

Bytes scope(ByteView content) {
    return extension("2.5.29.28", Criticality::critical, der::write(der::Tag::sequence, content));
}

Bytes flag(unsigned number) { return der::write(der::context(number), Bytes{0xFF}); }

Bytes key_of(std::int64_t serial) { return copy(der::Reader(der::integer(serial)).any()->content); }

}  // namespace

TEST_CASE("a list tells who made it, when, what is next and which numbers it has",
          "[crl][RFC5280:5.1][RFC5280:5.2]") {
    Authority authority;
    const engine::Crl crl = authority.crl(authority.list(
        {entry_of(5), entry_of(300, 1)},
        {crl_number(256), next_publish_at(kNow + hours(12)),
         extension("2.5.29.35", Criticality::not_critical,
                   der::sequence({der::write(der::context(0), Bytes{1, 2, 3})})),
         freshest_points({"http://pki.corp.example.test/delta.crl", "ldap:///cn=delta"})}));
    CHECK(crl.issuer == "CN=Corp Root CA");
    CHECK(crl.issuer_der == common_name("Corp Root CA"));
    CHECK(crl.this_update == kNow - hours(1));
    CHECK(crl.next_update == kNow + hours(23));
    CHECK(crl.next_publish == kNow + hours(12));
    CHECK(crl.authority_key == Bytes{1, 2, 3});
    CHECK(crl.number == Bytes{1, 0});
    CHECK_FALSE(crl.base_number);
    CHECK(crl.freshest_urls ==
          std::vector<std::string>{"http://pki.corp.example.test/delta.crl", "ldap:///cn=delta"});
    CHECK(crl.not_understood.empty());
    CHECK(crl.entries.size() == 2);
    REQUIRE(crl.find(key_of(300)) != nullptr);
    CHECK(crl.find(key_of(300))->reason == RevocationReason::key_compromise);
    CHECK(crl.find(key_of(300))->revoked == kNow - hours(30));
    CHECK(crl.find(key_of(5))->reason == RevocationReason::unspecified);
    CHECK(crl.find(key_of(6)) == nullptr);
}

TEST_CASE("the number of a list is kept without zeros in front, so that numbers compare",
          "[crl][RFC5280:5.2.3]") {
    Authority authority;
    const auto number = [&](std::int64_t value) {
        return authority.crl(authority.list({}, {crl_number(value)})).number;
    };
    CHECK(number(0).empty());
    CHECK(number(127) == Bytes{0x7F});
    CHECK(number(255) == Bytes{0xFF});  // 00 FF in DER
}

TEST_CASE("a list without entries, extensions and next update is a list", "[crl][RFC5280:5.1]") {
    Authority authority;
    const engine::Crl crl =
        authority.crl({.issuer = authority.name, .this_update = kNow, .next_update = {}});
    CHECK(crl.entries.empty());
    CHECK_FALSE(crl.next_update);
    CHECK_FALSE(crl.next_publish);
    CHECK(crl.find(key_of(1)) == nullptr);
}

TEST_CASE("entries are found in any order and number", "[crl]") {
    Authority authority;
    std::mt19937_64 random(7);
    std::vector<CrlEntrySpec> entries;
    for (std::int64_t serial = 1; serial <= 2000; serial += 2) {
        entries.push_back(entry_of(serial * 37));
    }
    std::shuffle(entries.begin(), entries.end(), random);
    const engine::Crl crl = authority.crl(authority.list(entries));
    for (std::int64_t serial = 1; serial <= 2000; ++serial) {
        CHECK((crl.find(key_of(serial * 37)) != nullptr) == (serial % 2 == 1));
    }
}

TEST_CASE("what of a list must be understood and is not is said",
          "[crl][RFC5280:5.2][RFC5280:5.3]") {
    Authority authority;
    const auto with = [&](const Bytes& one) {
        return authority.crl(authority.list({}, {one})).not_understood;
    };
    CHECK(with(extension("1.2.3", Criticality::critical, der::null())) ==
          "its critical extension 1.2.3 is not understood");
    CHECK(with(extension("1.2.3", Criticality::not_critical, der::null())).empty());
    CHECK(with(scope(flag(4))).find("indirect") != std::string::npos);
    for (const unsigned other : {1U, 2U, 5U}) {
        CHECK(with(scope(flag(other))).empty());
    }
    const auto with_entry = [&](Criticality criticality) {
        CrlEntrySpec entry = entry_of(1);
        entry.extensions = {extension("2.5.29.29", criticality, der::null())};
        return authority.crl(authority.list({entry})).not_understood;
    };
    CHECK(with_entry(Criticality::critical).find("2.5.29.29") != std::string::npos);
    CHECK(with_entry(Criticality::not_critical).empty());
}

TEST_CASE("an issuing distribution point says of which certificates a list speaks",
          "[crl][RFC5280:5.2.5]") {
    Authority authority;
    const auto scope_of = [&](const Bytes& content) {
        return authority.crl(authority.list({}, {scope(content)})).scope;
    };
    CHECK(scope_of(flag(1)).only_users);
    CHECK(scope_of(flag(2)).only_authorities);
    CHECK(scope_of(flag(5)).only_attributes);
    CHECK(scope_of(der::write(der::context(3), Bytes{1, 0x40})).only_some_reasons);
    const Bytes names = der::write(der::context_constructed(0),
                                   der::write(der::context(6), as_bytes("http://a/b.crl")));
    const auto named = scope_of(der::write(der::context_constructed(0), names));
    CHECK(named.is_named);
    CHECK(named.urls == std::vector<std::string>{"http://a/b.crl"});
    const auto relative = scope_of(der::write(
        der::context_constructed(0), der::write(der::context_constructed(1), common_name("part"))));
    CHECK(relative.is_named);
    CHECK(relative.urls.empty());
    const engine::CrlScope none = authority.crl(authority.list()).scope;
    CHECK_FALSE((none.is_named || none.only_users || none.only_authorities ||
                 none.only_attributes || none.only_some_reasons));
}

TEST_CASE("octets that are no list are refused with a sentence", "[crl]") {
    Authority authority;
    const Bytes good =
        make_crl(authority.list({entry_of(5, 6)}, {crl_number(1), scope(flag(1))}), authority.key);
    for (std::size_t cut = 0; cut < good.size(); ++cut) {
        const auto read =
            engine::parse_crl(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut)));
        REQUIRE_FALSE(read);
        REQUIRE(read.error().code == kInvalidData);
    }
    Bytes longer = good;
    longer.push_back(0);
    CHECK_FALSE(engine::parse_crl(longer));
    const auto refused = [&](const Bytes& one) {
        return !engine::parse_crl(make_crl(authority.list({}, {one}), authority.key));
    };
    CHECK(refused(extension("2.5.29.20", Criticality::not_critical, der::integer(-1))));
    CHECK(refused(extension("2.5.29.27", Criticality::critical, der::null())));
    CHECK(refused(extension("2.5.29.28", Criticality::critical, der::null())));
    CHECK(refused(joined({crl_number(1), crl_number(2)})));
    CHECK_FALSE(
        engine::parse_crl(make_crl(authority.list({entry_of(5, 7)}), authority.key)));  // no reason
}

}  // namespace ae::test
