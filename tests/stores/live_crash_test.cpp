// An opening that has to mend live/ and the readers of keys, killed or refused at each of its
// system calls.  (The switches of whole pulses: tests/crash.)
#include "tests/crash/crash_points.h"
#include "tests/stores/file_store.h"

#include <cerrno>
#include <iostream>

#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

// Two certificates of a template; live/ still names the older one, half of a switch lies there, the
// newer has no fullchain.pem (an older version made it), and a policy that came meanwhile wants a
// group to read the keys.
struct MendingWorld : Held {
    fs::path root = folder.path() / "store";
    std::string newest;

    MendingWorld() {
        const auto newer = must(store.keys().create(p256()));
        engine::NewCertificate second = certificate_for(*newer, *issuer, 5);
        second.installed = kStoreNow + std::chrono::hours(1);
        newest = must(store.certificates().install(second)).thumbprint;
        store.close();
        fs::remove(store.path() / "my" / newest / "fullchain.pem");
        const fs::path live = store.path() / "live";
        fs::remove(live / "CorpMachine");
        for (const char* name : {"CorpMachine", ".tmp-0123", "Gone"}) {
            fs::create_directory_symlink("../my/" + installed.thumbprint, live / name);
        }
        store.set({.readers = {{"corpmachine", "www-data"}}});
    }
    void check_mended() {
        CHECK(store.warnings().empty());
        CHECK(fs::read_symlink(store.path() / "live/CorpMachine") == "../my/" + newest);
        CHECK(std::distance(fs::directory_iterator(store.path() / "live"), {}) == 1);
        for (const std::string& thumbprint : {installed.thumbprint, newest}) {
            CHECK(mode_of(store.path() / "my" / thumbprint / "key.pem") == 0640U);
        }
        const fs::path named = store.path() / "live/CorpMachine";  // issued by a root
        CHECK(read_text(named / "fullchain.pem") == read_text(named / "cert.pem"));
        CHECK(must(store.certificates().held()).size() == 2);
    }
    // At any moment: the name leads somewhere, and no key is anybody's.
    void check_usable() const {
        CHECK(fs::exists(store.path() / "live/CorpMachine/cert.pem"));
        for (const std::string& thumbprint : {installed.thumbprint, newest}) {
            CHECK((mode_of(store.path() / "my" / thumbprint / "key.pem") & 07137U) == 0U);
        }
    }
};

bool is_root() {
    if (::geteuid() == 0) {
        return true;
    }
    WARN("skipped: only root can give files to any group");
    return false;
}

}  // namespace

TEST_CASE("an opening that mends, killed at any system call, is finished by the next one",
          "[stores][live][crash]") {
    if (!is_root()) {
        return;
    }
    for (const Fault fault : {Fault::kill, Fault::power_cut, Fault::names_kept}) {
        int points = 0;
        for (bool struck = true; struck; ++points) {
            MendingWorld world;
            const pid_t child = ::fork();
            if (child == 0) {
                arm({.fault = fault, .at_step = points + 1}, world.root);
                world.store.reopen();
                ::_exit(0);
            }
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            struck = was_struck(status);
            CHECK((struck || status == 0));
            INFO("killed at step " << points + 1);
            world.check_usable();
            world.store.reopen();
            world.check_mended();
        }
        std::cout << points - 1 << " kill points\n";
        CHECK(points > 10);
    }
}

TEST_CASE("a disk that refuses to be mended is said, and the store opens all the same",
          "[stores][live][crash]") {
    if (!is_root()) {
        return;
    }
    for (const int number : {ENOSPC, EIO, EROFS, EPERM}) {
        for (int step = 1;; ++step) {
            MendingWorld world;
            arm({.fault = Fault::fail_from, .at_step = step, .error_number = number}, world.root);
            world.store.reopen();
            const bool struck = fault_struck();
            disarm();
            INFO("errno " << number << " from step " << step << " on");
            CHECK(world.store.warnings().empty() == !struck);
            world.check_usable();
            CHECK(must(world.store.certificates().held()).size() == 2);
            world.store.reopen();
            world.check_mended();
            if (!struck) {
                CHECK(step > 10);
                break;
            }
        }
    }
}

}  // namespace ae::test
