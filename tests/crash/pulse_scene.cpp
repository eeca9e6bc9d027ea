#include "tests/crash/pulse_scene.h"

#include "stores/chain_checker.h"
#include "stores/crypto.h"
#include "stores/entry_json.h"
#include "stores/my_entry_files.h"
#include "stores/store_layout.h"
#include "tests/support/builders.h"
#include "tests/support/fake_ports.h"

#include <algorithm>

#include <sys/stat.h>

namespace ae::test {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> children_of(const fs::path& folder) {
    std::vector<fs::path> found;
    if (fs::exists(folder)) {
        for (const auto& item : fs::directory_iterator(folder)) {
            found.push_back(item.path());
        }
    }
    std::ranges::sort(found);
    return found;
}

unsigned mode_of(const fs::path& path) {
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0;
}

std::unique_ptr<stores::ContextStores> look(const Scene& scene, engine::Crypto& crypto) {
    const std::string root = scene.store();
    auto opened =
        stores::open_stores({.root = root, .machine_root = root}, stores::StoreUse::look, crypto);
    return opened ? std::move(*opened) : nullptr;
}

std::string line_of(const fs::path& entry, const Scene& scene) {
    const auto facts = stores::my_entry_from_json(read_text(entry / "entry.json"));
    if (!facts) {
        return "my broken " + entry.filename().string();
    }
    const Bytes der = from_pem("CERTIFICATE", read_text(entry / "cert.pem")).value_or(Bytes{});
    std::string number = "foreign";
    for (const CaRecord& record : records_of(scene.ca())) {
        if (record.certificate == der) {
            // Two runs of one story differ in the numbers of what is new.
            const auto parsed = engine::parse_certificate(der);
            const bool fresh =
                parsed && parsed->not_before + std::chrono::hours(1) > scene.forest.now;
            number = fresh ? "new" : "#" + std::to_string(record.id);
        }
    }
    return "my " + facts->template_name +
           (facts->archived == stores::Archived::yes ? " archived " : " ") + number;
}

void check_keys(const Scene& scene, std::vector<std::string>& damages) {
    const auto crypto = stores::make_crypto();
    const auto opened = look(scene, *crypto);
    if (!opened) {
        damages.emplace_back("the store does not open");
        return;
    }
    for (const fs::path& entry : children_of(scene.machine() / "my")) {
        if (const auto key = opened->keys().open_held(entry.filename()); !key) {
            damages.push_back(key.error().sentence());
        }
    }
    for (const fs::path& entry : children_of(scene.machine() / "request")) {
        if (const auto key = opened->keys().open_pending(entry.filename()); !key) {
            damages.push_back(key.error().sentence());
        }
        if (!stores::pending_from_json(read_text(entry / "entry.json"))) {
            damages.push_back("a key that nobody was asked about: " + entry.string());
        }
    }
}

void check_entries(const Scene& scene, std::vector<std::string>& damages) {
    const auto crypto = stores::make_crypto();
    for (const fs::path& entry : children_of(scene.machine() / "my")) {
        const auto leaf = from_pem("CERTIFICATE", read_text(entry / "cert.pem"));
        if (!leaf || stores::thumbprint(*crypto, *leaf) != entry.filename()) {
            damages.push_back("half an entry: " + entry.string());
        }
        const auto chain = stores::certificates_from_pem(read_text(entry / "chain.pem"));
        if (!chain || chain->empty()) {
            damages.push_back("no chain: " + entry.string());
        }
        if (!stores::my_entry_from_json(read_text(entry / "entry.json"))) {
            damages.push_back("no entry.json: " + entry.string());
        }
    }
}

// The newest certificate of each template that is not archived, the newest archived one without
// any, and nothing else.
void check_live(const Scene& scene, std::vector<std::string>& damages) {
    struct Candidate {
        bool in_use = false;
        Time since{};
        std::string entry{};
        auto operator<=>(const Candidate&) const = default;
    };
    std::map<std::string, Candidate> newest;
    for (const fs::path& entry : children_of(scene.machine() / "my")) {
        const auto facts = stores::my_entry_from_json(read_text(entry / "entry.json"));
        const auto leaf = from_pem("CERTIFICATE", read_text(entry / "cert.pem"));
        const auto parsed = leaf ? engine::parse_certificate(*leaf)
                                 : Result<engine::CertificateFacts>(fail(hresult(1), ""));
        if (facts && parsed) {
            auto& known = newest[facts->template_name];
            known = std::max(known, {facts->archived == stores::Archived::no, parsed->not_before,
                                     entry.filename().string()});
        }
    }
    const fs::path live = scene.machine() / "live";
    for (const fs::path& name : children_of(live)) {
        const auto at = newest.find(name.filename());
        const fs::path target = fs::is_symlink(name) ? fs::read_symlink(name) : fs::path();
        if (at == newest.end() || target != fs::path("../my") / at->second.entry) {
            damages.push_back(name.string() + " leads to " + target.string());
        }
    }
    for (const auto& [name, one] : newest) {
        if (!fs::is_symlink(live / name)) {
            damages.push_back("live/ has no " + name);
        }
    }
}

// A consumer opens the folder first, and then the files in it.
void look_at_live(const Scene& scene, std::vector<std::string>& dangers) {
    const auto crypto = stores::make_crypto();
    const auto opened = look(scene, *crypto);
    for (const fs::path& name : children_of(scene.machine() / "live")) {
        if (stores::is_temporary(name.filename().string()) || !fs::exists(name)) {
            continue;  // a name that leads nowhere serves nobody, and endangers nobody
        }
        const fs::path entry = fs::canonical(name);
        if (!opened || !opened->keys().open_held(entry.filename())) {
            dangers.push_back(name.string() + " is no certificate with its key");
        }
    }
}

}  // namespace

