#include "service/ticket_session.h"

#include "engine/base/hresult_table.h"

#include <utility>

namespace ae::service {
namespace {

class TicketSession final : public engine::LogonSession {
  public:
    TicketSession(policy::LdapDirectory& directory, std::function<Done()> renew)
        : directory_(directory), renew_(std::move(renew)) {}

    Result<std::vector<Sid>> sids() override { return directory_.session_sids(); }

    Done renew() override {
        return renew_ ? renew_()
                      : fail(kNotSupported, "the tickets of this run are not this program's");
    }

  private:
    policy::LdapDirectory& directory_;
    std::function<Done()> renew_;
};

}  // namespace

std::unique_ptr<engine::LogonSession> make_ticket_session(policy::LdapDirectory& directory,
                                                          std::function<Done()> renew) {
    return std::make_unique<TicketSession>(directory, std::move(renew));
}

}  // namespace ae::service
