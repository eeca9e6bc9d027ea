// Values for tests, each good in every way until a test spoils one thing.
#pragma once

#include "engine/plan.h"
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

inline const std::string kCa1 = "ca1.corp.example.test\\Corp Issuing CA 1";
inline const std::string kCa2 = "ca2.corp.example.test\\Corp Issuing CA 2";

inline engine::Abilities abilities() {
    return {.providers = {"Microsoft RSA SChannel Cryptographic Provider",
                          "Microsoft Enhanced Cryptographic Provider v1.0",
                          "Microsoft Software Key Storage Provider"},
            .renewal = true};
}

// These services, each with a chain that holds.
inline void offer(engine::Snapshot& world, std::vector<engine::EnrollmentService> services) {
    world.services = std::move(services);
    world.ca_trust.clear();
    for (const engine::EnrollmentService& one : world.services) {
        world.ca_trust.push_back({one.ref(), {}});
    }
}

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
    offer(world, {service(1, names)});
    world.abilities = abilities();
    return world;
}

// A valid certificate in MY, 100 days old, 265 days to go.
inline engine::HeldCertificate held(const engine::Template& of) {
    engine::HeldCertificate h;
    h.facts.not_before = kNow - 100 * kDay;
    h.facts.not_after = kNow + 265 * kDay;
    h.facts.dns_names = {"ws1.corp.example.test"};
    h.facts.template_reference = engine::TemplateReference{of.oid, {}, of.major_version, 0};
    h.thumbprint = to_hex(fake_digest(as_bytes(of.name))) + "0000000000000000";
    h.facts.der = Bytes(as_bytes(h.thumbprint).begin(), as_bytes(h.thumbprint).end());
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
    for (const engine::Decision& one : engine::make_plan(world).decisions) {
        if (one.about == engine::About::template_type && one.template_name == name) {
            return one;
        }
    }
    return {.template_name = name, .fact = "there is no decision for it"};
}

inline engine::Decision decision_about(engine::About about, const std::string& subject,
                                       const engine::Snapshot& world) {
    for (const engine::Decision& one : engine::make_plan(world).decisions) {
        if (one.about == about && one.subject == subject) {
            return one;
        }
    }
    return {.fact = "there is no decision about " + subject};
}
inline engine::Decision about_certificate(const engine::HeldCertificate& one,
                                          const engine::Snapshot& world) {
    return decision_about(engine::About::certificate, one.thumbprint, world);
}
inline engine::Decision about_request(const engine::PendingRequest& one,
                                      const engine::Snapshot& world) {
    return decision_about(engine::About::request, one.key_reference, world);
}

// "enroll CorpMachine", "archive 12ab34cd", ... in the order of the plan.
inline std::vector<std::string> actions_of(const engine::Plan& plan) {
    std::vector<std::string> list;
    for (const engine::Action& one : plan.actions) {
        const bool by_template = one.kind == engine::ActionKind::enroll;
        const bool by_key =
            one.kind == engine::ActionKind::retrieve || one.kind == engine::ActionKind::forget;
        list.push_back(std::string(engine::to_string(one.kind)) + ' ' +
                       (by_template ? one.template_name
                        : by_key    ? one.key_reference
                                    : one.thumbprint.substr(0, 8)));
    }
    return list;
}

// Without the warnings (rule X3), which every certificate near its end brings along.
inline engine::Plan quiet_plan(const engine::Snapshot& world) {
    engine::Plan plan = engine::make_plan(world);
    std::erase_if(plan.actions,
                  [](const engine::Action& one) { return one.kind == engine::ActionKind::warn; });
    return plan;
}

// `value` with one thing changed.
template <class T, class Change>
T changed(T value, Change change) {
    change(value);
    return value;
}

inline engine::Decision decide(const engine::Template& t) {
    return decision(t.name, world_of({t}));
}

}  // namespace ae::test
