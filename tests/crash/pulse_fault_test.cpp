// Disks that refuse during a pulse: every change to the disk fails, once or from then on; folders
// that belong to somebody else or that others may write to.  The pulse says what and where, with a
// code and a remedy, and when the cause is gone the next one leaves what an undisturbed one leaves.
#include "tests/crash/crash_points.h"
#include "tests/crash/pulse_matrix.h"

#include <algorithm>
#include <cerrno>
#include <functional>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

struct Refusal {
    int error_number;
    Fault fault;
    const char* symbol;  // of the code that stands in the sentence
    const char* remedy;
};
const Refusal kRefusals[] = {
    {ENOSPC, Fault::fail, "ERROR_DISK_FULL", "Free space for the store"},
    {EDQUOT, Fault::fail_from, "ERROR_DISK_FULL", "Free space for the store"},
    {EIO, Fault::fail, "ERROR_WRITE_FAULT", "Check the file system"},
    {EROFS, Fault::fail_from, "ERROR_WRITE_PROTECT", "Make the store's file system writable"},
};

bool says(const Lines& sentences, const std::string& what) {
    return std::ranges::any_of(
        sentences, [&](const std::string& one) { return one.find(what) != std::string::npos; });
}

// What failed without a word did no harm: a temporary that was gone already, for example.
void check_said(const Story& story, const Scene& scene, const Ran& ran, const Refusal& refusal) {
    Lines said = ran.troubles;
    for (const Lines* more : {&ran.warnings, &ran.report.notes}) {
        said.insert(said.end(), more->begin(), more->end());
    }
    INFO(Catch::Detail::stringify(said));
    const bool clear = says(said, refusal.symbol) && says(said, refusal.remedy) &&
                       says(said, scene.disk().string());
    CHECK((clear || (entries_of(scene) == story.after && damages(scene) == Lines{})));
}

void refuse_everywhere(const Story& story, const Refusal& refusal) {
    const TemporaryFolder folder;
    const Stage stage = prepare(story, folder.path());
    for (int step = 1;; ++step) {
        Scene scene = stage.base.copied_to(folder.path() / "refused");
        arm({refusal.fault, step, refusal.error_number}, scene.disk());
        const Ran ran = pulse(scene);
        const bool struck = fault_struck();
        disarm();
        INFO(story.name << ", errno " << refusal.error_number << " at step " << step);
        if (struck) {
            check_said(story, scene, ran, refusal);
        }
        check_recovered(story, scene, stage);
        fs::remove_all(scene.folder);
        if (!struck) {
            CHECK(step > 1);
            return;
        }
    }
}

Lines folders_below(const fs::path& folder) {
    Lines found;
    for (const auto& item : fs::recursive_directory_iterator(folder)) {
        if (item.is_directory() && !item.is_symlink()) {
            found.push_back(item.path());
        }
    }
    return found;
}

// A machine that holds a certificate, an archived one and a request that waits, and has something
// to do.
Scene settled(const fs::path& folder) {
    Scene scene = prepare(stories().at(5), folder).base;  // a renewal is due
    pulse(scene);
    scene.forest.templates.push_back(small_template("CorpServer"));
    scene.forest.answers["CorpServer"] = Answer::hold;
    REQUIRE(pulse(scene).troubles == Lines{});
    scene.forest.templates.push_back(small_template("CorpThird"));
    return scene;
}

struct Spoiling {
    std::function<void(const std::string& folder)> spoil;
    std::function<void(const std::string& folder)> mend;
    std::string sentence;  // after "the folder ... "
    std::string remedy;
};

// live/ is for other programs: an agent whose own folders are good enrolls, and warns.
void check_refused(const Scene& scene, const std::string& name, const Spoiling& spoiling) {
    const Lines before = picture(scene);
    const std::string path = name.empty() ? scene.disk() / "store" : scene.store() / name;
    INFO(path);
    spoiling.spoil(path);
    const Ran ran = pulse(scene);
    const bool served = name == "machine/live";
    CHECK((served || picture(scene) == before));
    const Lines& said = served ? ran.warnings : ran.troubles;
    INFO(Catch::Detail::stringify(said));
    CHECK(says(said, "the folder " + path + " " + spoiling.sentence));
    CHECK(says(said, spoiling.remedy));
    spoiling.mend(path);
    CHECK(pulse(scene).troubles == Lines{});
    CHECK(damages(scene) == Lines{});
    CHECK(picture(scene).size() == before.size() + 1);
}

void refuse_every_folder(const Spoiling& spoiling) {
    const TemporaryFolder folder;
    const Scene scene = settled(folder.path());
    Lines names = {""};
    for (const std::string& one : folders_below(scene.store())) {
        names.push_back(fs::path(one).lexically_relative(scene.store()));
    }
    CHECK(names.size() >= 10);
    for (const std::string& name : names) {
        const Scene copy = scene.copied_to(folder.path() / "spoiled");
        check_refused(copy, name, spoiling);
        fs::remove_all(copy.folder);
    }
}

}  // namespace

TEST_CASE("a pulse whose disk refuses says so, and loses nothing", "[crash][disk]") {
    for (const Refusal& refusal : kRefusals) {
        for (const Story& story : stories()) {
            refuse_everywhere(story, refusal);
        }
    }
}

TEST_CASE("a folder that others may write to is refused by name, and nothing is changed",
          "[crash][disk]") {
    refuse_every_folder({[](const std::string& one) {
                             fs::permissions(one, fs::perms::group_write, fs::perm_options::add);
                         },
                         [](const std::string& one) {
                             fs::permissions(one, fs::perms::group_write, fs::perm_options::remove);
                         },
                         "is writable by other accounts", "chmod go-w"});
}

TEST_CASE("a folder of another account is refused by name, and nothing is changed",
          "[crash][disk]") {
    if (::geteuid() != 0) {
        WARN("skipped: only root can give a folder away");
        return;
    }
    refuse_every_folder(
        {[](const std::string& one) { REQUIRE(::chown(one.c_str(), 12345, 0) == 0); },
         [](const std::string& one) { REQUIRE(::chown(one.c_str(), 0, 0) == 0); },
         "belongs to user id 12345", "chown"});
}

}  // namespace ae::test
