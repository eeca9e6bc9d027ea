// Keys in a TPM: the contract of every key store, and what is particular to a TPM.
#include "engine/base/hresult_table.h"
#include "stores/tpm_library_openssl.h"
#include "tests/contract/cert_store_contract.h"
#include "tests/contract/key_store_contract.h"
#include "tests/contract/key_uses_contract.h"
#include "tests/stores/place_store.h"
#include "tests/support/software_tpm.h"

#include <array>
#include <optional>
#include <thread>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;
using enum engine::KeyAlgorithm;

struct TpmWorld {
    SoftwareTpm tpm;
    TemporaryFolder folder;
    PlaceStore store{folder.path() / "store", tpm.place(), {ecdsa_p256, ecdsa_p384, rsa}};
};

}  // namespace

TEST_CASE("a store with a TPM keeps the key store's contract", "[stores][contract][tpm][W6]") {
    TpmWorld world;
    key_store_contract(world.store);
}

TEST_CASE("a store with a TPM keeps the contract on keys of certificates",
          "[stores][contract][tpm][W6][X4]") {
    TpmWorld world;
    held_key_contract(world.store);
}

TEST_CASE("keys in a TPM have the length and make the signatures that are asked for",
          "[stores][contract][tpm][E8]") {
    TpmWorld world;
    SECTION("RSA of 2048 bits") { key_length_contract(world.store); }
    SECTION("RSASSA-PSS") { pss_contract(world.store); }
    SECTION("ECDH") { agreement_contract(world.store); }
}

TEST_CASE("a store with a TPM keeps REQUEST's and MY's contracts",
          "[stores][contract][tpm][W6][W7][N6][K5][I5][X1][X4]") {
    TpmWorld world;
    SECTION("REQUEST") { request_store_contract(world.store); }
    SECTION("MY") { my_store_contract(world.store); }
    SECTION("archiving and removing") { archive_contract(world.store); }
}

TEST_CASE("no key leaves a TPM", "[stores][tpm][WCCE:2.2.2.9.1]") {
    TpmWorld world;
    engine::KeyRequest exported = rsa_key(world.store);
    exported.exportable = engine::KeyExport::allowed;
    engine::KeyRequest archived = rsa_key(world.store);
    archived.archival = engine::KeyArchival::once;
    for (const engine::KeyRequest& wanted : {exported, archived}) {
        const auto made = world.store.keys().create(wanted);
        REQUIRE_FALSE(made);
        CHECK(made.error().code == kNotSupported);
        CHECK(made.error().remedy.find("another provider") != std::string::npos);
    }
    CHECK(fs::is_empty(world.store.requests()));
    const auto key = must(world.store.keys().create(rsa_key(world.store)));
    CHECK(refusal_to_archive(*key) == kNotSupported);
}

TEST_CASE("the key file of a TPM holds nothing that works without it, and is private all the same",
          "[stores][tpm]") {
    TpmWorld world;
    const auto key = must(world.store.keys().create(world.store.usual_key()));
    const fs::path file = world.store.requests() / key->reference() / "key.pem";
    CHECK(read_text(file).starts_with("-----BEGIN TSS2 PRIVATE KEY-----\n"));
    CHECK(mode_of(file) == 0600U);
}

TEST_CASE("a provider is offered only while its TPM answers", "[stores][tpm][E8]") {
    TpmWorld world;
    CHECK(std::ranges::count(world.store.keys().providers(), kPlaceProvider) == 1);
    world.tpm.end();
    CHECK(std::ranges::count(world.store.keys().providers(), kPlaceProvider) == 0);
    const auto made = world.store.keys().create(world.store.usual_key());
    REQUIRE_FALSE(made);
    CHECK(made.error().code == kNotSupported);
    CHECK(made.error().remedy.find("tpm2-openssl") != std::string::npos);
    CHECK(fs::is_empty(world.store.requests()));
}

