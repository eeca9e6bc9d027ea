// Sealed associations to the ICertPassage of certification authorities ([MS-ICPR] 3.1.3): the end
// point is looked up once, then used for several calls.  Blocks; one thread.
// The endpoint mapper is asked under the same seal as the CA, which [MS-RPCE] 3.3.2.6.3 allows: a
// host that answers nobody else (RestrictRemoteClients) answers, and nobody on the way moves us to
// another port.  Still only the port is taken from its answer: what is dialled, and who must prove
// to be there, is the CA's dNSHostName. An association is replaced before a call when nothing was
// asked through it for four minutes, or when the server hung up or talked out of turn meanwhile.
#pragma once

#include "ca-client/transport_icpr.h"

#include <map>
#include <string>

namespace ae::ca {

inline constexpr std::chrono::minutes kPassageIdleLimit{4};

struct PassageSession {
    Association association;
    std::string where;  // "on ca1.corp.example.test:49153"
    std::chrono::steady_clock::time_point used{};
};

class PassageSessions {
  public:
    PassageSessions(const CaClientOptions& options, DcomWorld world)
        : options_(options), world_(std::move(world)) {}
    PassageSessions(const PassageSessions&) = delete;
    PassageSessions& operator=(const PassageSessions&) = delete;

    struct Held {
        Result<PassageSession*> session;  // valid until the next call of this class
        bool reused = false;
    };
    // Errors name host and step; kServerUnavailable stands for every lost connection and silence.
    Held hold(const engine::CaRef& ca);
    void drop(const engine::CaRef& ca);
    void drop_all();

  private:
    Result<PassageSession> open(const engine::CaRef& ca) const;
    void log(const std::string& text) const;

    const CaClientOptions& options_;
    DcomWorld world_;
    std::map<std::string, PassageSession> sessions_{};  // by host, in lower case
};

}  // namespace ae::ca
