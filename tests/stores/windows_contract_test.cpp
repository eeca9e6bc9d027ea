#include "tests/contract/cert_store_contract.h"
#include "tests/contract/key_store_contract.h"
#include "tests/contract/key_uses_contract.h"
#include "tests/contract/memory_store_contract.h"
#include "tests/stores/windows_store.h"

namespace ae::test {

TEST_CASE("Windows' stores keep the key store's contract", "[stores][contract][W6]") {
    WindowsStore world(engine::Scope::machine);
    key_store_contract(world);
}

TEST_CASE("Windows' stores keep the contract on keys of certificates",
          "[stores][contract][W6][X4]") {
    WindowsStore world(engine::Scope::machine);
    held_key_contract(world);
}

TEST_CASE("Windows' keys have the length and make the signatures that are asked for",
          "[stores][contract][E8]") {
    WindowsStore world(engine::Scope::machine);
    SECTION("RSA of 2048 to 4096 bits") { key_length_contract(world); }
    SECTION("RSASSA-PSS") { pss_contract(world); }
    SECTION("ECDH") { agreement_contract(world); }
}

TEST_CASE("Windows' stores keep the contract on archival", "[stores][contract][WCCE:2.2.2.9.1]") {
    WindowsStore world(engine::Scope::machine);
    archival_contract(world);
}

TEST_CASE("Windows' stores keep REQUEST's contract", "[stores][contract][W6][W7][N6]") {
    WindowsStore world(engine::Scope::machine);
    request_store_contract(world);
}

TEST_CASE("Windows' stores keep MY's contract, for a machine and for a user",
          "[stores][contract][K5][I5]") {
    WindowsStore world(GENERATE(engine::Scope::machine, engine::Scope::user));
    my_store_contract(world);
}

TEST_CASE("Windows' stores keep the contract on archiving and removing",
          "[stores][contract][X1][X4]") {
    WindowsStore world(engine::Scope::machine);
    archive_contract(world);
}

TEST_CASE("Windows' stores keep the trust stores' contract", "[stores][contract][K2][K5]") {
    WindowsStore world(engine::Scope::machine);
    trust_store_contract(world);
}

TEST_CASE("Windows' memory keeps the memory's contract", "[stores][contract][memory]") {
    WindowsStore world(engine::Scope::machine);
    memory_store_contract(world);
    CHECK(world.warnings().empty());
}

}  // namespace ae::test
