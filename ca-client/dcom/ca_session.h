// The objects of certification authorities that one client holds: each activated once, used for
// several calls, given back at the end.  Blocks; one thread.
// An object is replaced before a call when it is older than kObjectLifetime, when its connection
// broke, or when the server hung up or talked out of turn meanwhile: nothing has been asked then.
#pragma once

#include "ca-client/ca_client.h"
#include "ca-client/transport_dcom.h"

#include <map>
#include <string>

namespace ae::ca {

// One activated object of the class CCertRequestD.
struct CaSession {
    RemoteObject object;
    bool second = false;  // through ICertRequestD2
    std::chrono::steady_clock::time_point activated{};
};

class CaSessions {
  public:
    CaSessions(const CaClientOptions& options, DcomWorld world)
        : options_(options), world_(std::move(world)) {}
    CaSessions(const CaSessions&) = delete;
    CaSessions& operator=(const CaSessions&) = delete;
    ~CaSessions() { release_all(); }

    struct Held {
        Result<CaSession*> session;  // valid until the next call of this class
        bool reused = false;
        bool lost = false;  // it was activated, and then nobody was at its place
    };
    // Errors name host and step; kServerUnavailable stands for every lost connection and silence.
    Held hold(const engine::CaRef& ca);
    // Forgets it without a word to the server, whose connection is of no use any more.
    void drop(const engine::CaRef& ca);
    void release_all();

  private:
    [[nodiscard]] Held open(const engine::CaRef& ca);
    void release(const std::string& host, CaSession& session);
    void log(const std::string& text) const;

    const CaClientOptions& options_;
    DcomWorld world_;
    std::map<std::string, CaSession> sessions_{};  // by host, in lower case
};

// RFC 4122 4.4, a new one for each call: what the server's traces tell calls apart by.
Guid random_guid();

}  // namespace ae::ca
