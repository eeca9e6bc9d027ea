#include "tests/stores/crash_scene.h"

#include "stores/store_layout.h"

namespace ae::test {

namespace fs = std::filesystem;

namespace {

bool holds_answer(Scene& scene, const engine::HeldCertificate& held) {
    return held.facts.der == scene.answer.certificate;
}

// All of it or nothing, and never in sight without its key.
void check_doomed(Scene& scene, bool in_sight) {
    if (scene.doomed.empty()) {
        CHECK_FALSE(in_sight);
    } else if (fs::exists(scene.store.path() / "my" / scene.doomed)) {
        CHECK(scene.store.keys().open_held(scene.doomed));  // archived or not
    } else {
        CHECK_FALSE(in_sight);
    }
}

// Each entry of REQUEST is whole: its key opens, and a copy says that it is one, because without
// that it could never be erased.
void check_requests(Scene& scene) {
    const auto held = must(scene.store.keys().open_held(scene.other.thumbprint));
    for (const auto& item : fs::directory_iterator(scene.store.path() / "request")) {
        INFO(item.path());
        const auto key = must(scene.store.keys().open_pending(item.path().filename()));
        const bool copy_of_other = equal(key->public_key_info(), held->public_key_info());
        CHECK(fs::exists(item.path() / "copy_of") == copy_of_other);
    }
}

// The old one or the new one; a broken one is kept somewhere.
void check_memory(Scene& scene) {
    const fs::path bad = scene.store.path() / "memory.json.bad";
    const bool broken_in_place = read_text(scene.store.path() / "memory.json") == kBroken;
    const engine::Memory memory = scene.store.memory().load();
    CHECK(scene.store.warnings().size() == (broken_in_place ? 1U : 0U));
    CHECK((memory == engine::Memory{} || memory == full_memory()));
    if (scene.broken_memory) {
        CHECK((broken_in_place || read_text(bad) == kBroken));
    } else {
        CHECK_FALSE(fs::exists(bad));
        CHECK(fs::exists(scene.store.path() / "memory.json"));
    }
}

}  // namespace

void check_modes(const fs::path& store) {
    for (const auto& item : fs::recursive_directory_iterator(store)) {
        INFO(item.path());
        CHECK_FALSE(stores::is_temporary(item.path().filename().string()));
        if (item.path().filename() == "key.pem" || item.path().filename() == "memory.json") {
            CHECK(mode_of(item.path()) == 0600U);
        }
        if (item.is_regular_file() && item.path().filename() != "lock" &&
            item.path().filename() != "chain.pem") {
            CHECK(item.file_size() > 0);
        }
    }
}

void check_nothing_lost(Scene& scene) {
    scene.store.reopen();
    INFO("warnings: " + Catch::Detail::stringify(scene.store.warnings()));
    CHECK(scene.store.warnings().empty());
    check_modes(scene.store.path());
    const auto held = must(scene.store.certificates().held());
    const auto pending = must(scene.store.certificates().pending());
    bool other_there = false;
    bool answer_there = false;
    bool doomed_there = false;
    for (const auto& one : held) {
        CHECK(one.key == engine::KeyState::usable);
        other_there = other_there || one.thumbprint == scene.other.thumbprint;
        answer_there = answer_there || holds_answer(scene, one);
        doomed_there = doomed_there || one.thumbprint == scene.doomed;
    }
    CHECK(other_there);
    CHECK(held.size() == 1U + (answer_there ? 1U : 0U) + (doomed_there ? 1U : 0U));
    check_doomed(scene, doomed_there);
    // Never both: the same certificate would be asked for twice.  Never neither, unless asked for.
    const bool request_there = fs::exists(scene.request_of(*scene.key));
    CHECK_FALSE((answer_there && request_there));
    CHECK(pending.size() <= (request_there ? 1U : 0U));
    const std::size_t roots = static_cast<std::size_t>(std::distance(
        fs::directory_iterator(scene.store.path() / "root"), fs::directory_iterator()));
    CHECK(roots >= 1);
    CHECK(roots <= 2);
    check_requests(scene);
    check_memory(scene);
}

}  // namespace ae::test
