// A small forest around run_pulse(): one directory, two CAs, empty stores.  A test changes what its
// story needs and calls pulse().
#pragma once

#include "engine/pulse.h"
#include "tests/support/builders.h"
#include "tests/support/fake_ports.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace ae::test {

struct PulseWorld {
    FakePolicySource policy{};
    FakeDirectory directory{};
    FakeKeyStore keys{};
    FakeCertStore store{};
    FakeChainChecker chains{};
    FakeCrypto crypto{};
    FakeCaClient ca{};
    FakeEventSink sink{};
    FakeMemoryStore memory{};
    FakeUser user{};
    FakeLogonSession session{};
    engine::LogonSession* tickets = nullptr;        // &session: the pulse may renew them
    std::string subject = "ws1.corp.example.test";  // of what the CAs issue
    engine::PulseOptions options{
        .scope = engine::Scope::machine, .now = kNow, .seed = 1, .abilities = abilities()};

    // One CA by default, so that the order of CAs plays no part.
    explicit PulseWorld(std::vector<engine::Template> templates = {autoenrolled("CorpMachine")}) {
        policy.answer = policy_of(7);
        directory.account = machine_account();
        engine::Replica replica;
        replica.server.dns_name = "dc1.corp.example.test";
        replica.roots = {{root_certificate()}, {}, true, {}};
        replica.intermediates = {{ca_certificate("Corp Issuing CA 1")}, {}, true, {}};
        replica.nt_auth = {{ca_certificate("Corp Issuing CA 1")}, {}, true, {}};
        std::vector<std::string> names;
        for (const engine::Template& t : templates) {
            names.push_back(t.name);
        }
        replica.services = {service(1, names)};
        replica.templates = std::move(templates);
        directory.replica = std::move(replica);
        chains.otherwise = engine::ChainStatus{};
        keys.may_create = true;
        ca.authorities[kCa1] = issues(1);
        ca.authorities[kCa2] = issues(2);
    }

    [[nodiscard]] engine::Replica& replica() { return **directory.replica; }

    // Both CAs offer everything, and ca1 is asked first.
    void with_two_cas() {
        std::vector<std::string> names = replica().services.front().templates;
        replica().services = {service(1, names), service(2, names)};
        replica().services.front().sites = {"Berlin"};
        replica().server.site = "Berlin";
    }

    [[nodiscard]] engine::Ports ports() {
        return {policy, directory, keys, store, chains, crypto, ca, sink, memory, &user, tickets};
    }
    engine::PulseReport pulse() {
        sink.events.clear();
        ca.asked.clear();
        return engine::run_pulse(ports(), options);
    }

    // A certificate of MY with its key; a copy, because pulses change MY.
    engine::HeldCertificate hold(engine::HeldCertificate one) {
        keys.held[one.thumbprint] = "key of " + one.thumbprint;
        store.my.push_back(one);
        return one;
    }
    // An entry of REQUEST with its key, whose CA answers so.
    void wait_for(const engine::Template& of, FakeCaClient::Behaviour answer,
                  Time submitted = kNow - kDay) {
        store.requests.push_back(pending_since(of, submitted));
        keys.keys["pending-key"] = engine::KeyAlgorithm::rsa;
        ca.pending[kCa1] = std::move(answer);
    }
    // What the CA issued for the key of that entry.
    [[nodiscard]] FakeCaClient::Behaviour issued_meanwhile() {
        return [this](const Bytes&) { return issues(1)(fake_public_key("pending-key")); };
    }

    [[nodiscard]] std::vector<std::string> numbers() const { return sink.numbers(); }
    // The text of the first event with this number, as numbers() writes it.
    [[nodiscard]] std::string event(const std::string& number) const {
        const std::vector<std::string> all = sink.all_numbers();
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i] == number) {
                return sink.events[i].text;
            }
        }
        return "no event " + number;
    }

    // A CA that issues what was asked for.
    [[nodiscard]] FakeCaClient::Behaviour issues(int number) {
        return [this, number](const Bytes& public_key) -> Result<engine::CaReply> {
            engine::CaReply reply;
            reply.disposition = engine::Disposition::issued;
            reply.request_id = 17;
            reply.certificate = leaf(number, public_key);
            reply.chain = {ca_certificate("Corp Issuing CA " + std::to_string(number)),
                           root_certificate()};
            return reply;
        };
    }
    [[nodiscard]] Bytes leaf(int number, const Bytes& public_key) {
        return make_certificate(leaf_spec(number, public_key));
    }
    [[nodiscard]] CertificateSpec leaf_spec(int number, const Bytes& public_key) {
        const std::string name = "Corp Issuing CA " + std::to_string(number);
        const auto asked = ca.wanted.find(public_key);
        const engine::Template& wanted =
            asked == ca.wanted.end() ? replica().templates.front() : asked->second;
        return {.subject = subject,
                .issuer = name,
                .subject_key = public_key,
                .issuer_key = ca_key(name),
                .not_before = options.now - std::chrono::minutes(5),
                .not_after = options.now + 365 * kDay,
                .template_oid = wanted.oid,
                .template_major = wanted.major_version};
    }
    static FakeCaClient::Behaviour unreachable(std::uint32_t code = 0x800706BA) {
        return [code](const Bytes&) -> Result<engine::CaReply> {
            return fail(hresult(code), "connect");
        };
    }
    static FakeCaClient::Behaviour answers(engine::Disposition disposition, std::uint32_t code,
                                           std::string message = {}) {
        return [=](const Bytes&) -> Result<engine::CaReply> {
            return engine::CaReply{.disposition = disposition,
                                   .request_id = 17,
                                   .code = hresult(code),
                                   .message = message};
        };
    }
};

}  // namespace ae::test
