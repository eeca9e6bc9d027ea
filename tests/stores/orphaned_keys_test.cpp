// Keys of REQUEST that nobody was asked about, as a crash leaves them (rules W6, X4).
#include "stores/context_stores.h"
#include "stores/crypto.h"
#include "tests/contract/store_under_test.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

struct Requests {
    TemporaryFolder folder;
    std::unique_ptr<engine::Crypto> crypto = stores::make_crypto();
    std::vector<std::string> warnings;
    std::unique_ptr<stores::ContextStores> store =
        must(stores::open_stores({.root = folder.path() / "store",
                                  .warn = [this](auto text) { warnings.emplace_back(text); }},
                                 stores::StoreUse::change, *crypto));

    std::unique_ptr<engine::PrivateKey> key() { return must(store->keys().create(p256())); }
    fs::path place(const std::string& reference) const {
        return folder.path() / "store" / "machine" / "request" / reference;
    }
    std::size_t tidy() { return must(store->tidy({})).orphaned_keys; }
};

}  // namespace

TEST_CASE("a key that nobody was asked about goes after a pulse, and is counted",
          "[stores][tidy][X4][W6]") {
    Requests requests;
    const std::string first = requests.key()->reference();
    const std::string second = requests.key()->reference();
    CHECK(requests.tidy() == 2);
    CHECK_FALSE(fs::exists(requests.place(first)));
    CHECK_FALSE(fs::exists(requests.place(second)));
    CHECK(requests.tidy() == 0);
    CHECK(requests.warnings.empty());
}

TEST_CASE("a key with a note stays, whatever the note says", "[stores][tidy][X4][W7][N6]") {
    Requests requests;
    engine::CertStore& certificates = requests.store->certificates();
    const auto waiting = requests.key();
    must(certificates.save_pending(pending_for(*waiting)));
    const auto unanswered = requests.key();
    engine::PendingRequest lost = pending_for(*unanswered);
    lost.request_id.reset();
    must(certificates.save_pending(lost));
    const auto offline = requests.key();
    must(certificates.save_pending({.key_reference = offline->reference()}));
    const auto unreadable = requests.key();
    write_text(requests.place(unreadable->reference()) / "entry.json", "{");
    const auto strange = requests.key();
    fs::create_directory(requests.place(strange->reference()) / "entry.json");
    CHECK(requests.tidy() == 0);
    for (const auto* one : {&waiting, &unanswered, &offline, &unreadable, &strange}) {
        CHECK(requests.store->keys().open_pending((*one)->reference()));
    }
}

TEST_CASE("a copy that no renewal was sent for goes, and the certificate keeps its key",
          "[stores][tidy][X4]") {
    Requests requests;
    const auto issuer = requests.key();
    const auto key = requests.key();
    const auto held = must(requests.store->certificates().install(certificate_for(*key, *issuer)));
    const auto copy = must(requests.store->keys().reuse(held.thumbprint));
    CHECK(requests.tidy() == 2);  // and the issuer's
    CHECK_FALSE(fs::exists(requests.place(copy->reference())));
    CHECK(requests.store->keys().open_held(held.thumbprint));
}

TEST_CASE("a key that a certificate has as well is no orphan", "[stores][tidy][X4]") {
    Requests requests;
    const auto issuer = requests.key();
    must(requests.store->certificates().save_pending(pending_for(*issuer)));
    const auto key = requests.key();
    const fs::path kept = requests.folder.path() / "kept";
    fs::copy(requests.place(key->reference()), kept, fs::copy_options::recursive);
    must(requests.store->certificates().install(certificate_for(*key, *issuer)));
    fs::rename(kept, requests.place(key->reference()));
    CHECK(requests.tidy() == 0);
    CHECK(fs::exists(requests.place(key->reference())));
    CHECK(requests.warnings.empty());
}

TEST_CASE("a key that cannot be deleted is said, and keeps no other from going",
          "[stores][tidy][X4]") {
    Requests requests;
    std::vector<std::string> names = {requests.key()->reference(), requests.key()->reference(),
                                      requests.key()->reference()};
    std::ranges::sort(names);
    const fs::path bad = requests.place(names[1]);
    fs::permissions(bad, fs::perms::group_write, fs::perm_options::add);
    CHECK(requests.tidy() == 2);  // the others count
    REQUIRE(requests.warnings.size() == 1);
    CHECK(requests.warnings.front().find(bad) != std::string::npos);
    CHECK(requests.warnings.front().find("chmod go-w") != std::string::npos);
    CHECK_FALSE(fs::exists(requests.place(names[0])));
    CHECK(fs::exists(bad));
    CHECK_FALSE(fs::exists(requests.place(names[2])));
    fs::permissions(bad, fs::perms::group_write, fs::perm_options::remove);
    CHECK(requests.tidy() == 1);
}

}  // namespace ae::test
