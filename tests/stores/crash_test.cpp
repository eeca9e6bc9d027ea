// The crash matrix: each change of the store is cut off at each of its system calls, and after a
// restart the store is in the old or the new state, with no key lost and nothing half-written.
#include "stores/files_posix.h"
#include "tests/crash/crash_points.h"
#include "tests/stores/crash_scene.h"

#include <cerrno>
#include <functional>
#include <iostream>

#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

constexpr int kKilled = 77;  // beside the exit statuses of the child

struct Change {
    const char* name;
    std::function<void(Scene&)> before;  // part of the scene
    std::function<bool(Scene&)> act;
    std::function<void(Scene&)> done;  // what holds when it is made, perhaps a second time
};

void nothing(Scene& /*scene*/) {}

std::ptrdiff_t keys_in_request(const Scene& scene) {
    return std::distance(fs::directory_iterator(scene.store.path() / "request"),
                         fs::directory_iterator());
}

void check_answer_held(Scene& scene) {
    const auto held = must(scene.store.certificates().held());
    CHECK(held.size() == 2);
    CHECK(must(scene.store.certificates().pending()).empty());
}

bool install_answer(Scene& scene) {
    return !fs::exists(scene.request_of(*scene.key)) ||
           scene.store.certificates().install(scene.answer).has_value();
}

// The request that is pending is one for the key of `other`.
void renew_with_same_key(Scene& scene) {
    must(scene.store.keys().erase(scene.key->reference()));
    scene.key = must(scene.store.keys().reuse(scene.other.thumbprint));
    scene.answer = certificate_for(*scene.key, *scene.issuer, 6);
    must(scene.store.certificates().save_pending(pending_for(*scene.key)));
}

std::vector<Change> key_changes() {
    return {
        {"use a certificate's key once more", nothing,
         [](Scene& s) { return s.store.keys().reuse(s.other.thumbprint).has_value(); },
         [](Scene& s) {
             CHECK(keys_in_request(s) >= 3);
             for (const auto& item : fs::directory_iterator(s.store.path() / "request")) {
                 if (fs::exists(item.path() / "copy_of")) {
                     CHECK(s.store.keys().erase(item.path().filename()));
                 }
             }
         }},
        {"erase a key that was used once more", renew_with_same_key,
         [](Scene& s) { return s.store.keys().erase(s.key->reference()).has_value(); },
         [](Scene& s) { CHECK_FALSE(fs::exists(s.request_of(*s.key))); }},
        {"install a renewal with the same key", renew_with_same_key, install_answer,
         check_answer_held},
    };
}

std::vector<Change> removals() {
    return {
        {"archive", [](Scene& s) { s.add_doomed(); },
         [](Scene& s) { return s.store.certificates().archive(s.doomed).has_value(); },
         [](Scene& s) {
             CHECK(must(s.store.certificates().held()).size() == 1);
             CHECK(s.store.keys().open_held(s.doomed));
         }},
        {"remove", [](Scene& s) { s.add_doomed(); },
         [](Scene& s) { return s.store.certificates().remove(s.doomed).has_value(); },
         [](Scene& s) { CHECK_FALSE(fs::exists(s.store.path() / "my" / s.doomed)); }},
        {"remove what is archived",
         [](Scene& s) {
             s.add_doomed();
             must(s.store.certificates().archive(s.doomed));
         },
         [](Scene& s) { return s.store.certificates().remove(s.doomed).has_value(); },
         [](Scene& s) { CHECK_FALSE(fs::exists(s.store.path() / "my" / s.doomed)); }},
    };
}

std::vector<Change> memory_changes() {
    return {
        {"save the memory", [](Scene& s) { must(s.store.memory().save({})); },
         [](Scene& s) { return s.store.memory().save(full_memory()).has_value(); },
         [](Scene& s) { CHECK(s.store.memory().load() == full_memory()); }},
        {"save the memory over a broken one",
         [](Scene& s) {
             s.broken_memory = true;
             write_text(s.store.path() / "memory.json", kBroken);
         },
         [](Scene& s) { return s.store.memory().save(full_memory()).has_value(); },
         [](Scene& s) {
             CHECK(s.store.memory().load() == full_memory());
             CHECK(read_text(s.store.path() / "memory.json.bad") == kBroken);
         }},
    };
}

