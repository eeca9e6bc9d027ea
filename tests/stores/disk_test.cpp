// Disks that refuse: read-only and full.
#include "tests/contract/memory_store_contract.h"
#include "tests/stores/file_store.h"
#include "tests/support/on_tmpfs.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

class Findings {
  public:
    void expect(bool held, const std::string& what) {
        if (!held) {
            text_ += what + "\n";
        }
    }
    template <class T>
    void expect_code(const Result<T>& result, Hresult code, const std::string& what) {
        expect(!result, what + " succeeded");
        if (!result) {
            expect(result.error().code == code, what + ": " + result.error().sentence());
            expect(result.error().sentence().find("/machine") != std::string::npos,
                   what + " names no path: " + result.error().sentence());
        }
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

}  // namespace

TEST_CASE("a read-only store can be read, and every change says that it is write-protected",
          "[stores][disk]") {
    const TemporaryFolder folder;
    const std::string mounted = folder.path() / "disk";
    fs::create_directory(mounted);
    const std::string findings = on_tmpfs(mounted, "mode=0755", [&] {
        Findings found;
        FileStore store(mounted + "/store");
        const auto issuer = must(store.keys().create(p256()));
        const auto key = must(store.keys().create(p256()));
        const auto entry = certificate_for(*key, *issuer);
        const std::string held = must(store.certificates().install(entry)).thumbprint;
        const auto hidden_key = must(store.keys().create(p256()));
        const std::string hidden =
            must(store.certificates().install(certificate_for(*hidden_key, *issuer))).thumbprint;
        must(store.certificates().archive(hidden));
        const auto again = must(store.keys().reuse(held));
        must(store.certificates().save_pending(pending_for(*issuer)));
        must(store.memory().save(full_memory()));
        must(store.certificates().replace(engine::TrustStore::root, entry.chain));
        store.close();
        const auto before = picture_of(mounted);
        if (::mount(nullptr, mounted.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
            return std::string("remount: ") + std::strerror(errno);
        }
        store.reopen();
        auto& certificates = store.certificates();
        found.expect(must(certificates.held()).size() == 1, "held");
        found.expect(must(certificates.pending()).size() == 1, "pending");
        found.expect(certificates.replace(engine::TrustStore::root, entry.chain).has_value(),
                     "a replica that changes nothing");
        found.expect(must(certificates.trusted(engine::TrustStore::root)) == entry.chain,
                     "trusted");
        found.expect(certificates.archive(hidden).has_value(), "archive what is archived");
        found.expect(certificates.archive(std::string(40, '0')).has_value(), "archive nothing");
        found.expect(certificates.remove(std::string(40, '0')).has_value(), "remove nothing");
        found.expect(store.memory().load() == full_memory(), "the memory");
        found.expect(store.memory().save(full_memory()).has_value(), "a memory that is the same");
        found.expect(store.keys().open_held(held).has_value(), "open_held");
        found.expect(store.keys().open_pending(again->reference()).has_value(), "open_pending");
        found.expect_code(certificates.archive(held), kWriteProtected, "archive");
        found.expect_code(certificates.remove(held), kWriteProtected, "remove");
        found.expect_code(store.memory().save({}), kWriteProtected, "save the memory");
        found.expect_code(store.keys().reuse(held), kWriteProtected, "reuse");
        found.expect_code(store.keys().erase(again->reference()), kWriteProtected, "erase a copy");
        found.expect_code(store.keys().create(p256()), kWriteProtected, "create");
        found.expect_code(store.keys().erase(issuer->reference()), kWriteProtected, "erase");
        found.expect_code(certificates.save_pending(pending_for(*issuer)), kWriteProtected, "save");
        found.expect_code(certificates.drop_pending(pending_for(*issuer)), kWriteProtected, "drop");
        found.expect_code(certificates.replace(engine::TrustStore::root, {}), kWriteProtected,
                          "replace");
        engine::NewCertificate other = certificate_for(*issuer, *issuer);
        found.expect_code(certificates.install(other), kWriteProtected, "install");
        found.expect(picture_of(mounted) == before, "the store changed");
        return found.text();
    });
    INFO(findings);
    CHECK(findings.empty());
}

TEST_CASE("a full disk is reported as full, and leaves nothing half-written", "[stores][disk]") {
    const TemporaryFolder folder;
    const std::string mounted = folder.path() / "disk";
    fs::create_directory(mounted);
    const std::string findings = on_tmpfs(mounted, "mode=0755,size=256k", [&] {
        Findings found;
        FileStore store(mounted + "/store");
        const auto issuer = must(store.keys().create(p256()));
        const auto entry = certificate_for(*issuer, *issuer);
        must(store.certificates().save_pending(pending_for(*issuer)));
        const auto key = must(store.keys().create(p256()));
        const auto gone_key = must(store.keys().create(p256()));
        const std::string held =
            must(store.certificates().install(certificate_for(*key, *issuer))).thumbprint;
        const std::string gone =
            must(store.certificates().install(certificate_for(*gone_key, *issuer))).thumbprint;
        must(store.memory().save({}));
        {
            std::ofstream filler(mounted + "/filler");
            while (filler.put('x').flush()) {
            }
        }
        const auto before = picture_of(store.path());
        auto& certificates = store.certificates();
        found.expect_code(store.keys().create(p256()), kDiskFull, "create");
        found.expect_code(store.keys().reuse(held), kDiskFull, "reuse");
        found.expect_code(certificates.archive(held), kDiskFull, "archive");
        found.expect_code(store.memory().save(full_memory()), kDiskFull, "save the memory");
        found.expect_code(certificates.install(entry), kDiskFull, "install");
        found.expect_code(certificates.save_pending(pending_for(*issuer)), kDiskFull, "save");
        found.expect_code(certificates.replace(engine::TrustStore::root, entry.chain), kDiskFull,
                          "replace");
        found.expect(picture_of(store.path()) == before, "the store changed");
        found.expect(certificates.remove(gone).has_value(), "removing needs no room");
        fs::remove(mounted + "/filler");
        found.expect(certificates.archive(held).has_value(), "archive with room again");
        found.expect(store.memory().save(full_memory()).has_value(), "save with room again");
        found.expect(certificates.install(entry).has_value(), "install with room again");
        return found.text();
    });
    INFO(findings);
    CHECK(findings.empty());
}

}  // namespace ae::test
