// Opening Windows' stores: what a crash left, a second agent, a second process.
#include "stores/cert_store.h"
#include "stores/context_stores.h"
#include "stores/key_store.h"
#include "stores/store_entry_wincrypt.h"
#include "tests/stores/windows_store.h"

#include <process.h>

namespace ae::test {
namespace {

constexpr const char* kSandbox = "AE_TEST_SANDBOX";
constexpr const char* kThumbprint = "AE_TEST_THUMBPRINT";

struct Installed {
    explicit Installed(engine::Scope scope = engine::Scope::machine) : world(scope) {
        const auto issuer = must(world.keys().create(csp_rsa()));
        const auto key = must(world.keys().create(csp_rsa()));
        entry = certificate_for(*key, *issuer);
        must(world.keys().erase(issuer->reference()));
        must(world.certificates().save_pending(pending_for(*key)));
        request = stores::UniqueCertContext(::CertDuplicateCertificateContext(
            stores::find_certificate(must(world.context().request()), key->reference()).get()));
    }
    [[nodiscard]] std::size_t requests() const {
        const auto store = must(world.context().request());
        std::size_t count = 0;
        stores::UniqueCertContext each;
        while (stores::next_certificate(store, each)) {
            ++count;
        }
        return count;
    }

    WindowsStore world;
    engine::NewCertificate entry{};
    stores::UniqueCertContext request{};
};

TEST_CASE("an installation that a crash cut off is finished by the next opening",
          "[stores][windows][W6]") {
    Installed scene;
    const auto installed = must(scene.world.certificates().install(scene.entry));
    REQUIRE(scene.requests() == 0);
    {  // as it stood right after the certificate came to MY
        must(stores::add_certificate(must(scene.world.context().request()), scene.request.get(),
                                     stores::Existing::kept));
        const auto my = must(scene.world.context().my());
        const auto certificate = stores::find_certificate(my, installed.thumbprint);
        must(stores::set_note(certificate.get(), {.installs = scene.entry.key_reference}));
        must(stores::commit(my));
    }
    REQUIRE(scene.requests() == 1);
    scene.world.reopen();
    CHECK(scene.requests() == 0);
    CHECK(must(scene.world.certificates().held()).at(0).key == engine::KeyState::usable);
    const auto certificate =
        stores::find_certificate(must(scene.world.context().my()), installed.thumbprint);
    CHECK_FALSE(stores::note_of(certificate.get()));
    CHECK(scene.world.warnings().empty());
}

// Runs in the process that the next test starts, and only there.
TEST_CASE("second process: the certificate is there with its key", "[.second-process]") {
    const RegistrySandbox registry(wide(std::getenv(kSandbox)));
    const auto crypto = stores::make_crypto();
    const auto context = must(
        stores::StoreContext::open(engine::Scope::machine, stores::StoreUse::look, {}, *crypto));
    const auto held = must(stores::make_cert_store(*context, *crypto)->held());
    REQUIRE(held.size() == 1);
    CHECK(held[0].thumbprint == std::getenv(kThumbprint));
    CHECK(held[0].key == engine::KeyState::usable);
    const auto key = must(stores::make_key_store(*context)->open_held(held[0].thumbprint));
    const Bytes message = copy(as_bytes("to be signed"));
    const Bytes signature = must(key->sign(engine::HashAlgorithm::sha256, message));
    CHECK(must(crypto->verify(held[0].facts.public_key_info, engine::HashAlgorithm::sha256, message,
                              signature)));
}

TEST_CASE("a second process finds certificate and key in the machine's MY", "[stores][windows]") {
    Installed scene;
    const auto installed = must(scene.world.certificates().install(scene.entry));
    ::_putenv_s(kSandbox, narrow(scene.world.registry().path()).c_str());
    ::_putenv_s(kThumbprint, installed.thumbprint.c_str());
    std::wstring self(MAX_PATH, L'\0');
    self.resize(::GetModuleFileNameW(nullptr, self.data(), MAX_PATH));
    // This process's own view must not be the child's: it opens the sandbox itself.
    CHECK(::_wspawnl(_P_WAIT, self.c_str(), L"windows_stores_test", L"[.second-process]",
                     static_cast<wchar_t*>(nullptr)) == 0);
}

TEST_CASE("a second agent is told that the stores are in use", "[stores][windows]") {
    const RegistrySandbox registry;
    const TemporaryWindowsFolder folder;
    const auto crypto = stores::make_crypto();
    const stores::StoreOptions options{.root = folder.path(), .scope = engine::Scope::user};
    auto first = must(stores::open_stores(options, stores::StoreUse::change, *crypto));
    CHECK(stores::open_stores(options, stores::StoreUse::change, *crypto).error().code == kBusy);
    CHECK(stores::open_stores(options, stores::StoreUse::look, *crypto));
    first.reset();
    CHECK(stores::open_stores(options, stores::StoreUse::change, *crypto));
}

TEST_CASE("the template of a certificate is the one that it was enrolled for",
          "[stores][windows]") {
    Installed scene(engine::Scope::user);
    const auto installed = must(scene.world.certificates().install(scene.entry));
    const TemporaryWindowsFolder folder;
    const auto opened =
        must(stores::open_stores({.root = folder.path(), .scope = engine::Scope::user},
                                 stores::StoreUse::look, scene.world.crypto()));
    CHECK(opened->template_of(installed.thumbprint) == "CorpMachine");
    CHECK(opened->template_of(std::string(40, '0')).empty());
}

TEST_CASE("the files' places are the system's own folders", "[stores][windows]") {
    CHECK(must(stores::default_store_root(engine::Scope::machine)).ends_with("\\aeclient"));
    CHECK(must(stores::default_store_root(engine::Scope::user)).ends_with("\\aeclient"));
    CHECK(must(stores::default_store_root(engine::Scope::machine)) !=
          must(stores::default_store_root(engine::Scope::user)));
}

}  // namespace
}  // namespace ae::test
