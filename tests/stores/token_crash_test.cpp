// Keys on a token, and a program that is killed at any of its own system calls on the way.
#include "stores/context_stores.h"
#include "tests/crash/crash_points.h"
#include "tests/stores/place_store.h"
#include "tests/support/software_token.h"

#include <iostream>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

struct CrashWorld {
    SoftwareToken token;
    TemporaryFolder folder;
    fs::path root = folder.path() / "store";

    [[nodiscard]] PlaceStore open() const {
        return {root, token.place(), {engine::KeyAlgorithm::ecdsa_p256, engine::KeyAlgorithm::rsa}};
    }
    // A key is made, used for a request, installed, used once more, given up and deleted.
    void tell_story() const {
        PlaceStore store = open();
        const auto issuer = must(store.keys().create(p256()));  // in a file
        arm_again();
        const auto key = must(store.keys().create(store.usual_key()));
        must(store.certificates().save_pending(pending_for(*key)));
        const auto held = must(store.certificates().install(certificate_for(*key, *issuer)));
        const auto again = must(store.keys().reuse(held.thumbprint));
        must(store.certificates().save_pending(pending_for(*again)));
        must(store.keys().erase(again->reference()));
        must(store.certificates().remove(held.thumbprint));
    }
    // Every key on the token has a name here, and every name a key.
    void check_consistent() const {
        PlaceStore store = open();
        CHECK(store.warnings().empty());
        std::set<std::string> names;
        for (const char* part : {"my", "request"}) {
            for (const auto& entry : fs::directory_iterator(store.path() / part)) {
                CHECK_FALSE(entry.path().filename().string().starts_with(".tmp-"));
                if (fs::exists(entry.path() / "key.uri")) {
                    names.insert(read_text(entry.path() / "key.uri"));
                }
            }
        }
        CHECK(names.size() == token.keys());
        for (const engine::HeldCertificate& one : must(store.certificates().held())) {
            CHECK(one.key == engine::KeyState::usable);
        }
        for (const engine::PendingRequest& one : must(store.certificates().pending())) {
            CHECK(store.keys().open_pending(one.key_reference));
        }
    }
    void tidy() const {
        const auto crypto = stores::make_crypto();
        const auto opened = must(stores::open_stores(
            {.root = root.string(), .keys = {.providers = {{kPlaceProvider, token.place()}}}},
            stores::StoreUse::change, *crypto));
        must(opened->tidy({}));
    }
    Strike strike{};
    void arm_again() const { arm(strike, root); }
};

}  // namespace

TEST_CASE("killed anywhere, no key on a token is lost, and none stays that nothing names",
          "[stores][token][crash][W6][X4]") {
    for (const Fault fault : {Fault::kill, Fault::power_cut}) {
        int points = 0;
        for (bool struck = true; struck; ++points) {
            CrashWorld world;
            world.strike = {.fault = fault, .at_step = points + 1};
            const pid_t child = ::fork();
            if (child == 0) {
                world.tell_story();
                ::_exit(0);
            }
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            struck = was_struck(status);
            REQUIRE((struck || status == 0));
            INFO("killed at step " << points + 1);
            world.tidy();
            world.check_consistent();
        }
        std::cout << points - 1 << " kill points\n";
        CHECK(points > 40);
    }
}

}  // namespace ae::test
