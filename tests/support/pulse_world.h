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

inline const std::string kCa1 = "ca1.corp.example.test\\Corp Issuing CA 1";
inline const std::string kCa2 = "ca2.corp.example.test\\Corp Issuing CA 2";

struct PulseWorld {
    FakePolicySource policy{};
    FakeDirectory directory{};
    FakeKeyStore keys{};
    FakeCertStore store{};
    FakeChainChecker chains{};
    FakeCrypto crypto{};
    FakeCaClient ca{};
    FakeEventSink sink{};
    engine::PulseOptions options{engine::Scope::machine, kNow, 1};

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

    engine::PulseReport pulse() {
        sink.events.clear();
        ca.asked.clear();
        const engine::Ports ports{policy, directory, keys, store, chains, crypto, ca, sink};
        return engine::run_pulse(ports, options);
    }

    // A CA that issues for the first template that it offers.
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
        const std::string name = "Corp Issuing CA " + std::to_string(number);
        return make_certificate({.issuer = name,
                                 .subject_key = public_key,
                                 .issuer_key = ca_key(name),
                                 .not_before = kNow - std::chrono::minutes(5),
                                 .not_after = kNow + 365 * kDay,
                                 .template_oid = replica().templates.front().oid});
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
