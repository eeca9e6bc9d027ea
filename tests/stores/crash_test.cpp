// The crash matrix: each change of the store is cut off at each of its system calls, and after a
// restart the store is in the old or the new state, with no key lost and nothing half-written.
#include "stores/files_posix.h"
#include "stores/store_layout.h"
#include "tests/stores/crash_points.h"
#include "tests/stores/file_store.h"

#include <cerrno>
#include <functional>
#include <iostream>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

// What stands before the change: a key, a request for it that is pending, a certificate that
// answers it, a second key whose certificate is installed, and one trusted root.
struct Scene {
    explicit Scene(const std::string& root) : store(root) {
        issuer = must(store.keys().create(p256()));
        key = must(store.keys().create(p256()));
        answer = certificate_for(*key, *issuer);
        must(store.certificates().save_pending(pending_for(*key)));
        const auto other_key = must(store.keys().create(p256()));
        other = must(store.certificates().install(certificate_for(*other_key, *issuer)));
        old_root = self_signed(*issuer, "Corp Root CA", 1);
        new_root = self_signed(*issuer, "Corp Root CA", 2);
        must(store.certificates().replace(engine::TrustStore::root, {old_root}));
    }

    FileStore store;
    std::unique_ptr<engine::PrivateKey> issuer;
    std::unique_ptr<engine::PrivateKey> key;
    engine::NewCertificate answer;
    engine::InstalledCertificate other;
    Bytes old_root;
    Bytes new_root;
};

void check_modes(const fs::path& store) {
    for (const auto& item : fs::recursive_directory_iterator(store)) {
        INFO(item.path());
        CHECK_FALSE(stores::is_temporary(item.path().filename().string()));
        if (item.path().filename() == "key.pem") {
            struct stat facts {};
            REQUIRE(::stat(item.path().c_str(), &facts) == 0);
            CHECK((facts.st_mode & 07777U) == 0600U);
        }
        if (item.is_regular_file() && item.path().filename() != "lock" &&
            item.path().filename() != "chain.pem") {
            CHECK(item.file_size() > 0);
        }
    }
}

bool holds_answer(Scene& scene, const engine::HeldCertificate& held) {
    return held.facts.der == scene.answer.certificate;
}

// True for any state that the store may be found in after the change was cut off.
void check_nothing_lost(Scene& scene) {
    scene.store.reopen();
    INFO("warnings: " + Catch::Detail::stringify(scene.store.warnings()));
    CHECK(scene.store.warnings().empty());
    check_modes(scene.store.path());
    const auto held = must(scene.store.certificates().held());
    const auto pending = must(scene.store.certificates().pending());
    bool other_there = false;
    bool answer_there = false;
    for (const auto& one : held) {
        CHECK(one.key == engine::KeyState::usable);
        other_there = other_there || one.thumbprint == scene.other.thumbprint;
        answer_there = answer_there || holds_answer(scene, one);
    }
    CHECK(other_there);
    CHECK(held.size() == (answer_there ? 2U : 1U));
    // Never both: the same certificate would be asked for twice.  Never neither, unless asked for.
    const bool request_there = fs::exists(scene.store.path() / "request" / scene.key->reference());
    CHECK_FALSE((answer_there && request_there));
    CHECK(pending.size() <= (request_there ? 1U : 0U));
    const std::size_t roots = static_cast<std::size_t>(std::distance(
        fs::directory_iterator(scene.store.path() / "root"), fs::directory_iterator()));
    CHECK(roots >= 1);
    CHECK(roots <= 2);
}

struct Change {
    const char* name;
    std::function<void(Scene&)> before;  // part of the scene
    std::function<bool(Scene&)> act;
    std::function<void(Scene&)> repeated;  // the change is made again after the crash: what holds
};

void nothing(Scene& /*scene*/) {}

void check_answer_held(Scene& scene) {
    const auto held = must(scene.store.certificates().held());
    CHECK(held.size() == 2);
    CHECK(must(scene.store.certificates().pending()).empty());
}