Scene Scene::copied_to(const fs::path& other) const {
    Scene copy = *this;
    copy.folder = other;
    fs::copy(folder, other, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    return copy;
}

Ran pulse(const Scene& scene) {
    Ran ran;
    const auto trouble = [&](const Error& error) { ran.troubles.push_back(error.sentence()); };
    const auto crypto = stores::make_crypto();
    const std::string root = scene.store();
    auto opened = stores::open_stores(
        {.root = root,
         .warn = [&](std::string_view sentence) { ran.warnings.emplace_back(sentence); },
         .machine_root = root},
        stores::StoreUse::change, *crypto);
    if (!opened) {
        trouble(opened.error());
        return ran;
    }
    FakePolicySource policy;
    policy.answer = policy_of(7);
    FakeDirectory directory;
    directory.account = account_of(scene.ca(), scene.forest);
    directory.replica = replica_of(scene.forest);
    const auto chains = stores::make_chain_checker();
    const auto ca = make_small_ca(scene.ca(), scene.forest, *crypto);
    FakeEventSink events;
    stores::ContextStores& here = **opened;
    ran.report = engine::run_pulse({policy, directory, here.keys(), here.certificates(), *chains,
                                    *crypto, *ca, events, here.memory()},
                                   {.scope = engine::Scope::machine,
                                    .now = scene.forest.now,
                                    .seed = 1,
                                    .abilities = {.renewal = true, .signing = true}});
    std::ranges::for_each(ran.report.failures, trouble);
    const auto tidied = here.tidy(scene.tidy);
    if (tidied) {
        ran.tidied = *tidied;
    } else {
        trouble(tidied.error());
    }
    return ran;
}

std::vector<std::string> picture(const Scene& scene) {
    std::vector<std::string> lines;
    for (const fs::path& entry : children_of(scene.machine() / "my")) {
        lines.push_back(line_of(entry, scene));
    }
    for (const fs::path& entry : children_of(scene.machine() / "request")) {
        const auto request = stores::pending_from_json(read_text(entry / "entry.json"));
        lines.push_back(!request ? "request without an entry"
                                 : "request " + request->template_name +
                                       (request->request_id ? " waits" : " unanswered"));
    }
    for (const char* store : {"root", "intermediate", "ntauth"}) {
        for (const fs::path& file : children_of(scene.machine() / store)) {
            lines.push_back(store + (" " + file.filename().string()));
        }
    }
    std::ranges::sort(lines);
    return lines;
}

std::vector<std::string> dangers(const Scene& scene) {
    std::vector<std::string> found;
    for (const auto& item : fs::recursive_directory_iterator(scene.disk())) {
        if (item.is_regular_file() && !item.is_symlink() && (mode_of(item.path()) & 077U) != 0 &&
            read_text(item.path()).find("PRIVATE KEY") != std::string::npos) {
            found.push_back("a key that others can read: " + item.path().string());
        }
    }
    look_at_live(scene, found);
    return found;
}

std::vector<std::string> damages(const Scene& scene) {
    std::vector<std::string> found = dangers(scene);
    for (const auto& item : fs::recursive_directory_iterator(scene.disk())) {
        if (stores::is_temporary(item.path().filename().string())) {
            found.push_back("a temporary: " + item.path().string());
        }
    }
    check_entries(scene, found);
    check_keys(scene, found);
    check_live(scene, found);
    return found;
}

std::vector<std::string> usable_certificates(const Scene& scene) {
    std::vector<std::string> found;
    const auto crypto = stores::make_crypto();
    const auto opened = look(scene, *crypto);
    for (const fs::path& entry : children_of(scene.machine() / "my")) {
        if (opened && opened->keys().open_held(entry.filename())) {
            found.push_back(entry.filename());
        }
    }
    return found;
}

}  // namespace ae::test
