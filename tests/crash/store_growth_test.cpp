// A store that has grown: what opening, listing, installing and tidying up ask of the system, per
// certificate.  Counted, not timed: a shared machine proves nothing (tests/bench has the times).
#include "stores/crypto.h"
#include "tests/crash/crash_points.h"
#include "tests/crash/pulse_scene.h"
#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

constexpr int kFew = 50;
constexpr int kMany = 500;

struct Work {
    int opening = 0;
    int pulse = 0;    // that finds nothing to do, opening and tidying up included
    int renewal = 0;  // of one certificate, the same included
    int steps = 0;    // of that renewal: changes to the disk
};

// As a pulse installs them, without asking an authority for each.
void fill(const Scene& scene) {
    const auto crypto = stores::make_crypto();
    const std::string root = scene.store();
    auto opened = stores::open_stores({.root = root, .machine_root = root},
                                      stores::StoreUse::change, *crypto);
    REQUIRE(opened);
    for (const engine::Template& one : scene.forest.templates) {
        auto key = (*opened)->keys().create({.algorithm = engine::KeyAlgorithm::ecdsa_p256});
        REQUIRE(key);
        const ByteView octets = (*key)->public_key_info();
        const Bytes leaf = issue(scene.forest, {.id = 1,
                                                .template_name = one.name,
                                                .public_key_info = {octets.begin(), octets.end()}});
        REQUIRE((*opened)->certificates().install({.template_name = one.name,
                                                   .certificate = leaf,
                                                   .chain = {hierarchy().issuer},
                                                   .key_reference = (*key)->reference(),
                                                   .installed = scene.forest.now}));
    }
}

Scene grown_to(int certificates, const fs::path& folder) {
    Scene scene;
    scene.folder = folder;
    scene.forest.now = kNow;
    fs::create_directories(scene.disk());
    fs::create_directories(scene.ca());
    for (int i = 0; i < certificates; ++i) {
        scene.forest.templates.push_back(small_template("Corp" + std::to_string(i)));
    }
    fill(scene);
    REQUIRE(pulse(scene).troubles == std::vector<std::string>{});  // which fills the trust stores
    scene.forest.now += std::chrono::minutes(1);
    return scene;
}

template <class Act>
int opened_by(const Scene& scene, Act act) {
    arm({}, scene.disk());
    act();
    disarm();
    return files_opened();
}

Work work_with(int certificates) {
    const TemporaryFolder folder;
    Scene scene = grown_to(certificates, folder.path());
    const auto one_pulse = [&] { REQUIRE(pulse(scene).troubles == std::vector<std::string>{}); };
    Work work;
    work.opening = opened_by(scene, [&] { usable_certificates(scene); });
    work.pulse = opened_by(scene, one_pulse);
    CHECK(steps_seen() == 0);
    scene.forest.templates.front().major_version += 1;
    work.renewal = opened_by(scene, one_pulse);
    work.steps = steps_seen();
    return work;
}

// A straight line through both, with room for what does not depend on the number.
bool is_linear(int few, int many) { return many * kFew <= few * kMany; }

}  // namespace

TEST_CASE("opening, listing and tidying up read each certificate's files a few times and no more",
          "[crash][growth]") {
    const Work few = work_with(kFew);
    const Work many = work_with(kMany);
    INFO(few.opening << ' ' << few.pulse << ' ' << few.renewal << "; " << many.opening << ' '
                     << many.pulse << ' ' << many.renewal);
    CHECK(is_linear(few.opening, many.opening));
    CHECK(is_linear(few.pulse, many.pulse));
    CHECK(is_linear(few.renewal, many.renewal));
    constexpr int kFilesOfEach = 20;
    CHECK(many.pulse <= kMany * kFilesOfEach);
    // What one renewal changes does not depend on what else is there.
    CHECK(many.steps == few.steps);
    CHECK(few.steps > 0);
}

}  // namespace ae::test
