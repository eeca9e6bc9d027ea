// The endpoint mapper of port 135: ept_map, ept_lookup_handle_free ([C706] appendix O,
// [MS-RPCE] 2.2.1.2).
//
// For: clients that look for an interface on ncacn_ip_tcp.
// Not for: ept_lookup, registration from outside, object UUIDs.  Also without security, as on
// Windows where RestrictRemoteClients is off. Threads: call() from any.
// Errors: RpcFault, ParseError.
#pragma once

#include "tests/lab/ca/call_log.h"
#include "tests/lab/ca/ndr.h"

#include <functional>

namespace ae::labca {

struct RegisteredEndpoint {
    Syntax interface_id{};
    std::uint16_t port = 0;
};

// One floor of a protocol tower ([C706] appendix L).
struct Floor {
    Bytes left{};
    Bytes right{};
};
std::vector<Floor> read_tower(View octets);
Bytes write_tower(const std::vector<Floor>& floors);
// The five floors of ncacn_ip_tcp over NDR; `address` is IPv4, dotted.
std::vector<Floor> tcp_tower(const Syntax& interface_id, std::uint16_t port,
                             const std::string& address);

class EndpointMapper : public RpcService {
  public:
    // `registered` is asked at each call.
    EndpointMapper(CallLog& log, std::string address,
                   std::function<std::vector<RegisteredEndpoint>()> registered)
        : log_(log), address_(std::move(address)), registered_(std::move(registered)) {}
    bool serves(const Syntax& abstract) const override;
    Bytes call(const RpcCall& call) override;

  private:
    Bytes map(NdrReader& in) const;

    CallLog& log_;
    std::string address_;
    std::function<std::vector<RegisteredEndpoint>()> registered_;
};

// Port 135: whichever of the two has the interface.
class MapperPort : public RpcService {
  public:
    MapperPort(RpcService& resolver, EndpointMapper& mapper)
        : resolver_(resolver), mapper_(mapper) {}
    bool serves(const Syntax& abstract) const override {
        return mapper_.serves(abstract) || resolver_.serves(abstract);
    }
    Bytes call(const RpcCall& call) override;
    WireFaults faults_of(const RpcCall& call) const override;
    bool deaf() const override { return resolver_.deaf(); }

  private:
    RpcService& resolver_;
    EndpointMapper& mapper_;
};

}  // namespace ae::labca
