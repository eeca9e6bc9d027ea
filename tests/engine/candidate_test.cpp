#include "engine/candidate.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

// One thing is spoilt in an otherwise good template; the row names the rule that says so.
struct Row {
    std::string what;
    Template wanted;
    Verdict verdict;
    std::string rule;
    std::string fact;
};

template <class Change>
Template spoilt(Change change) {
    Template t = autoenrolled("T");
    change(t);
    return t;
}

void check(const Row& row) {
    INFO(row.what);
    const Decision decided = decide(row.wanted);
    CHECK(to_string(decided.verdict) == to_string(row.verdict));
    CHECK(decided.rule == row.rule);
    CHECK(decided.fact == row.fact);
}

constexpr const char* kNothingHeld =
    "no certificate of it is in MY; allow object ACE 2 for S-1-5-21-1-2-3-515 grants Autoenroll; "
    "offered by ca1.corp.example.test\\Corp Issuing CA 1";

TEST_CASE("a template that is good in every way is wanted", "[requirements][E1-E10][Q1]") {
    check({"version 2", autoenrolled("T"), Verdict::enroll, "Q1", kNothingHeld});
    for (const std::uint32_t version : {3U, 4U}) {
        check({"version", spoilt([&](Template& t) {
                   t.schema_version = version;
                   t.providers = {{1, "Microsoft Software Key Storage Provider"}};
               }),
               Verdict::enroll, "Q1", kNothingHeld});
    }
}

TEST_CASE("a template that the account cannot read", "[requirements][S1][E3]") {
    check({"no descriptor", spoilt([](Template& t) { t.security_descriptor.reset(); }),
           Verdict::not_readable, "S1", "the directory returned no security descriptor"});
    check({"a broken one", spoilt([](Template& t) { t.security_descriptor = Bytes(3, 0); }),
           Verdict::not_readable, "S1", "security descriptor: 3 octets are no header"});
    check({"row 8: no Read", spoilt([](Template& t) {
               t.security_descriptor = SecurityBuilder()
                                           .allow_object(kDomainComputers, kEnroll)
                                           .allow_object(kDomainComputers, kAutoenroll)
                                           .bytes();
           }),
           Verdict::not_readable, "E3", "none of the 2 ACEs grants the account Read"});
}

TEST_CASE("only schema versions 2, 3 and 4 are autoenrollable", "[requirements][E1]") {
    // The bit 0x20 stands in many default version 1 templates and proves nothing.
    check({"version 1 with bit 0x20", spoilt([](Template& t) { t.schema_version = 1; }),
           Verdict::not_autoenrollable, "E1",
           "schema version 1, and only version 2 and later can be autoenrolled"});
    // The parser puts a version that it does not know into the fault.
    check({"unknown version", spoilt([](Template& t) {
               t.schema_version = 5;
               t.fault = "msPKI-Template-Schema-Version has the unknown value 5";
           }),
           Verdict::not_understood, "F1", "msPKI-Template-Schema-Version has the unknown value 5"});
}

TEST_CASE("the template must ask for autoenrollment", "[requirements][E2]") {
    check({"bit 0x20 clear", spoilt([](Template& t) { t.enrollment_flags = 0; }),
           Verdict::not_autoenrollable, "E2",
           "msPKI-Enrollment-Flag lacks AUTO_ENROLLMENT (0x20)"});
}

