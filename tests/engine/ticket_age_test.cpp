// Rule S13: a denial that contradicts the directory may be the tickets' fault.
#include "engine/ticket_age.h"

#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Asked = std::vector<std::string>;
using Next = TicketRemark::Next;

const std::string kGroup = "S-1-5-21-1-2-3-2107";

std::vector<Sid> sids_of(const std::vector<std::string>& texts) {
    std::vector<Sid> list;
    for (const std::string& text : texts) {
        list.push_back(sid(text));
    }
    return list;
}

TEST_CASE("what the directory grants and the tickets do not carry", "[tickets][S13]") {
    struct Row {
        const char* what;
        std::vector<std::string> granted;
        std::vector<std::string> tickets;
        std::vector<std::string> lacking;
    };
    const Row row = GENERATE(values<Row>({
        {"nothing", {}, {}, {}},
        {"the same", {"S-1-5-21-1-2-3-515"}, {"S-1-5-21-1-2-3-515"}, {}},
        {"one group is new",
         {"S-1-5-21-1-2-3-515", "S-1-5-21-1-2-3-516"},
         {"S-1-5-21-1-2-3-515"},
         {"S-1-5-21-1-2-3-516"}},
        {"one left since: the ticket has more", {}, {"S-1-5-21-1-2-3-515"}, {}},
        {"each host adds these by itself",
         {"S-1-1-0", "S-1-5-9", "S-1-5-11", "S-1-5-32-545"},
         {},
         {}},
        {"of another domain of the forest", {"S-1-5-21-9-9-9-1"}, {}, {"S-1-5-21-9-9-9-1"}},
        {"the authority counts, not the number behind it", {"S-1-18-21-1"}, {}, {}},
        {"a SID that is nothing but an authority", {"S-1-5"}, {}, {}},
    }));
    INFO(row.what);
    CHECK(lacking_in_tickets(sids_of(row.granted), sids_of(row.tickets)) == sids_of(row.lacking));
}

struct Repairing {
    FakeLogonSession session{};
    FakeCaClient ca{};
    Account account = machine_account();
    TicketRepair repair{&session, ca};
};

TEST_CASE("a ticket that lacks a group is renewed once, and the connections go with it",
          "[tickets][S13]") {
    Repairing world;
    world.session.carried = sids_of({std::string(kDomainComputers)});
    const TicketRemark first = world.repair.after_denial(world.account);
    CHECK(first.next == Next::ask_again);
    CHECK(first.fact ==
          "the ticket lacked S-1-5-21-1-2-3-1105, which the directory grants; took fresh tickets "
          "and asked again");
    CHECK_THAT(first.remedy, Catch::Contains("permissions as the CA sees them"));
    CHECK(world.session.renewals == 1);
    CHECK(world.ca.disconnected == 1);

    const TicketRemark second = world.repair.after_denial(world.account);
    CHECK(second.next == Next::believe_the_ca);
    CHECK(second.fact == "the tickets were renewed earlier in this pulse");
    CHECK(second.remedy == first.remedy);
    CHECK(world.session.renewals == 1);
    CHECK(world.ca.disconnected == 1);
}

TEST_CASE("tickets that cannot be read are renewed on suspicion", "[tickets][S13]") {
    Repairing world;
    world.session.carried = fail(kNotSupported, "read the ticket");
    const TicketRemark remark = world.repair.after_denial(world.account);
    CHECK(remark.next == Next::ask_again);
    CHECK(remark.fact ==
          "the tickets may be older than a group membership; took fresh tickets and asked again");
    CHECK(world.session.renewals == 1);
}

TEST_CASE("a ticket with every group is not the cause", "[tickets][S13]") {
    Repairing world;
    world.session.carried = sids_of({std::string(kDomainComputers), std::string(kMachine)});
    for (int denial = 0; denial < 2; ++denial) {
        const TicketRemark remark = world.repair.after_denial(world.account);
        CHECK(remark.next == Next::believe_the_ca);
        CHECK(remark.fact ==
              "the ticket carries every group that the directory grants, so it is not the cause");
        CHECK_THAT(remark.remedy, Catch::Contains("permissions as the CA sees them"));
    }
    CHECK(world.session.renewals == 0);
    CHECK(world.ca.disconnected == 0);
}

