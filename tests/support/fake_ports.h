// Doubles of engine/ports.h.  Each `Unexpected...` fails the test on every call; a fake overrides
// what the test set up and fails on the rest.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/ports.h"
#include "tests/support/fake_certificate.h"
#include "tests/support/fake_crypto.h"

#include <array>
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
    std::vector<Bytes> unpublished{};
    std::optional<Error> unpublish_error{};
    int reads = 0;

    Result<engine::Account> read_account(engine::Scope) override {
        return account ? *account : (unexpected("Directory::read_account"), *account);
    }
    Result<engine::Replica> read_replica() override {
        ++reads;
        return replica ? *replica : (unexpected("Directory::read_replica"), *replica);
    }
    Done unpublish(const std::vector<Bytes>& certificates) override {
        if (unpublish_error) {
            return fail(*unpublish_error);
        }
        unpublished.insert(unpublished.end(), certificates.begin(), certificates.end());
        return done();
    }
};

// Chains hold for the certificates in `valid` and for what CAs issue below them; a test names the
// exceptions.
class FakeChainChecker final : public engine::ChainChecker {
  public:
    std::map<Bytes, engine::ChainStatus> answers{};
    std::optional<engine::ChainStatus> otherwise{};
    int calls = 0;
    std::vector<Bytes> roots{};  // of the last call

    engine::ChainStatus check(ByteView certificate, const std::vector<Bytes>&,
                              const engine::Anchors& trust, Time) override {
        ++calls;
        roots = trust.roots;
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

    std::vector<engine::Step> steps{};

    void record(const engine::Event& event) override { events.push_back(event); }
    void step(const engine::Step& step) override { steps.push_back(step); }

    // "AE 2", "CSC 1", "CE 19", ... in order.
    [[nodiscard]] std::vector<std::string> all_numbers() const {
        std::vector<std::string> list;
        for (const engine::Event& event : events) {
            static constexpr std::array<const char*, 3> kShort = {"AE ", "CSC ", "CE "};
            list.push_back(kShort.at(static_cast<std::size_t>(event.source)) +
                           std::to_string(event.number));
        }
        return list;
    }
    // The same without what says in every pulse that the directory was found and read.
    [[nodiscard]] std::vector<std::string> numbers() const {
        auto list = all_numbers();
        std::erase_if(list, [](const std::string& one) {
            return one.starts_with("CSC ") || one == "CE 64" || one == "CE 65";
        });
        return list;
    }
};

// The keys that exist, by reference.
class FakeKeyStore final : public engine::KeyStore {
  public:
    std::map<std::string, engine::KeyAlgorithm> keys{};
    std::vector<engine::KeyRequest> requests{};
    std::map<std::string, std::string> held{};  // thumbprint of MY -> key
    std::vector<std::string> reused{};
    bool held_keys_sign = true;
    bool may_create = false;
    std::optional<Error> create_error{};
    std::optional<Error> erase_error{};

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
    Result<std::unique_ptr<engine::PrivateKey>> open_held(const std::string& thumbprint) override {
        const auto at = held.find(thumbprint);
        if (at == held.end()) {
            return fail(hresult(0x80090016), "open the key of " + thumbprint);
        }
        auto key = std::make_unique<FakeKey>(at->second, engine::KeyAlgorithm::rsa);
        key->signs_at_all = held_keys_sign;
        return key;
    }
    Result<std::unique_ptr<engine::PrivateKey>> reuse(const std::string& thumbprint) override {
        reused.push_back(thumbprint);
        return open_held(thumbprint);
    }
    Result<std::unique_ptr<engine::PrivateKey>> open_pending(
        const std::string& reference) override {
        const auto at = keys.find(reference);
        if (at == keys.end()) {
            return fail(hresult(0x80090016), "open " + reference);
        }
        return std::make_unique<FakeKey>(reference, at->second);
    }
    std::vector<std::string> providers() override {
        return {"Microsoft RSA SChannel Cryptographic Provider",
                "Microsoft Enhanced Cryptographic Provider v1.0",
                "Microsoft Software Key Storage Provider"};
    }
    Done erase(const std::string& reference) override {
        if (erase_error) {
            return fail(*erase_error);
        }
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
    std::optional<Error> archive_error{};
    std::optional<Error> pending_error{};
    std::optional<Error> trusted_error{};
    std::optional<Error> drop_error{};
    std::vector<engine::TrustStore> replaced{};
    std::vector<std::string> archived{};
    std::vector<std::string> removed{};

    Done archive(const std::string& thumbprint) override { return take_away(thumbprint, archived); }
    Done remove(const std::string& thumbprint) override { return take_away(thumbprint, removed); }
    Result<std::vector<Bytes>> trusted(engine::TrustStore store) override {
        if (trusted_error) {
            return fail(*trusted_error);
        }
        const auto at = trust.find(store);
        return at == trust.end() ? std::vector<Bytes>{} : at->second;
    }
    Result<std::vector<engine::HeldCertificate>> held() override {
        if (held_error) {
            return fail(*held_error);
        }
        return my;
    }
    Result<std::vector<engine::PendingRequest>> pending() override {
        if (pending_error) {
            return fail(*pending_error);
        }
        return requests;
    }
    Done save_pending(const engine::PendingRequest& request) override {
        if (save_error) {
            return fail(*save_error);
        }
        erase_request(request.key_reference);
        requests.push_back(request);
        return done();
    }
    Done drop_pending(const engine::PendingRequest& request) override {
        if (drop_error) {
            return fail(*drop_error);
        }
        erase_request(request.key_reference);
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
        erase_request(entry.key_reference);
        return engine::InstalledCertificate{held.thumbprint, held.path};
    }
    Result<engine::StoreChange> replace(engine::TrustStore store,
                                        const std::vector<Bytes>& certificates) override {
        if (replace_error) {
            return fail(*replace_error);
        }
        engine::StoreChange change{certificates.size(), trust[store].size()};
        trust[store] = certificates;
        replaced.push_back(store);
        return change;
    }

  private:
    void erase_request(const std::string& key_reference) {
        std::erase_if(requests, [&](const engine::PendingRequest& one) {
            return one.key_reference == key_reference;
        });
    }
    Done take_away(const std::string& thumbprint, std::vector<std::string>& list) {
        if (archive_error) {
            return fail(*archive_error);
        }
        std::erase_if(
            my, [&](const engine::HeldCertificate& one) { return one.thumbprint == thumbprint; });
        list.push_back(thumbprint);
        return done();
    }
};

class FakeMemoryStore final : public engine::MemoryStore {
  public:
    engine::Memory memory{};
    int saves = 0;
    std::optional<Error> save_error{};

