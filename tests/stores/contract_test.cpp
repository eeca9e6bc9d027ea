#include "tests/contract/cert_store_contract.h"
#include "tests/contract/key_store_contract.h"
#include "tests/contract/key_uses_contract.h"
#include "tests/contract/memory_store_contract.h"
#include "tests/stores/file_store.h"

namespace ae::test {

TEST_CASE("the directory store keeps the key store's contract", "[stores][contract][W6]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    key_store_contract(world);
}

TEST_CASE("the directory store keeps the contract on keys of certificates",
          "[stores][contract][W6][X4]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    held_key_contract(world);
}

TEST_CASE("the directory store's keys have the length and make the signatures that are asked for",
          "[stores][contract][E8]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    SECTION("RSA of 2048 to 4096 bits") { key_length_contract(world); }
    SECTION("RSASSA-PSS") { pss_contract(world); }
    SECTION("ECDH") { agreement_contract(world); }
}

TEST_CASE("the directory store keeps the contract on archival",
          "[stores][contract][WCCE:2.2.2.9.1]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    archival_contract(world);
}

TEST_CASE("the directory store keeps REQUEST's contract", "[stores][contract][W6][W7][N6]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    request_store_contract(world);
}

TEST_CASE("the directory store keeps MY's contract", "[stores][contract][K5][I5]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    my_store_contract(world);
}

TEST_CASE("the directory store keeps the contract on archiving and removing",
          "[stores][contract][X1][X4]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    archive_contract(world);
}

TEST_CASE("the directory store keeps the trust stores' contract", "[stores][contract][K2][K5]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    trust_store_contract(world);
}

TEST_CASE("the directory store keeps the memory's contract", "[stores][contract][memory]") {
    const TemporaryFolder folder;
    FileStore world(folder.path() / "store");
    memory_store_contract(world);
    CHECK(world.warnings().empty());
}

}  // namespace ae::test
