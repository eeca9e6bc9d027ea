// Which provider's name stands for which place of keys.
#include "stores/provider_table.h"

#include "engine/base/hresult_table.h"
#include "stores/software_providers.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::stores;

namespace {

const KeyPlace kFiles{KeyHome::software, {}};
const KeyPlace kTpm{KeyHome::tpm, {}};

}  // namespace

TEST_CASE("a place of keys is written in one of four ways", "[stores][E8]") {
    struct Row {
        const char* text;
        KeyPlace place;
    };
    for (const Row& row : {Row{"software", kFiles}, Row{"tpm", kTpm},
                           Row{"tpm:device:/dev/tpmrm1", {KeyHome::tpm, "device:/dev/tpmrm1"}},
                           Row{"pkcs11:token=HSM?pin-source=file:/etc/pin",
                               {KeyHome::token, "pkcs11:token=HSM?pin-source=file:/etc/pin"}}}) {
        INFO(row.text);
        const auto place = parse_key_place(row.text);
        REQUIRE(place);
        CHECK(*place == row.place);
        CHECK(to_text(*place) == row.text);
    }
    for (const char* text : {"", "Software", "tpm:", "tpm: device", "tpm:a\nb", "pkcs11:", "pkcs11",
                             "pkcs11:token=a b", "file:/etc"}) {
        INFO(text);
        const auto place = parse_key_place(text);
        REQUIRE_FALSE(place);
        CHECK(place.error().code == kInvalidData);
        CHECK_FALSE(place.error().remedy.empty());
    }
}

TEST_CASE("a PIN in a setting is refused, and not repeated", "[stores][PIN]") {
    for (const char* text :
         {"pkcs11:token=HSM?pin-value=471100", "PKCS11:token=HSM?PIN-Value=471100",
          " pkcs11:token=HSM?pin-value=471100"}) {
        const auto place = parse_key_place(text);
        REQUIRE_FALSE(place);
        CHECK(place.error().sentence().find("471100") == std::string::npos);
        CHECK(place.error().remedy.find("pin-source") != std::string::npos);
    }
    const auto table = provider_table({.providers = {{"hsm", "pkcs11:?pin-value=471100"}}});
    REQUIRE(table.problems.size() == 1);
    CHECK(table.problems[0].find("471100") == std::string::npos);
}

TEST_CASE("without settings software providers are files, the platform's is the TPM, cards nothing",
          "[stores][E8]") {
    const ProviderTable table = provider_table({});
    CHECK(table.problems.empty());
    for (const std::string& name : software_providers()) {
        CHECK(places_of(table, {name}) == std::vector{kFiles});
    }
    CHECK(places_of(table, {"microsoft PLATFORM crypto provider"}) == std::vector{kTpm});
    CHECK(places_of(table, {"Microsoft Smart Card Key Storage Provider"}).empty());
    CHECK(places_of(table, {"Microsoft Base Smart Card Crypto Provider"}).empty());
    CHECK(places_of(table, {}) == std::vector{kFiles});
}

TEST_CASE("a setting adds a provider or replaces one", "[stores][E8]") {
    const KeyPlace token{KeyHome::token, "pkcs11:token=HSM"};
    const ProviderTable table = provider_table(
        {.providers = {{"microsoft smart card key storage provider", "pkcs11:token=HSM"},
                       {"microsoft platform crypto provider", "software"}}});
    CHECK(table.problems.empty());
    CHECK(places_of(table, {"Microsoft Smart Card Key Storage Provider"}) == std::vector{token});
    CHECK(places_of(table, {"Microsoft Platform Crypto Provider"}) == std::vector{kFiles});
    CHECK(std::ranges::count(table.rows, ProviderRow::Origin::configured, &ProviderRow::origin) ==
          2);
}

TEST_CASE("a setting that nobody understands takes the name out: keys go nowhere else",
          "[stores][E8]") {
    const ProviderTable table = provider_table(
        {.providers = {{"microsoft software key storage provider", "pkcs12:token=HSM"}}});
    REQUIRE(table.problems.size() == 1);
    CHECK(table.problems[0].find("microsoft software key storage provider") != std::string::npos);
    CHECK(places_of(table, {"Microsoft Software Key Storage Provider"}).empty());
}

TEST_CASE("a machine has one TPM", "[stores][tpm]") {
    const ProviderTable same = provider_table(
        {.providers = {{"a", "tpm:device:/dev/tpm0"}, {"b", "tpm:device:/dev/tpm0"}}});
    CHECK(same.problems.empty());
    const ProviderTable two = provider_table(
        {.providers = {{"a", "tpm:device:/dev/tpm0"}, {"b", "tpm:device:/dev/tpm1"}}});
    REQUIRE(two.problems.size() == 1);
    CHECK(places_of(two, {"b"}).empty());
    CHECK(places_of(two, {"a"}).size() == 1);
}

TEST_CASE("places come in the template's order, each once", "[stores][E8]") {
    const ProviderTable table = provider_table({});
    CHECK(places_of(table, {"Microsoft Platform Crypto Provider",
                            "Microsoft Software Key Storage Provider",
                            "Microsoft Strong Cryptographic Provider", "nobody's"}) ==
          std::vector{kTpm, kFiles});
    CHECK(places_of(table, {"nobody's"}).empty());
}