    engine::Memory load() override { return memory; }
    Done save(const engine::Memory& what) override {
        if (save_error) {
            return fail(*save_error);
        }
        ++saves;
        memory = what;
        return done();
    }
};

// Answers out of two lists, in order; what is asked beyond them fails the test.
class FakeUser final : public engine::User {
  public:
    std::vector<engine::Consent> to_begin{};
    std::vector<engine::Consent> per_template{};
    std::vector<std::vector<std::string>> notices{};
    std::vector<std::string> asked{};

    engine::Consent ask_to_begin(const std::vector<std::string>& templates) override {
        notices.push_back(templates);
        return next(to_begin, "User::ask_to_begin");
    }
    engine::Consent ask_for(const std::string& template_name) override {
        asked.push_back(template_name);
        return next(per_template, "User::ask_for");
    }

  private:
    static engine::Consent next(std::vector<engine::Consent>& list, const char* call) {
        if (list.empty()) {
            unexpected(call);
        }
        const engine::Consent first = list.front();
        list.erase(list.begin());
        return first;
    }
};

// Tickets with these SIDs; renewed ones carry `after`.
class FakeLogonSession final : public engine::LogonSession {
  public:
    Result<std::vector<Sid>> carried = std::vector<Sid>{};
    std::optional<Error> renew_error{};
    std::vector<Sid> after{};
    int renewals = 0;

    Result<std::vector<Sid>> sids() override { return carried; }
    Done renew() override {
        if (renew_error) {
            return fail(*renew_error);
        }
        ++renewals;
        carried = after;
        return done();
    }
};

// What a fake request says about the key that it archives.
inline Bytes hash_of_archived(ByteView exchange_certificate) {
    return fake_digest(exchange_certificate);
}

// Certification authorities, by the config string; each is one function from the request to the
// answer. The encoded request is nothing but the public key.
class FakeCaClient final : public engine::CaClient {
  public:
    using Behaviour = std::function<Result<engine::CaReply>(const Bytes& public_key)>;
    std::map<std::string, Behaviour> authorities{};
    std::vector<std::string> asked{};
    std::optional<Error> build_error{};

    std::map<std::string, Behaviour> pending{};  // what retrieve() answers
    std::vector<std::string> retrieved{};
    std::vector<Bytes> predecessors{};  // of renewals, DER
    std::vector<bool> built_for_renewal{};
    std::vector<Bytes> authorities_used{};
    std::vector<Bytes> exchanges{};              // certificates to which keys were encrypted
    std::map<Bytes, engine::Template> wanted{};  // of each public key: what was asked for

    Result<engine::EncodedRequest> build(const engine::RequestParts& parts) override {
        if (build_error) {
            return fail(*build_error);
        }
        built_for_renewal.push_back(parts.predecessor != nullptr);
        if (parts.predecessor != nullptr) {
            predecessors.push_back(parts.predecessor->certificate);
        }
        if (parts.authority != nullptr) {
            authorities_used.push_back(parts.authority->certificate);
        }
        engine::EncodedRequest request;
        const ByteView key = parts.key.public_key_info();
        request.octets.assign(key.begin(), key.end());
        wanted[request.octets] = parts.wanted;
        if (!parts.exchange_certificate.empty()) {
            exchanges.emplace_back(parts.exchange_certificate.begin(),
                                   parts.exchange_certificate.end());
            request.archived_key_hash = hash_of_archived(parts.exchange_certificate);
        }
        return request;
    }
    Result<engine::CaReply> retrieve(const engine::CaRef& ca, std::uint32_t request_id) override {
        retrieved.push_back(ca.config() + ' ' + std::to_string(request_id));
        const auto at = pending.find(ca.config());
        if (at == pending.end()) {
            unexpected("CaClient::retrieve from " + ca.config());
        }
        return at->second({});
    }
    std::map<std::string, Result<std::vector<Bytes>>> own_certificates{};  // by config string
    std::map<std::string, Result<engine::ExchangeCertificate>> exchange{};
    int disconnected = 0;
    Result<std::vector<Bytes>> signing_certificates(const engine::CaRef& ca) override {
        const auto at = own_certificates.find(ca.config());
        if (at == own_certificates.end()) {
            return fail(kNotSupported, "the fake knows no certificates of " + ca.config());
        }
        return at->second;
    }
    Result<engine::ExchangeCertificate> exchange_certificate(const engine::CaRef& ca) override {
        const auto at = exchange.find(ca.config());
        if (at == exchange.end()) {
            unexpected("CaClient::exchange_certificate of " + ca.config());
        }
        return at->second;
    }
    void disconnect() override { ++disconnected; }
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