std::vector<Change> changes() {
    std::vector<Change> all = {
        {"create a key", nothing,
         [](Scene& s) { return s.store.keys().create(p256()).has_value(); },
         [](Scene& s) { CHECK(keys_in_request(s) >= 3); }},
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
        {"install", nothing, install_answer, check_answer_held},
        {"install over an entry whose key was lost",
         [](Scene& s) {
             const fs::path request = s.request_of(*s.key);
             const fs::path kept = s.store.path().parent_path() / "kept";
             fs::copy(request, kept, fs::copy_options::recursive);
             const auto installed = must(s.store.certificates().install(s.answer));
             fs::remove(fs::path(installed.path).parent_path() / "key.pem");
             fs::rename(kept, request);
         },
         install_answer, check_answer_held},
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
    for (const auto& more : {key_changes(), removals(), memory_changes()}) {
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

// The status of a child that makes the change and is killed at `step`; 0 when it got through, and
// the power went off right afterwards.
int run_killed(Scene& scene, const Change& change, int step) {
    scene.store.close();  // the child takes the lock
    const pid_t child = ::fork();
    if (child == 0) {
        scene.store.reopen();
        arm({Fault::power_cut, step}, scene.store.path());
        const bool acted = change.act(scene);
        lose_power();
        ::_exit(acted ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE((was_struck(status) || WIFEXITED(status)));
    return was_struck(status) ? kKilled : WEXITSTATUS(status);
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
            if (status != 0) {
                CHECK(change.act(scene));
            }
            change.done(scene);
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
    CHECK(points >= 130);
}

TEST_CASE("a change whose system call fails says so, and leaves the old or the new state",
          "[stores][crash]") {
    for (const int number : {ENOSPC, EIO, EROFS}) {
        for (const Change& change : changes()) {
            for (int step = 1;; ++step) {
                const TemporaryFolder folder;
                Scene scene(folder.path() / "store");
                change.before(scene);
                arm({Fault::fail, step, number}, scene.store.path());
                const bool acted = change.act(scene);
                const bool struck = fault_struck();
                disarm();
                INFO(change.name << ", errno " << number << " at step " << step << ": " << acted);
                if (std::string_view(change.name).find("key was lost") == std::string_view::npos) {
                    check_nothing_lost(scene);
                }
                scene.store.reopen();
                CHECK(change.act(scene));
                change.done(scene);
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
            arm({Fault::power_cut, step}, folder.path());
            ::_exit(stores::StoreContext::open(root, engine::Scope::machine, {}) ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        INFO("killed at step " << step);
        FileStore store(root);
        CHECK(store.warnings().empty());
        check_modes(store.path().parent_path());
        CHECK(store.keys().create(p256()));
        if (!was_struck(status)) {
            CHECK(WEXITSTATUS(status) == 0);
            CHECK(step > 10);
            break;
        }
    }
}

TEST_CASE("a pulse that changes nothing does not write to the disk", "[stores]") {
    const TemporaryFolder folder;
    Scene scene(folder.path() / "store");
    must(scene.store.certificates().install(scene.answer));
    scene.store.close();
    const auto before = picture_of(folder.path());
    arm({}, folder.path());
    scene.store.reopen();
    CHECK(must(scene.store.certificates().held()).size() == 2);
    CHECK(must(scene.store.certificates().pending()).empty());
    must(scene.store.certificates().replace(engine::TrustStore::root, {scene.old_root}));
    CHECK(must(scene.store.certificates().trusted(engine::TrustStore::root)).size() == 1);
    CHECK(scene.store.keys().open_held(scene.other.thumbprint));
    must(scene.store.certificates().archive(std::string(40, '0')));
    must(scene.store.certificates().remove(std::string(40, '0')));
    must(scene.store.memory().save(scene.store.memory().load()));
    disarm();
    CHECK(steps_seen() == 0);
    CHECK(picture_of(folder.path()) == before);
}

}  // namespace ae::test
