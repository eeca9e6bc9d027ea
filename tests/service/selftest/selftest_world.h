// A host for `aeclient selftest` on which everything works, until a test breaks something.
#pragma once

#include "service/selftest/selftest.h"
#include "tests/service/selftest/memory_stores.h"
#include "tests/support/fake_ports.h"

#include <optional>
#include <utility>

namespace ae::test {

using namespace ae::service;

inline const Time kNow = time_from_string("2026-11-21T12:00:00Z").value();
inline const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};

// The digests of "abc" alone, from FIPS 180-4; all else is FakeCrypto's.
class AbcCrypto final : public engine::Crypto {
  public:
    std::optional<engine::HashAlgorithm> wrong{};

    Bytes digest(engine::HashAlgorithm algorithm, ByteView message) override {
        static const std::map<engine::HashAlgorithm, const char*> kOfAbc{
            {engine::HashAlgorithm::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
            {engine::HashAlgorithm::sha256,
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
            {engine::HashAlgorithm::sha384,
             "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
             "8086072ba1e7cc2358baeca134c825a7"},
            {engine::HashAlgorithm::sha512,
             "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
             "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"}};
        REQUIRE(as_text(message) == "abc");
        return algorithm == wrong ? Bytes(20, 0) : from_hex(kOfAbc.at(algorithm)).value();
    }
    Result<Bytes> random(std::size_t) override { return fail(kNotSupported, "random"); }
    Result<Bytes> encrypt_key(ByteView, ByteView) override {
        return fail(kNotSupported, "encrypt_key");
    }
    Result<Bytes> encrypt_content(engine::ContentCipher, ByteView, ByteView, ByteView) override {
        return fail(kNotSupported, "encrypt_content");
    }
    Result<bool> verify(ByteView key, const engine::SignatureScheme& scheme, ByteView message,
                        ByteView signature) override {
        return FakeCrypto().verify(key, scheme, message, signature);
    }
};

inline engine::Account account() {
    engine::Account one;
    one.sam_account_name = "WS1$";
    one.distinguished_name = "CN=WS1,CN=Computers,DC=corp,DC=example,DC=test";
    one.sids.resize(7);
    return one;
}

inline engine::Replica replica() {
    engine::Replica one;
    one.templates.resize(35);
    one.services.resize(2);
    one.roots = {{Bytes{1}}, {}, true, {}};
    one.intermediates = {{Bytes{2}}, {}, true, {}};
    one.nt_auth = {{Bytes{3}}, {}, true, {}};
    return one;
}

// A host on which everything works, until a test breaks something.
struct World {
    AbcCrypto crypto{};
    Disk disk{};
    std::vector<StoredEvent> events{};
    Result<engine::Account> read_account = account();
    Result<engine::Replica> read_replica = replica();
    Result<policy::DomainController> controller = policy::DomainController{
        .dns_name = "dc1.corp.example.test", .address = "127.0.0.2", .client_site = "Lab-Site"};
    Done ping = done();
    std::vector<engine::CaRef> pinged{};
    SelftestParts parts{.now = kNow, .crypto = crypto};

    World() {
        parts.policy = [] { return engine::AutoenrollPolicy{7, "HKLM\\Software\\Policies"}; };
        parts.stores = [this] { return open(); };
        parts.trial_stores = [this] { return open(); };
        parts.member = [this]() -> Result<MemberParts> { return member(); };
        parts.write_events = [this](const std::vector<StoredEvent>& more) {
            events.insert(events.end(), more.begin(), more.end());
            return done();
        };
        parts.read_events = [this] { return Result<std::vector<StoredEvent>>(events); };
        parts.host_status = [] {
            return HostStatus{.process = 812, .since = kNow, .state = "idle"};
        };
    }
    Result<std::unique_ptr<stores::ContextStores>> open() {
        return std::make_unique<MemoryStores>(disk);
    }
    MemberParts member() {
        auto directory = std::make_unique<FakeDirectory>();
        directory->account = read_account;
        directory->replica = read_replica;
        MemberParts one;
        one.account = "WS1$";
        one.domain = "corp.example.test";
        one.locate = [this] { return controller; };
        one.directory = std::move(directory);
        one.ping = [this](const engine::CaRef& ca) {
            pinged.push_back(ca);
            return ping;
        };
        return one;
    }
    std::vector<SelftestFinding> run() { return run_selftest(parts); }
    SelftestFinding finding(const std::string& id) {
        const auto all = run();
        const auto at = std::ranges::find(all, id, &SelftestFinding::id);
        INFO(selftest_as_text(all));
        REQUIRE(at != all.end());
        return *at;
    }
    Verdict verdict(const std::string& id) { return finding(id).verdict; }
};

template <class T>
auto answer(Hresult code) {
    return [code]() -> Result<T> { return fail(code, "a part"); };
}

inline bool says(const SelftestFinding& finding, const std::string& words) {
    INFO(finding.sentence);
    return finding.sentence.find(words) != std::string::npos;
}

}  // namespace ae::test
