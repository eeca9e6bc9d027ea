// Doubles of engine/ports.h.  Each `Unexpected...` fails the test on every call; a fake overrides
// what the test set up and fails on the rest.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/ports.h"
#include "tests/support/fake_certificate.h"
#include "tests/support/fake_crypto.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace ae::test {

[[noreturn]] inline void unexpected(const std::string& call) {
    FAIL("unexpected call: " << call);
    std::abort();  // FAIL throws
}

class FakePolicySource final : public engine::PolicySource {
  public:
    std::optional<Result<engine::AutoenrollPolicy>> answer{};

    Result<engine::AutoenrollPolicy> read(engine::Scope) override {
        return answer ? *answer : (unexpected("PolicySource::read"), *answer);
    }
};

class FakeDirectory final : public engine::Directory {
  public:
    std::optional<Result<engine::Account>> account{};
    std::optional<Result<engine::Replica>> replica{};

    Result<engine::Account> read_account(engine::Scope) override {
        return account ? *account : (unexpected("Directory::read_account"), *account);
    }
    Result<engine::Replica> read_replica() override {
        return replica ? *replica : (unexpected("Directory::read_replica"), *replica);
    }
};

// Chains hold for the certificates in `valid` and for what CAs issue below them; a test names the
// exceptions.
class FakeChainChecker final : public engine::ChainChecker {
  public:
    std::map<Bytes, engine::ChainStatus> answers{};
    std::optional<engine::ChainStatus> otherwise{};
    int calls = 0;

    engine::ChainStatus check(ByteView certificate, const std::vector<Bytes>&, Time) override {
        ++calls;
        const auto at = answers.find(Bytes(certificate.begin(), certificate.end()));
        if (at != answers.end()) {
            return at->second;
        }
        return otherwise ? *otherwise : (unexpected("ChainChecker::check"), *otherwise);
    }
};

class FakeEventSink final : public engine::EventSink {
  public:
    std::vector<engine::Event> events{};

    void record(const engine::Event& event) override { events.push_back(event); }

    // "AE 2", "CE 19", ... in order.
    [[nodiscard]] std::vector<std::string> numbers() const {
        std::vector<std::string> list;
        for (const engine::Event& event : events) {
            list.push_back((event.source == engine::EventSource::autoenrollment ? "AE " : "CE ") +
                           std::to_string(event.number));
        }
        return list;
    }
};

// The keys that exist, by reference.
class FakeKeyStore final : public engine::KeyStore {
  public:
    std::map<std::string, engine::KeyAlgorithm> keys{};
    std::vector<engine::KeyRequest> requests{};
    bool may_create = false;
    std::optional<Error> create_error{};

    Result<std::unique_ptr<engine::PrivateKey>> create(const engine::KeyRequest& request) override {
        if (create_error) {
            return fail(*create_error);
        }
        if (!may_create) {
            unexpected("KeyStore::create");
        }
        requests.push_back(request);
        const std::string reference = "key " + std::to_string(requests.size());
        keys[reference] = request.algorithm;
        return std::make_unique<FakeKey>(reference, request.algorithm);
    }
    Result<std::unique_ptr<engine::PrivateKey>> open(const std::string& reference,
                                                     const engine::KeyRequest& wanted) override {
        const auto at = keys.find(reference);
        if (at == keys.end() || at->second != wanted.algorithm) {
            return fail(hresult(0x8009000D), "open " + reference);
        }
        return std::make_unique<FakeKey>(reference, at->second);
    }
    Done erase(const std::string& reference) override {
        keys.erase(reference);
        return done();
    }
};

// MY, REQUEST and the trust stores in memory; a test sets the errors.
class FakeCertStore final : public engine::CertStore {
  public:
    std::vector<engine::HeldCertificate> my{};
    std::vector<engine::PendingRequest> requests{};
    std::map<engine::TrustStore, std::vector<Bytes>> trust{};
    std::vector<engine::NewCertificate> installed{};
    std::optional<Error> held_error{};
    std::optional<Error> install_error{};
    std::optional<Error> replace_error{};
    std::optional<Error> save_error{};

    Result<std::vector<engine::HeldCertificate>> held() override {
        if (held_error) {
            return fail(*held_error);
        }
        return my;
    }
    Result<std::vector<engine::PendingRequest>> pending() override { return requests; }
    Done save_pending(const engine::PendingRequest& request) override {
        if (save_error) {
            return fail(*save_error);
        }
        static_cast<void>(drop_pending(request));
        requests.push_back(request);
        return done();
    }
    Done drop_pending(const engine::PendingRequest& request) override {
        std::erase_if(requests, [&](const engine::PendingRequest& one) {
            return one.key_reference == request.key_reference;
        });
        return done();
    }
    Result<engine::InstalledCertificate> install(const engine::NewCertificate& entry) override {
        if (install_error) {
            return fail(*install_error);
        }
        engine::HeldCertificate held;
        held.facts = facts_of(entry.certificate);
        held.thumbprint = to_hex(fake_digest(entry.certificate));
        held.path = "my/" + held.thumbprint;
        held.key = engine::KeyState::usable;
        my.push_back(held);
        installed.push_back(entry);
        std::erase_if(requests, [&](const engine::PendingRequest& one) {
            return one.key_reference == entry.key_reference;
        });
        return engine::InstalledCertificate{held.thumbprint, held.path};
    }
    Result<engine::StoreChange> replace(engine::TrustStore store,
                                        const std::vector<Bytes>& certificates) override {
        if (replace_error) {
            return fail(*replace_error);
        }
        engine::StoreChange change{certificates.size(), trust[store].size()};
        trust[store] = certificates;
        return change;
    }
};

// Certification authorities, by the config string; each is one function from the request to the
// answer. The encoded request is nothing but the public key.
class FakeCaClient final : public engine::CaClient {
  public:
    using Behaviour = std::function<Result<engine::CaReply>(const Bytes& public_key)>;
    std::map<std::string, Behaviour> authorities{};
    std::vector<std::string> asked{};
    std::optional<Error> build_error{};

    Result<engine::EncodedRequest> build(const engine::Template&, const engine::Account&,
                                         const engine::DirectoryServer&,
                                         engine::PrivateKey& key) override {
        if (build_error) {
            return fail(*build_error);
        }
        engine::EncodedRequest request;
        request.octets.assign(key.public_key_info().begin(), key.public_key_info().end());
        return request;
    }
    Result<engine::CaReply> submit(const engine::CaRef& ca,
                                   const engine::EncodedRequest& request) override {
        asked.push_back(ca.config());
        const auto at = authorities.find(ca.config());
        if (at == authorities.end()) {
            unexpected("CaClient::submit to " + ca.config());
        }
        return at->second(request.octets);
    }
};

}  // namespace ae::test