std::vector<Change> changes() {
    return {
        {"create a key", nothing,
         [](Scene& s) { return s.store.keys().create(p256()).has_value(); }, nothing},
        {"save a pending request again", nothing,
         [](Scene& s) {
             return s.store.certificates().save_pending(pending_for(*s.key)).has_value();
         },
         [](Scene& s) { CHECK(must(s.store.certificates().pending()).size() == 1); }},
        {"save a pending request for the first time",
         [](Scene& s) { must(s.store.certificates().drop_pending(pending_for(*s.key))); },
         [](Scene& s) {
             return s.store.certificates().save_pending(pending_for(*s.key)).has_value();
         },
         [](Scene& s) { CHECK(must(s.store.certificates().pending()).size() == 1); }},
        {"drop a pending request", nothing,
         [](Scene& s) {
             return s.store.certificates().drop_pending(pending_for(*s.key)).has_value();
         },
         [](Scene& s) { CHECK(must(s.store.certificates().pending()).empty()); }},
        {"install", nothing,
         [](Scene& s) {
             const bool there = !fs::exists(s.store.path() / "request" / s.key->reference());
             return there || s.store.certificates().install(s.answer).has_value();
         },
         check_answer_held},
        {"install over an entry whose key was lost",
         [](Scene& s) {
             const fs::path request = s.store.path() / "request" / s.key->reference();
             const fs::path kept = s.store.path().parent_path() / "kept";
             fs::copy(request, kept, fs::copy_options::recursive);
             const auto installed = must(s.store.certificates().install(s.answer));
             fs::remove(fs::path(installed.path).parent_path() / "key.pem");
             fs::rename(kept, request);
         },
         [](Scene& s) {
             const bool there = !fs::exists(s.store.path() / "request" / s.key->reference());
             return there || s.store.certificates().install(s.answer).has_value();
         },
         check_answer_held},
        {"erase a key", nothing,
         [](Scene& s) { return s.store.keys().erase(s.key->reference()).has_value(); },
         [](Scene& s) { CHECK(must(s.store.certificates().pending()).empty()); }},
        {"replace the Root store", nothing,
         [](Scene& s) {
             return s.store.certificates()
                 .replace(engine::TrustStore::root, {s.new_root})
                 .has_value();
         },
         [](Scene& s) {
             const auto change =
                 must(s.store.certificates().replace(engine::TrustStore::root, {s.new_root}));
             CHECK(change.added + change.removed == 0);
         }},
    };
}

// The status of a child that makes the change and is killed at `step`; 0 when it got through.
int run_killed(Scene& scene, const Change& change, int step) {
    scene.store.close();  // the child takes the lock
    const pid_t child = ::fork();
    if (child == 0) {
        scene.store.reopen();
        arm(Fault::kill, step);
        ::_exit(change.act(scene) ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a change that is killed at any system call leaves the old or the new state",
          "[stores][crash]") {
    int points = 0;
    for (const Change& change : changes()) {
        for (int step = 1;; ++step) {
            const TemporaryFolder folder;
            Scene scene(folder.path() / "store");
            change.before(scene);
            const int status = run_killed(scene, change, step);
            INFO(change.name << ", killed at step " << step);
            if (std::string_view(change.name).find("key was lost") == std::string_view::npos ||
                status == 0) {
                check_nothing_lost(scene);
            }
            scene.store.reopen();
            CHECK(change.act(scene));
            change.repeated(scene);
            check_nothing_lost(scene);
            if (status == 0) {
                CHECK(step > 2);  // the wrapping works at all
                break;
            }
            REQUIRE(status == kKilled);
            ++points;
        }
    }
    std::cout << points << " kill points\n";
    CHECK(points >= 60);
}

TEST_CASE("a change whose system call fails says so, and leaves the old or the new state",
          "[stores][crash]") {
    for (const int number : {ENOSPC, EIO, EROFS}) {
        for (const Change& change : changes()) {
            for (int step = 1;; ++step) {
                const TemporaryFolder folder;
                Scene scene(folder.path() / "store");
                change.before(scene);
                arm(Fault::fail, step, number);
                const bool acted = change.act(scene);
                const bool struck = fault_struck();
                disarm();
                INFO(change.name << ", errno " << number << " at step " << step << ": " << acted);
                if (std::string_view(change.name).find("key was lost") == std::string_view::npos) {
                    check_nothing_lost(scene);
                }
                scene.store.reopen();
                CHECK(change.act(scene));
                change.repeated(scene);
                if (!struck) {
                    CHECK(acted);
                    break;
                }
            }
        }
    }
}

TEST_CASE("a first opening that is killed at any system call can be repeated", "[stores][crash]") {
    for (int step = 1;; ++step) {
        const TemporaryFolder folder;
        const std::string root = folder.path() / "above" / "store";
        const pid_t child = ::fork();
        if (child == 0) {
            arm(Fault::kill, step);
            ::_exit(stores::StoreContext::open(root, engine::Scope::machine, {}) ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        INFO("killed at step " << step);
        FileStore store(root);
        CHECK(store.warnings().empty());
        check_modes(store.path().parent_path());
        CHECK(store.keys().create(p256()));
        if (WEXITSTATUS(status) == 0) {
            CHECK(step > 10);
            break;
        }
        REQUIRE(WEXITSTATUS(status) == kKilled);
    }
}

TEST_CASE("a pulse that changes nothing does not write to the disk", "[stores]") {
    const TemporaryFolder folder;
    Scene scene(folder.path() / "store");
    must(scene.store.certificates().install(scene.answer));
    scene.store.close();
    const auto before = picture_of(folder.path());
    arm(Fault::none, 0);
    scene.store.reopen();
    CHECK(must(scene.store.certificates().held()).size() == 2);
    CHECK(must(scene.store.certificates().pending()).empty());
    must(scene.store.certificates().replace(engine::TrustStore::root, {scene.old_root}));
    disarm();
    CHECK(steps_seen() == 0);
    CHECK(picture_of(folder.path()) == before);
}

}  // namespace ae::test
