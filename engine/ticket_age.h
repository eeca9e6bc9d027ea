// Is a denial the fault of old tickets?  A CA judges by the groups in the caller's Kerberos ticket,
// which are those of the day when it was made; this client judges by the directory (rule S11).
// Every template that is asked for has passed E3, so CERTSRV_E_TEMPLATE_DENIED contradicts the
// directory: rule S13 takes fresh tickets, once in a pulse, and has the same CA asked once more.
//
// Not for: reading or getting tickets (ports.h LogonSession).
// Source: autoenrollment rules S11, wcce-client section 10 (0x80094012).  TicketRepair: one
// pulse, one thread; it keeps references.
#pragma once

#include "engine/ports.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

inline constexpr Hresult kTemplateDenied = hresult(0x80094012);  // CERTSRV_E_TEMPLATE_DENIED

// The SIDs that the directory grants and the tickets do not carry.  Only those of domains count
// (S-1-5-21-...): what is well known or built in, each host adds by itself.
std::vector<Sid> lacking_in_tickets(const std::vector<Sid>& granted,
                                    const std::vector<Sid>& tickets);

// What is to be done about a denial, and what is to be said.
struct TicketRemark {
    enum class Next { believe_the_ca, ask_again };
    Next next = Next::believe_the_ca;
    std::string fact{};    // a clause for the trail; empty: the tickets play no part
    std::string remedy{};  // of a denial that stands; empty: the code's own
};

class TicketRepair {
  public:
    TicketRepair(LogonSession* session, CaClient& ca) : session_(session), ca_(ca) {}

    // After kTemplateDenied.  ask_again comes once at most: the tickets are new then, and the CA
    // client's connections, which the old ones made, are closed.
    TicketRemark after_denial(const Account& account);

  private:
    TicketRemark examine(const Account& account);

    LogonSession* session_;
    CaClient& ca_;
    std::optional<TicketRemark> known_{};  // what later denials of this pulse are told
};

}  // namespace ae::engine