TEST_CASE("Enroll and Autoenroll are both needed", "[requirements][E3]") {
    check({"Autoenroll only", spoilt([](Template& t) {
               t.security_descriptor = SecurityBuilder()
                                           .allow(kAuthenticatedUsers, kReadRights)
                                           .allow_object(kDomainComputers, kAutoenroll)
                                           .bytes();
           }),
           Verdict::no_enroll_right, "E3", "none of the 2 ACEs grants the account Enroll"});
    // Somebody meant this account to have it: worth a warning (event 46).
    CHECK(decide(spoilt([](Template& t) {
              t.security_descriptor = SecurityBuilder()
                                          .allow(kAuthenticatedUsers, kReadRights)
                                          .allow_object(kDomainComputers, kAutoenroll)
                                          .bytes();
          })).event == EventId::ce_access_denied);
    CHECK_FALSE(decide(spoilt([](Template& t) {
                    t.security_descriptor =
                        SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
                })).event);
    check({"Enroll only", spoilt([](Template& t) {
               t.security_descriptor = SecurityBuilder()
                                           .allow(kAuthenticatedUsers, kReadRights)
                                           .allow_object(kDomainComputers, kEnroll)
                                           .bytes();
           }),
           Verdict::no_autoenroll_right, "E3", "none of the 2 ACEs grants the account Autoenroll"});
    check({"a deny before the allow", spoilt([](Template& t) {
               t.security_descriptor = SecurityBuilder()
                                           .deny_object(kMachine, kAutoenroll)
                                           .allow(kAuthenticatedUsers, kReadRights)
                                           .allow_object(kDomainComputers, kEnroll)
                                           .allow_object(kDomainComputers, kAutoenroll)
                                           .bytes();
           }),
           Verdict::no_autoenroll_right, "E3",
           "deny object ACE 1 for S-1-5-21-1-2-3-1105 denies Autoenroll"});
}

TEST_CASE("to grant a right elsewhere helps only where nothing denies it", "[requirements][E3]") {
    const auto remedy = [](const SecurityBuilder& builder) {
        return decide(spoilt([&](Template& t) { t.security_descriptor = builder.bytes(); })).remedy;
    };
    const SecurityBuilder readable = SecurityBuilder().allow(kAuthenticatedUsers, kReadRights);
    CHECK(remedy(readable) == "grant Enroll on the template to a group of this account");
    CHECK(remedy(SecurityBuilder(readable).deny_object(kMachine, kEnroll)) ==
          "remove that entry, or the account from the group it names");
}

TEST_CASE("a template belongs to machines or to users", "[requirements][E4]") {
    const Template user = spoilt([](Template& t) { t.general_flags = 0; });
    check({"user template, machine pulse", user, Verdict::wrong_context, "E4",
           "a user template in a machine pulse"});
    CHECK(decide(user).event == EventId::ce_user_only);

    Snapshot world = world_of({autoenrolled("T")});
    world.account.scope = Scope::user;
    const Decision decided = decision("T", world);
    CHECK(decided.verdict == Verdict::wrong_context);
    CHECK(decided.fact == "a machine template in a user pulse");
    CHECK(decided.event == EventId::ce_machine_only);

    world.templates = {user};
    CHECK(decision("T", world).verdict == Verdict::enroll);
}

TEST_CASE("a foreign template without rights is no warning", "[requirements][E4]") {
    const Template user = spoilt([](Template& t) {
        t.general_flags = 0;
        t.security_descriptor = SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
    });
    CHECK(decide(user).verdict == Verdict::no_enroll_right);
    CHECK_FALSE(decide(user).event);
}

TEST_CASE("templates that make CAs are never autoenrolled", "[requirements][E5]") {
    for (const std::uint32_t bit : {general_flag::kIsCa, general_flag::kIsCrossCa}) {
        check({"CA type", spoilt([&](Template& t) { t.general_flags |= bit; }),
               Verdict::not_autoenrollable, "E5", "it makes certification authorities"});
    }
}

TEST_CASE("authorized signatures: two can never be given, one by an own certificate",
          "[requirements][E6]") {
    const Template two = spoilt([](Template& t) { t.ra_signatures = 2; });
    check({"two", two, Verdict::not_autoenrollable, "E6",
           "2 authorized signatures are required, and at most one can be given"});
    CHECK(decide(two).event == EventId::ce_signature_requirement);
    CHECK_THAT(decide(two).remedy, Catch::Contains("at most one signature"));
    const Template one = spoilt([](Template& t) { t.ra_signatures = 1; });
    check({"one, and nobody to sign", one, Verdict::not_autoenrollable, "E6",
           "one authorized signature is required, and no valid certificate of MY has the policies "
           "for it"});
    CHECK(decide(one).event == EventId::ce_signature_requirement);
}

TEST_CASE("nobody can be asked for a subject", "[requirements][E7]") {
    for (const std::uint32_t bit :
         {name_flag::kEnrolleeSuppliesSubject, name_flag::kEnrolleeSuppliesAltName}) {
        check({"supplied", spoilt([&](Template& t) { t.name_flags |= bit; }),
               Verdict::not_autoenrollable, "E7",
               "the subject is to be supplied in the request, and nobody can be asked"});
    }
}