TEST_CASE("tickets that cannot be renewed: the way out is said", "[tickets][S13]") {
    Repairing world;
    SECTION("the session knows it") {
        world.session.renew_error = Error{kNotSupported, "renew the ticket", "Run kinit"};
        const TicketRemark remark = world.repair.after_denial(world.account);
        CHECK(remark.next == Next::believe_the_ca);
        CHECK_THAT(remark.fact,
                   Catch::StartsWith("the ticket lacked S-1-5-21-1-2-3-515, S-1-5-21-1-2-3-1105, "
                                     "which the directory grants; no fresh tickets: renew the "
                                     "ticket: ERROR_NOT_SUPPORTED (0x80070032)") ||
                       Catch::StartsWith("the ticket lacked S-1-5-21-1-2-3-1105, "
                                         "S-1-5-21-1-2-3-515, which the directory grants; no "
                                         "fresh tickets: renew the ticket: "));
        CHECK(remark.remedy == "Run kinit");
    }
    SECTION("or the general one") {
        world.session.renew_error = Error{kNoKdc, "ask the KDC", {}};
        CHECK_THAT(world.repair.after_denial(world.account).remedy,
                   Catch::StartsWith("Sign out and in again"));
    }
    CHECK(world.ca.disconnected == 0);
    CHECK(world.repair.after_denial(world.account).next == Next::believe_the_ca);
}

TEST_CASE("without a logon session nothing is said about tickets", "[tickets][S13]") {
    FakeCaClient ca;
    TicketRepair repair{nullptr, ca};
    const TicketRemark remark = repair.after_denial(machine_account());
    CHECK(remark.next == Next::believe_the_ca);
    CHECK(remark.fact.empty());
    CHECK(remark.remedy.empty());
}

TEST_CASE("of many groups three are named", "[tickets][S13]") {
    Repairing world;
    world.account.sids = sids_of({"S-1-5-21-1-2-3-1", "S-1-5-21-1-2-3-2", "S-1-5-21-1-2-3-3",
                                  "S-1-5-21-1-2-3-4", "S-1-5-21-1-2-3-5"});
    CHECK_THAT(world.repair.after_denial(world.account).fact,
               Catch::Contains("S-1-5-21-1-2-3-3, 2 more, which the directory grants"));
}

// A CA that looks at the tickets: it denies until they carry the group.
struct GroupPulse : PulseWorld {
    explicit GroupPulse(std::vector<Template> templates = {autoenrolled("CorpMachine")})
        : PulseWorld(std::move(templates)) {
        directory.account->value().sids.push_back(sid(kGroup));
        std::ranges::sort(directory.account->value().sids);
        session.carried = sids_of({std::string(kDomainComputers), std::string(kMachine)});
        session.after = directory.account->value().sids;
        tickets = &session;
        ca.authorities[kCa1] = judges(1);
        ca.authorities[kCa2] = judges(2);
    }
    FakeCaClient::Behaviour judges(int number) {
        return [this, number](const Bytes& key) -> Result<CaReply> {
            seen.push_back(key);
            const bool lets_in =
                session.carried &&
                std::ranges::find(*session.carried, sid(kGroup)) != session.carried->end();
            return lets_in
                       ? issues(number)(key)
                       : answers(Disposition::denied, 0x80094012, "Denied by Policy Module")(key);
        };
    }
    std::vector<Bytes> seen{};
};

TEST_CASE("a denial that contradicts the directory: fresh tickets, and the same CA once more",
          "[pulse][S13]") {
    GroupPulse world;
    world.with_two_cas();
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.asked == Asked{kCa1, kCa1});
    CHECK(world.seen.at(0) == world.seen.at(1));  // the same request, the same key
    CHECK(world.keys.requests.size() == 1);
    CHECK(report.enrolled.size() == 1);
    CHECK(world.session.renewals == 1);
    CHECK(world.ca.disconnected == 1);
    CHECK(world.numbers() == std::vector<std::string>{"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"});
    CHECK(report.decisions[0].verdict == Verdict::issued);
    CHECK(report.decisions[0].fact ==
          "request 17 at " + kCa1 + "; valid until 2027-11-21T12:00:00Z; the ticket lacked " +
              kGroup + ", which the directory grants; took fresh tickets and asked again");
    REQUIRE(report.notes.size() == 1);
    CHECK(report.notes[0] ==
          "template CorpMachine: " + kCa1 +
              ": request 17 was denied (\"Denied by Policy Module\"); the ticket lacked " + kGroup +
              ", which the directory grants; took fresh tickets and asked again");
    CHECK(world.memory.memory.refusals.empty());  // no back-off for what was repaired
}