TEST_CASE("a key whose TPM does not answer may come back; one that another TPM made does not",
          "[stores][tpm][Q5]") {
    TpmWorld world;
    auto& keys = world.store.keys();
    const auto issuer = must(keys.create(world.store.usual_key()));
    const auto key = must(keys.create(world.store.usual_key()));
    must(world.store.certificates().install(certificate_for(*key, *issuer)));
    const auto state = [&](FileStore& store) {
        const auto held = must(store.certificates().held());
        REQUIRE(held.size() == 1);
        return held[0].key;
    };
    CHECK(state(world.store) == engine::KeyState::usable);
    world.store.reopen();
    world.tpm.end();
    CHECK(state(world.store) == engine::KeyState::unknown);
    world.store.close();

    const SoftwareTpm other;
    PlaceStore moved(world.folder.path() / "store", other.place(), {ecdsa_p256, rsa});
    CHECK(state(moved) == engine::KeyState::gone);
    CHECK(moved.keys().open_pending(issuer->reference()).error().code == kFileNotFound);
}

TEST_CASE("a key of a file does not do where one in the TPM is asked for, and the other way round",
          "[stores][tpm][W7]") {
    TpmWorld world;
    auto& keys = world.store.keys();
    const auto in_file = must(keys.create(p256()));
    const auto in_tpm = must(keys.create(world.store.usual_key()));
    CHECK(keys.open(in_file->reference(), world.store.usual_key()).error().code == kNotSupported);
    CHECK(keys.open(in_tpm->reference(), p256()).error().code == kNotSupported);
    CHECK(keys.open(in_file->reference(), p256()));
    CHECK(keys.open(in_tpm->reference(), world.store.usual_key()));
}

TEST_CASE("the next provider of a template's list makes the key that the first cannot make",
          "[stores][tpm][E8]") {
    TpmWorld world;
    engine::KeyRequest wanted = world.store.usual_key();
    wanted.exportable = engine::KeyExport::allowed;
    wanted.providers = {kPlaceProvider, "MICROSOFT software key storage provider"};
    const auto key = must(world.store.keys().create(wanted));
    const fs::path file = world.store.requests() / key->reference() / "key.pem";
    CHECK(read_text(file).starts_with("-----BEGIN PRIVATE KEY-----\n"));
    wanted.bits = 1024;
    wanted.algorithm = rsa;
    const auto refused = world.store.keys().create(wanted);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kNotSupported);
    CHECK(refused.error().context.find("1024 bits was asked for; an RSA key of 1024 bits") !=
          std::string::npos);
}

// Capabilities and user are those of a thread as the kernel sees it; glibc's calls would change
// them for all threads.
TEST_CASE("who may not use the TPM is told what lets him", "[stores][tpm][E8]") {
    const TemporaryFolder folder;
    fs::permissions(folder.path(), fs::perms(0755));
    const std::string device = (folder.path() / "tpmrm0").string();
    write_text(device, "");
    fs::permissions(device, fs::perms::none);
    std::optional<Error> denied;
    const auto ask = [&] {
        const auto opened = stores::TpmLibrary::open("device:" + device);
        denied = opened ? std::nullopt : std::optional(opened.error());
    };
    const bool is_root = ::geteuid() == 0;
    SECTION("root in the service's unit, which has no right to pass over modes") {
        if (!is_root) {
            WARN("only root can try it");
            return;
        }
        std::thread([&] {
            __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
            std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
            if (::syscall(SYS_capset, &header, none.data()) == 0) {
                ask();
            }
        }).join();
        REQUIRE(denied);
        CHECK(denied->code == kAccessDenied);
        CHECK(denied->remedy.find("aeclient-tpm.conf.example") != std::string::npos);
        CHECK(denied->remedy.find("SupplementaryGroups=tss") != std::string::npos);
    }
    SECTION("a user") {
        constexpr uid_t kNobody = 65534;
        std::thread([&] {
            if (!is_root || ::syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0) {
                ask();
            }
        }).join();
        REQUIRE(denied);
        CHECK(denied->code == kAccessDenied);
        CHECK(denied->remedy == "Add the account to the group that owns the device");
    }
}

}  // namespace ae::test