TEST_CASE("templates for Windows 8.1 and 10 are taken, newer ones skipped aloud",
          "[requirements][E8]") {
    for (const std::uint32_t flags : {0x05050000U, 0x06060000U}) {
        check({"known client version", spoilt([&](Template& t) { t.private_key_flags = flags; }),
               Verdict::enroll, "Q1", kNothingHeld});
    }
    check({"client version 7", spoilt([](Template& t) { t.private_key_flags = 0x07060000; }),
           Verdict::not_supported, "E8", "it asks for client version 7, this client has 6"});
}

TEST_CASE("what this client cannot do is said", "[requirements][E8]") {
    const auto flagged = [](std::uint32_t flag) {
        return spoilt([&](Template& t) { t.private_key_flags = flag; });
    };
    check({"Strong", flagged(private_key_flag::kStrongKeyProtection), Verdict::not_supported, "E8",
           "it requires a question to the user at each use of the key, which this client's keys do "
           "not ask"});
    check({"Hello", flagged(private_key_flag::kHelloLogonKey), Verdict::not_supported, "E8",
           "it is for Windows Hello logon keys"});
    check({"archival", flagged(private_key_flag::kRequireArchival), Verdict::not_supported, "E8",
           "it requires private-key archival, which this client cannot do"});
    check({"attestation", flagged(private_key_flag::kAttestRequired), Verdict::not_supported, "E8",
           "it requires key attestation, which this client cannot do"});
    check({"PSS", flagged(private_key_flag::kAlternateSignatureAlgorithm), Verdict::not_supported,
           "E8", "it requires the alternate signature format, which this client cannot make"});

    const Template card = spoilt([](Template& t) {
        t.providers = {{1, "Microsoft Base Smart Card Crypto Provider"}};
    });
    check({"provider", card, Verdict::not_supported, "E8",
           "none of its providers is here: Microsoft Base Smart Card Crypto Provider"});
    CHECK(decide(card).event == EventId::ce_provider_missing);

    const Template odd = spoilt([](Template& t) {
        t.schema_version = 4;
        t.providers = {{1, "Microsoft Software Key Storage Provider"}};
        t.asymmetric_algorithm = "DSA";
    });
    check({"algorithm", odd, Verdict::not_supported, "E8", "this client makes no DSA keys"});
    CHECK(decide(odd).event == EventId::ce_algorithm_missing);
    CHECK_THAT(decide(odd).remedy, Catch::Contains("cryptography tab"));
}

TEST_CASE("a machine never waits for a person", "[requirements][E9][R-UI2]") {
    const Template prompting = spoilt(
        [](Template& t) { t.enrollment_flags |= enrollment_flag::kUserInteractionRequired; });
    check({"machine", prompting, Verdict::not_autoenrollable, "E9",
           "it needs a person's part, and a machine has nobody to ask"});
    CHECK(decide(prompting).event == EventId::ce_needs_interaction);
}

TEST_CASE("a user may be asked, so the prompt alone refuses nothing", "[requirements][E9]") {
    Snapshot world = world_of({spoilt([](Template& t) {
        t.general_flags = 0;
        t.enrollment_flags |= enrollment_flag::kUserInteractionRequired;
    })});
    world.account.scope = Scope::user;
    world.abilities.interaction = true;
    CHECK(decision("T", world).verdict == Verdict::enroll);
}

TEST_CASE("what this client can do it does not refuse", "[requirements][E8]") {
    Snapshot world = world_of({spoilt([](Template& t) {
        t.schema_version = 4;
        t.private_key_flags = private_key_flag::kRequireArchival |
                              private_key_flag::kAttestRequired |
                              private_key_flag::kAlternateSignatureAlgorithm;
    })});
    world.abilities.archival = world.abilities.attestation = true;
    world.abilities.alternate_signature = true;
    CHECK(decision("T", world).verdict == Verdict::enroll);
    for (bool Abilities::*lost :
         {&Abilities::archival, &Abilities::attestation, &Abilities::alternate_signature}) {
        world.abilities.*lost = false;
        CHECK(decision("T", world).rule == "E8");
        world.abilities.*lost = true;
    }
    // A provider of the older kind cannot, whatever this client can.
    world.templates[0].private_key_flags |= private_key_flag::kUseLegacyProvider;
    CHECK(decision("T", world).verdict == Verdict::not_supported);
    CHECK(decision("T", world).event == EventId::ce_algorithm_missing);
    // Windows Hello keys never [P].
    world.templates[0].private_key_flags |= private_key_flag::kHelloLogonKey;
    CHECK(decision("T", world).fact == "it is for Windows Hello logon keys");
}

