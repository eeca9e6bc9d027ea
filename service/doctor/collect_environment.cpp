#include "service/doctor/collect_environment.h"

#include "ca-client/rpc/connection.h"
#include "ca-client/rpc/security_context.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/root_dse_clock.h"
#include "service/clock.h"
#include "service/doctor/this_host.h"
#include "service/doctor/timed.h"
#include "service/member.h"
#include "service/native_client/native_client.h"

namespace ae::service {
namespace {

using engine::Scope;

constexpr std::chrono::seconds kConnect{5};
constexpr std::chrono::seconds kClockAnswer{3};
// The Kerberos library has patience of its own, and more of it.
constexpr std::chrono::seconds kSignIn{15};
constexpr std::uint16_t kKerberosPort = 88;
constexpr std::int32_t kMessage = 1;

class EnvironmentLook {
  public:
    EnvironmentLook(const Sources& sources, Time now) : sources_(sources), now_(now) {}

    EnvironmentFacts look() {
        if (find_account() && find_controller() && reach_controller()) {
            ask_clock();
            sign_in();
        }
        look_for_other_clients();
        return std::move(facts_);
    }

  private:
    bool find_account() {
        const ProcessIdentity process = process_identity();
        const bool user = sources_.scope == Scope::user;
        facts_.process_account = process.account;
        facts_.other_identity = user && process.not_session_owner;
        facts_.user_is_local = user && process.service_account;
        auto member = find_member(sources_, now_);
        if (!member) {
            const Hresult code = member.error().code;
            facts_.user_is_local = facts_.user_is_local ||
                                   (user && (code == kNoCredentials || code == kNotDomainJoined));
            facts_.not_a_member = std::move(member.error());
            return false;
        }
        member_ = std::move(*member);
        facts_.domain = member_.directory.domain_dns;
        facts_.account = member_.directory.account_name;
        facts_.host = member_.ca.machine_fqdn;
        return !facts_.user_is_local;
    }

    bool add(std::vector<Attempt> attempts) {
        for (Attempt& one : attempts) {
            facts_.controller.push_back(std::move(one));
        }
        return facts_.controller.empty() || !facts_.controller.back().problem;
    }

    bool find_controller() {
        return add(ask_name_service(facts_.domain)) &&
               add({timed("find a domain controller of " + facts_.domain,
                          [&]() -> Result<std::string> {
                              auto found = member_.locator->find(facts_.domain, {});
                              if (!found) {
                                  return pass(found);
                              }
                              controller_ = std::move(*found);
                              return described();
                          })});
    }

    [[nodiscard]] std::string described() const {
        return controller_.dns_name +
               (controller_.address.empty() ? "" : " (" + controller_.address + ")") +
               (controller_.client_site.empty() ? ", which knows no site of this host"
                                                : ", site " + controller_.client_site);
    }

    [[nodiscard]] std::string place() const {
        return controller_.address.empty() ? controller_.dns_name : controller_.address;
    }

    bool reach(std::string_view service, std::uint16_t port) {
        return add({timed(
            std::string(service) + " " + std::to_string(port) + " at " + controller_.dns_name,
            [&]() -> Result<std::string> {
                auto opened = ca::Connection::open(place(), port, kConnect);
                return opened ? Result<std::string>("answers") : pass(opened);
            })});
    }

    bool reach_controller() {
        return reach("LDAP", controller_.port) && reach("Kerberos", kKerberosPort);
    }

    // A controller that does not tell its time is no finding: Kerberos will say whether it matters.
    void ask_clock() {
        if (const auto there = controllers_time()) {
            facts_.skew = *there - wall_clock();
        }
    }

    Result<Time> controllers_time() {
        auto connection = ca::Connection::open(place(), controller_.port, kConnect);
        if (!connection) {
            return pass(connection);
        }
        const auto deadline = ca::deadline_in(kClockAnswer);
        if (Done sent = (*connection)->write(policy::encode_clock_query(kMessage), deadline);
            !sent) {
            return pass(sent);
        }
        Bytes message;
        for (;;) {
            const auto size = policy::message_size(message);
            if (!size) {
                return tl::unexpected<Error>(size.error());
            }
            if (*size && message.size() == **size) {
                return policy::parse_clock_answer(kMessage, message);
            }
            auto more = (*connection)->read(*size ? **size - message.size() : 1, deadline);
            if (!more) {
                return pass(more);
            }
            message.insert(message.end(), more->begin(), more->end());
        }
    }

    // Linux: the machine's own exchange with the KDC, or a look at the user's cache.  Windows: a
    // ticket for the controller, out of the logon session that this process runs in.
    void sign_in() {
        const auto& prepare = member_.directory.prepare_credentials;
        if (!prepare && member_.directory.credentials.explicit_member) {
            return;  // no logon session of that account
        }
        facts_.sign_in = timed("sign in as " + facts_.account, [&]() -> Result<std::string> {
            const ca::Bound bound{ca::deadline_in(kSignIn), {}};
            Done done = prepare ? ca::bounded<std::monostate>("sign in", bound,
                                                              [prepare, controller = controller_] {
                                                                  return prepare(controller);
                                                              })
                                : ca::bounded<std::monostate>(
                                      "sign in", bound,
                                      [host = controller_.dns_name] { return take_ticket(host); });
            return done ? Result<std::string>("has tickets of " + to_lower(facts_.domain))
                        : pass(done);
        });
    }

    static Done take_ticket(const std::string& host) {
        auto context = ca::create_security_context(
            {.mechanism = ca::Mechanism::kerberos, .target_host = host});
        if (!context) {
            return pass(context);
        }
        auto leg = (*context)->step({});
        return leg ? done() : pass(leg);
    }

    void look_for_other_clients() {
        const auto tasks = make_native_tasks();
        if (!tasks) {
            return;  // there is no Task Scheduler, or it is not ours to look at
        }
        const std::string mine = sources_.scope == Scope::machine ? kMachineTask : kUserTask;
        const auto task = (*tasks)->look(mine);
        if (task && task->state == TaskState::enabled) {
            facts_.other_clients.push_back(std::string(kNativeTaskFolder) + '\\' + mine);
        }
    }

    const Sources& sources_;
    Time now_;
    Member member_{};
    policy::DomainController controller_{};
    EnvironmentFacts facts_{};
};

}  // namespace

EnvironmentFacts look_at_environment(const Sources& sources, Time now) {
    return EnvironmentLook(sources, now).look();
}

std::optional<Error> out_of_reach(const EnvironmentFacts& facts) {
    if (facts.not_a_member) {
        return facts.not_a_member;
    }
    for (const Attempt& step : facts.controller) {
        if (step.problem) {
            return step.problem;
        }
    }
    return facts.sign_in ? facts.sign_in->problem : std::nullopt;
}

}  // namespace ae::service
