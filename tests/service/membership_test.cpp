#include "service/membership.h"

#include "engine/base/hresult_table.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <krb5.h>

using namespace ae;
using namespace ae::service;

namespace {

// A keytab as adcli writes it: host/ entries beside the machine account.
class TemporaryKeytab {
  public:
    explicit TemporaryKeytab(const std::vector<std::string>& principals)
        : path_(std::filesystem::temp_directory_path() / "aeclient-membership-test.keytab") {
        std::filesystem::remove(path_);
        krb5_context context = nullptr;
        REQUIRE(krb5_init_context(&context) == 0);
        krb5_keytab keytab = nullptr;
        REQUIRE(krb5_kt_resolve(context, ("WRFILE:" + path_.string()).c_str(), &keytab) == 0);
        for (const std::string& name : principals) {
            krb5_keytab_entry entry{};
            REQUIRE(krb5_parse_name(context, name.c_str(), &entry.principal) == 0);
            std::array<krb5_octet, 32> key{};
            entry.vno = 1;
            entry.key.enctype = ENCTYPE_AES256_CTS_HMAC_SHA1_96;
            entry.key.length = key.size();
            entry.key.contents = key.data();
            REQUIRE(krb5_kt_add_entry(context, keytab, &entry) == 0);
            krb5_free_principal(context, entry.principal);
        }
        krb5_kt_close(context, keytab);
        krb5_free_context(context);
    }
    ~TemporaryKeytab() { std::filesystem::remove(path_); }
    TemporaryKeytab(const TemporaryKeytab&) = delete;
    TemporaryKeytab& operator=(const TemporaryKeytab&) = delete;
    TemporaryKeytab(TemporaryKeytab&&) = delete;
    TemporaryKeytab& operator=(TemporaryKeytab&&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("the machine account is found among the keytab's service principals", "[C1]") {
    const TemporaryKeytab keytab({"host/ws1.corp.example.test@CORP.EXAMPLE.TEST",
                                  "WS1$@CORP.EXAMPLE.TEST",
                                  "RestrictedKrbHost/WS1@CORP.EXAMPLE.TEST"});
    const auto membership = read_membership(keytab.path());
    REQUIRE(membership);
    CHECK(membership->principal == "WS1$@CORP.EXAMPLE.TEST");
    CHECK(membership->account_name == "WS1$");
    CHECK(membership->realm == "CORP.EXAMPLE.TEST");
    CHECK(membership->domain_dns == "corp.example.test");
    CHECK_FALSE(membership->host_fqdn.empty());
}

TEST_CASE("no keytab means: not joined", "[C1]") {
    const auto membership = read_membership("/nonexistent/aeclient.keytab");
    REQUIRE_FALSE(membership);
    CHECK(membership.error().code == kNotDomainJoined);
    CHECK(membership.error().sentence().find("/nonexistent/aeclient.keytab") != std::string::npos);
}

TEST_CASE("a keytab of a service alone means: not joined", "[C1]") {
    const TemporaryKeytab keytab({"HTTP/www.corp.example.test@CORP.EXAMPLE.TEST"});
    const auto membership = read_membership(keytab.path());
    REQUIRE_FALSE(membership);
    CHECK(membership.error().code == kNotDomainJoined);
}
