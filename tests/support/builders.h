// Values for tests, each good in every way until a test spoils one thing.
#pragma once

#include "engine/requirements.h"
#include "engine/snapshot.h"
#include "tests/support/fake_certificate.h"
#include "tests/support/security_builder.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ae::test {

inline const Time kNow = time_from_string("2026-11-21T12:00:00Z").value();
inline constexpr std::chrono::days kDay{1};

inline constexpr std::string_view kMachine = "S-1-5-21-1-2-3-1105";
inline constexpr std::string_view kDomainComputers = "S-1-5-21-1-2-3-515";
inline constexpr std::string_view kAuthenticatedUsers = "S-1-5-11";
inline constexpr std::string_view kStranger = "S-1-5-21-1-2-3-9999";

inline engine::Account machine_account() {
    engine::Account account;
    account.scope = engine::Scope::machine;
    account.sam_account_name = "WS1$";
    account.domain_dns = "corp.example.test";
    account.dns_host_name = "ws1.corp.example.test";
    account.object_sid = sid(kMachine);
    account.sids = {sid(kMachine), sid(kDomainComputers), sid("S-1-1-0"), sid(kAuthenticatedUsers)};
    return account;
}

inline Bytes grants_everything() {
    return SecurityBuilder()
        .allow_object(kDomainComputers, kEnroll)
        .allow_object(kDomainComputers, kAutoenroll)
        .allow(kAuthenticatedUsers, kReadRights)
        .bytes();
}

inline std::string oid_of(const std::string& template_name) {
    std::string oid = "1.3.6.1.4.1.311.21.8.1";
    for (const char c : template_name) {
        oid += '.' + std::to_string(static_cast<unsigned char>(c));
    }
    return oid;
}

// A version 2 machine template that every domain computer may read, enroll for and autoenroll for.
inline engine::Template autoenrolled(std::string name, std::vector<std::string> supersedes = {}) {
    engine::Template t;
    t.oid = oid_of(name);
    t.name = std::move(name);
    t.schema_version = 2;
    t.major_version = 100;
    t.general_flags = engine::general_flag::kMachineType;
    t.enrollment_flags = engine::enrollment_flag::kAutoEnrollment;
    t.name_flags = engine::name_flag::kAltNameDns;
    t.minimal_key_size = 2048;
    t.default_key_spec = 1;
    t.validity = std::chrono::days(365);
    t.overlap = std::chrono::days(42);
    t.providers = {{1, "Microsoft RSA SChannel Cryptographic Provider"}};
    t.supersedes = std::move(supersedes);
    t.security_descriptor = grants_everything();
    return t;
}

inline Bytes ca_key(const std::string& name) { return fake_public_key("key of " + name); }

inline Bytes ca_certificate(const std::string& name) {
    return make_certificate({.subject = name,
                             .issuer = "Corp Root CA",
                             .subject_key = ca_key(name),
                             .issuer_key = ca_key("Corp Root CA"),
                             .not_before = kNow - 400 * kDay,
                             .not_after = kNow + 4000 * kDay,
                             .is_ca = true});
}

inline Bytes root_certificate() {
    return make_certificate({.subject = "Corp Root CA",
                             .issuer = "Corp Root CA",
                             .subject_key = ca_key("Corp Root CA"),
                             .issuer_key = ca_key("Corp Root CA"),
                             .not_before = kNow - 500 * kDay,
                             .not_after = kNow + 8000 * kDay,
                             .is_ca = true});
}

// `number` 1: "ca1.corp.example.test\Corp Issuing CA 1".
inline engine::EnrollmentService service(int number, std::vector<std::string> templates) {
    engine::EnrollmentService s;
    s.name = "Corp Issuing CA " + std::to_string(number);
    s.cn = s.name;
    s.dns_host = "ca" + std::to_string(number) + ".corp.example.test";
    s.certificates = {ca_certificate(s.name)};
    s.templates = std::move(templates);
    s.security_descriptor = SecurityBuilder().allow_object(kAuthenticatedUsers, kEnroll).bytes();
    return s;
}

inline engine::AutoenrollPolicy policy_of(std::uint32_t bits) { return {bits, "test"}; }

// One CA offers every template; MY and REQUEST are empty.
inline engine::Snapshot world_of(std::vector<engine::Template> templates) {
    engine::Snapshot world;
    world.now = kNow;
    world.policy = policy_of(7);
    world.account = machine_account();
    std::vector<std::string> names;
    for (const engine::Template& t : templates) {
        names.push_back(t.name);
    }
    world.templates = std::move(templates);
    world.services = {service(1, names)};
    return world;
}

// A valid certificate in MY, 100 days old, 265 days to go.
inline engine::HeldCertificate held(const engine::Template& of) {
    engine::HeldCertificate h;
    h.facts.not_before = kNow - 100 * kDay;
    h.facts.not_after = kNow + 265 * kDay;
    h.facts.template_reference = engine::TemplateReference{of.oid, {}, of.major_version, 0};
    h.thumbprint = to_hex(fake_digest(as_bytes(of.name))) + "0000000000000000";
    h.key = engine::KeyState::usable;
    return h;
}

inline engine::PendingRequest pending_since(const engine::Template& of, Time submitted) {
    return {.key_reference = "pending-key",
            .template_name = of.name,
            .ca = {"ca1.corp.example.test", "Corp Issuing CA 1"},
            .request_id = 17,
            .submitted = submitted};
}

inline engine::Decision decision(const std::string& name, const engine::Snapshot& world) {
    for (const engine::Decision& one : engine::build_requirements(world)) {
        if (one.template_name == name) {
            return one;
        }
    }
    return {.template_name = name, .fact = "there is no decision for it"};
}

inline engine::Decision decide(const engine::Template& t) {
    return decision(t.name, world_of({t}));
}

}  // namespace ae::test
