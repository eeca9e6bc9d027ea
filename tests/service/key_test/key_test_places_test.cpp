// `aeclient key-test` against a TPM and a token, through the stores that a pulse uses.
#include "service/key_test/key_test.h"
#include "stores/crypto.h"
#include "tests/support/software_token.h"
#include "tests/support/software_tpm.h"

#include <algorithm>

using namespace ae;
using namespace ae::service;
using namespace ae::test;

namespace {

KeyTest test_of(const std::string& place) {
    const TemporaryFolder folder;
    const stores::KeySettings settings{.providers = {{"acme", place}}};
    const auto all = stores::known_providers(settings);
    const auto found = std::ranges::find(all, "acme", &stores::KnownProvider::name);
    REQUIRE(found != all.end());
    const auto crypto = stores::make_crypto();
    auto opened = stores::open_stores({.root = folder.path() / "store", .keys = settings},
                                      stores::StoreUse::change, *crypto);
    REQUIRE(opened);
    Trial trial(std::move(*opened));
    return run_key_test({.trial = trial, .crypto = *crypto}, *found);
}

std::vector<std::string> working(const KeyTest& test) {
    std::vector<std::string> kinds;
    for (const KeyTrial& one : test.trials) {
        INFO(one.kind << ": " << (one.error ? one.error->sentence() : "works"));
        CHECK((!one.error || one.refused()));
        if (!one.error) {
            kinds.push_back(one.kind);
        }
    }
    return kinds;
}

}  // namespace

TEST_CASE("key-test says what a TPM makes and what it does not", "[key-test][tpm]") {
    const SoftwareTpm tpm;
    const KeyTest test = test_of(tpm.place());
    CHECK(passed(test));
    const auto kinds = working(test);
    for (const char* kind : {"RSA 2048", "ECDSA P-256", "ECDSA P-384"}) {
        CHECK(std::ranges::count(kinds, kind) == 1);
    }
    CHECK(std::ranges::count(kinds, "RSA 4096") == 0);
}

TEST_CASE("key-test tries every kind on a token and leaves nothing there", "[key-test][token]") {
    const SoftwareToken token;
    const KeyTest test = test_of(token.place());
    CHECK(passed(test));
    CHECK(working(test).size() == 6);
    CHECK(token.keys() == 0);
}
