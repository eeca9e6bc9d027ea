// Rule S13 where no key distribution center answers: what becomes of a cache.
#include "engine/base/hresult_table.h"
#include "service/credential.h"
#include "tests/support/temporary_folder.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <krb5.h>

namespace ae::service {
namespace {

const std::string kAlice = "alice@CORP.EXAMPLE.TEST";
const std::string kTgt = "krbtgt/CORP.EXAMPLE.TEST@CORP.EXAMPLE.TEST";
const std::string kOfTheCa = "host/ca1.corp.example.test@CORP.EXAMPLE.TEST";

// A realm without a key distribution center, for the test's own lines of the Kerberos library.
class NoKdc {
  public:
    explicit NoKdc(const std::filesystem::path& folder) {
        const auto file = folder / "krb5.conf";
        std::ofstream(file) << "[libdefaults]\n default_realm = CORP.EXAMPLE.TEST\n"
                               " dns_lookup_kdc = false\n dns_lookup_realm = false\n";
        const char* before = std::getenv("KRB5_CONFIG");
        before_ = before != nullptr ? std::optional<std::string>(before) : std::nullopt;
        ::setenv("KRB5_CONFIG", file.c_str(), 1);
    }
    ~NoKdc() { before_ ? ::setenv("KRB5_CONFIG", before_->c_str(), 1) : ::unsetenv("KRB5_CONFIG"); }
    NoKdc(const NoKdc&) = delete;
    NoKdc& operator=(const NoKdc&) = delete;
    NoKdc(NoKdc&&) = delete;
    NoKdc& operator=(NoKdc&&) = delete;

  private:
    std::optional<std::string> before_{};
};

class TicketCache {
  public:
    explicit TicketCache(const std::filesystem::path& folder)
        : name("FILE:" + (folder / "tickets").string()) {
        REQUIRE(krb5_init_context(&krb5_) == 0);
        REQUIRE(krb5_cc_resolve(krb5_, name.c_str(), &cache_) == 0);
    }
    ~TicketCache() {
        krb5_cc_close(krb5_, cache_);
        krb5_free_context(krb5_);
    }
    TicketCache(const TicketCache&) = delete;
    TicketCache& operator=(const TicketCache&) = delete;
    TicketCache(TicketCache&&) = delete;
    TicketCache& operator=(TicketCache&&) = delete;

    void fill(const std::vector<std::string>& services) {
        krb5_principal owner = nullptr;
        REQUIRE(krb5_parse_name(krb5_, kAlice.c_str(), &owner) == 0);
        REQUIRE(krb5_cc_initialize(krb5_, cache_, owner) == 0);
        for (const std::string& service : services) {
            std::array<krb5_octet, 32> key{};
            std::array<char, 4> ticket{'t', 'k', 't', '!'};
            krb5_creds one{};
            one.client = owner;
            REQUIRE(krb5_parse_name(krb5_, service.c_str(), &one.server) == 0);
            one.keyblock.enctype = ENCTYPE_AES256_CTS_HMAC_SHA1_96;
            one.keyblock.length = key.size();
            one.keyblock.contents = key.data();
            one.times.endtime = 2000000000;
            one.ticket.length = ticket.size();
            one.ticket.data = ticket.data();
            REQUIRE(krb5_cc_store_cred(krb5_, cache_, &one) == 0);
            krb5_free_principal(krb5_, one.server);
        }
        krb5_free_principal(krb5_, owner);
    }
    [[nodiscard]] std::set<std::string> services() {
        std::set<std::string> found;
        krb5_cc_cursor cursor{};
        REQUIRE(krb5_cc_start_seq_get(krb5_, cache_, &cursor) == 0);
        krb5_creds one{};
        while (krb5_cc_next_cred(krb5_, cache_, &cursor, &one) == 0) {
            char* text = nullptr;
            REQUIRE(krb5_unparse_name(krb5_, one.server, &text) == 0);
            found.insert(text);
            krb5_free_unparsed_name(krb5_, text);
            krb5_free_cred_contents(krb5_, &one);
        }
        krb5_cc_end_seq_get(krb5_, cache_, &cursor);
        return found;
    }

    std::string name;

  private:
    krb5_context krb5_ = nullptr;
    krb5_ccache cache_ = nullptr;
};

TEST_CASE("a ticket-granting ticket that nobody renews stays, and the others go",
          "[tickets][S13]") {
    const test::TemporaryFolder folder;
    const NoKdc no_kdc(folder.path());
    TicketCache cache(folder.path());
    cache.fill({kOfTheCa, kTgt});
    REQUIRE(cache.services() == std::set{kOfTheCa, kTgt});
    CHECK(renew_ticket_cache(cache.name));
    CHECK(cache.services() == std::set{kTgt});
    CHECK(owner_of_cache(cache.name) == kAlice);
}

TEST_CASE("without a ticket-granting ticket nothing is touched, and the way out is said",
          "[tickets][S13]") {
    const test::TemporaryFolder folder;
    const NoKdc no_kdc(folder.path());
    TicketCache cache(folder.path());
    cache.fill({kOfTheCa});
    const Done renewed = renew_ticket_cache(cache.name);
    REQUIRE_FALSE(renewed);
    CHECK(renewed.error().code == kNoCredentials);
    CHECK_THAT(renewed.error().remedy, Catch::Contains("kinit"));
    CHECK(cache.services() == std::set{kOfTheCa});
}

TEST_CASE("a cache that is not there has no owner and is not renewed", "[tickets][S13]") {
    const test::TemporaryFolder folder;
    const std::string name = "FILE:" + (folder.path() / "none").string();
    CHECK(owner_of_cache(name).empty());
    const Done renewed = renew_ticket_cache(name);
    REQUIRE_FALSE(renewed);
    CHECK_THAT(renewed.error().remedy, Catch::Contains("kinit"));
}

}  // namespace
}  // namespace ae::service