TEST_CASE("some CA must offer the template to this account", "[requirements][E10][S12]") {
    Snapshot world = world_of({autoenrolled("T")});
    offer(world, {service(1, {"Other"})});
    Decision decided = decision("T", world);
    CHECK(decided.verdict == Verdict::not_offered);
    CHECK(decided.rule == "E10");
    CHECK(decided.fact == "no enrollment service lists it");
    CHECK_THAT(decided.remedy, Catch::Contains("publish the template"));
    CHECK(decided.event == EventId::ce_no_ca_issues);

    world.services = {service(1, {"T"})};
    world.services[0].security_descriptor = SecurityBuilder().bytes();
    decided = decision("T", world);
    CHECK(decided.verdict == Verdict::not_offered);
    CHECK(decided.fact ==
          "ca1.corp.example.test\\Corp Issuing CA 1: the DACL is empty and grants nothing");
    CHECK_THAT(decided.remedy, Catch::Contains("enrollment service object"));

    offer(world, {world.services[0], service(2, {"t"})});
    CHECK(decision("T", world).verdict == Verdict::enroll);
}

TEST_CASE("an attribute that is not understood is never skipped silently", "[requirements][F1]") {
    const auto faulty = [](Template& t) { t.fault = "pKIOverlapPeriod is positive"; };
    check({"a candidate otherwise", spoilt(faulty), Verdict::not_understood, "F1",
           "pKIOverlapPeriod is positive"});
    CHECK(decide(spoilt(faulty)).event == EventId::ce_template_unreadable);
    CHECK(decide(spoilt(faulty)).failure == hresult(0x8007000D));
    check({"refused for another reason", spoilt([&](Template& t) {
               faulty(t);
               t.enrollment_flags = 0;
           }),
           Verdict::not_autoenrollable, "E2",
           "msPKI-Enrollment-Flag lacks AUTO_ENROLLMENT (0x20); besides, pKIOverlapPeriod is "
           "positive"});
}

TEST_CASE("the first rule that fails is the decision", "[requirements][E1-E10]") {
    Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.services.clear();
    const auto rule_after = [&](auto repair) {
        const std::string rule = decision("T", world).rule;
        repair(world.templates[0]);
        return rule;
    };
    Template& bad = world.templates[0];
    bad.security_descriptor.reset();
    bad.schema_version = 1;
    bad.enrollment_flags = enrollment_flag::kUserInteractionRequired;
    bad.general_flags = general_flag::kIsCa;
    bad.ra_signatures = 2;
    bad.name_flags = name_flag::kEnrolleeSuppliesSubject;
    bad.private_key_flags = 0x0F000000;
    CHECK(rule_after([](Template& x) {
              x.security_descriptor =
                  SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
          }) == "S1");
    CHECK(rule_after([](Template& x) { x.schema_version = 2; }) == "E1");
    CHECK(rule_after([](Template& x) { x.enrollment_flags |= enrollment_flag::kAutoEnrollment; }) ==
          "E2");
    CHECK(rule_after([](Template& x) { x.security_descriptor = grants_everything(); }) == "E3");
    CHECK(rule_after([](Template& x) { x.general_flags |= general_flag::kMachineType; }) == "E4");
    CHECK(rule_after([](Template& x) { x.general_flags = general_flag::kMachineType; }) == "E5");
    CHECK(rule_after([](Template& x) { x.ra_signatures = 0; }) == "E6");
    CHECK(rule_after([](Template& x) { x.name_flags = 0; }) == "E7");
    CHECK(rule_after([](Template& x) { x.private_key_flags = 0; }) == "E8");
    CHECK(rule_after([](Template& x) { x.enrollment_flags = enrollment_flag::kAutoEnrollment; }) ==
          "E9");
    CHECK(decision("T", world).rule == "E10");
}

}  // namespace
}  // namespace ae::engine
