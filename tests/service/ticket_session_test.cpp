// Rule S13: the tickets of one run.
#include "service/ticket_session.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

class KnownDirectory final : public policy::LdapDirectory {
  public:
    Result<std::vector<Sid>> session = std::vector<Sid>{};

    Result<engine::Account> read_account(engine::Scope) override { return fail(kUnexpected, ""); }
    Result<engine::Replica> read_replica() override { return fail(kUnexpected, ""); }
    Done unpublish(const std::vector<Bytes>&) override { return fail(kUnexpected, ""); }
    Result<std::vector<Sid>> session_sids() override { return session; }
    Result<policy::SearchAnswer> look_up(const policy::LdapUrl&) override {
        return fail(kUnexpected, "");
    }
    Result<policy::SidNames> names_of(const std::vector<Sid>&) override {
        return fail(kUnexpected, "");
    }
};

TEST_CASE("whom the tickets make us is what the directory sees", "[tickets][S13]") {
    KnownDirectory directory;
    directory.session = std::vector<Sid>{*Sid::parse("S-1-5-21-1-2-3-515")};
    const auto session = make_ticket_session(directory, [] { return done(); });
    REQUIRE(session->sids());
    CHECK(*session->sids() == *directory.session);
    directory.session = fail(kNotSupported, "the root DSE shows no tokenGroups");
    CHECK(session->sids().error().code == kNotSupported);
}

TEST_CASE("how they are renewed is the platform's", "[tickets][S13]") {
    KnownDirectory directory;
    int renewals = 0;
    CHECK(make_ticket_session(directory, [&] { return ++renewals, done(); })->renew());
    CHECK(renewals == 1);
    CHECK(make_ticket_session(directory, [] { return Done(fail(kNoKdc, "ask")); })
              ->renew()
              .error()
              .code == kNoKdc);
    // --as-member: the tickets are not this program's.
    CHECK(make_ticket_session(directory, {})->renew().error().code == kNotSupported);
}

}  // namespace
}  // namespace ae::service