TEST_CASE("after the repair the other templates of the pulse are asked for once", "[pulse][S13]") {
    GroupPulse world({autoenrolled("A"), autoenrolled("B")});
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.asked == Asked{kCa1, kCa1, kCa1});
    CHECK(report.enrolled.size() == 2);
    CHECK(world.session.renewals == 1);
    CHECK_THAT(report.decisions[1].fact, !Catch::Contains("ticket"));
}

TEST_CASE("a denial that fresh tickets do not change counts, and the next CA has its turn",
          "[pulse][S13][next-ca][back-off]") {
    GroupPulse world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x80094012);
    world.ca.authorities[kCa2] = PulseWorld::answers(Disposition::denied, 0x80094012);
    const PulseReport report = world.pulse();
    CHECK(world.ca.asked == Asked{kCa1, kCa1, kCa2});
    CHECK(world.session.renewals == 1);
    CHECK(world.memory.memory.refusals.size() == 2);
    REQUIRE(report.failures.size() == 2);
    CHECK_THAT(report.failures[0].sentence(),
               Catch::Contains("submit to " + kCa2) &&
                   Catch::Contains("; the tickets were renewed earlier in this pulse: "
                                   "CERTSRV_E_TEMPLATE_DENIED (0x80094012)"));
    CHECK_THAT(
        report.failures[1].sentence(),
        Catch::Contains("submit to " + kCa1) && Catch::Contains("the ticket lacked " + kGroup) &&
            Catch::Contains("took fresh tickets and asked again: CERTSRV_E_TEMPLATE_DENIED"));
    CHECK_THAT(report.decisions[0].remedy, Catch::Contains("permissions as the CA sees them"));
}

TEST_CASE("another answer to the second attempt is taken as it is", "[pulse][S13]") {
    GroupPulse world;
    int calls = 0;
    std::uint32_t second = 0;
    world.ca.authorities[kCa1] = [&](const Bytes& key) -> Result<CaReply> {
        return ++calls == 1           ? PulseWorld::answers(Disposition::denied, 0x80094012)(key)
               : second == 0x800706BE ? PulseWorld::unreachable(second)(key)
                                      : PulseWorld::answers(Disposition::pending, second)(key);
    };
    SECTION("its answer is lost: rule W7") {
        second = 0x800706BE;
        const PulseReport report = world.pulse();
        CHECK_THAT(report.decisions[0].fact, Catch::Contains("0x800706BE"));
        CHECK(world.store.requests.size() == 1);
        CHECK(world.keys.keys.contains("key 1"));
    }
    SECTION("it waits for a manager") {
        const PulseReport report = world.pulse();
        CHECK(report.decisions[0].verdict == Verdict::pending);
        CHECK_THAT(
            report.decisions[0].fact,
            Catch::EndsWith("which the directory grants; took fresh tickets and asked again"));
    }
    CHECK(calls == 2);
    CHECK(world.memory.memory.refusals.empty());
}

TEST_CASE("other denials and other failures leave the tickets alone", "[pulse][S13]") {
    GroupPulse world;
    const std::uint32_t code = GENERATE(0x80094011U, 0x80094800U, 0x80070005U);
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, code);
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked == Asked{kCa1});
    CHECK(world.session.renewals == 0);
}

TEST_CASE("tickets that are up to date: the denial stands, and they are not blamed",
          "[pulse][S13]") {
    GroupPulse world;
    world.session.carried = world.session.after;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::failed, 0x80094012);
    const PulseReport report = world.pulse();
    CHECK(world.ca.asked == Asked{kCa1});
    CHECK(world.session.renewals == 0);
    CHECK_THAT(report.decisions[0].fact,
               Catch::Contains("the ticket carries every group that the directory grants"));
    CHECK(world.memory.memory.refusals.size() == 1);
    CHECK(report.notes.empty());
}

}  // namespace
}  // namespace ae::engine
