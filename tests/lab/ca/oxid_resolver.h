// The services on port 135: IObjectExporter, IRemoteSCMActivator and IActivation
// ([MS-DCOM] 3.1.2.5).
//
// Activation needs packet privacy; ServerAlive, ServerAlive2 and the resolver calls also come
// without security, as on Windows.  Only the CA class can be activated.
#pragma once

#include "tests/lab/ca/activation.h"
#include "tests/lab/ca/call_log.h"
#include "tests/lab/ca/object_table.h"

#include <functional>

namespace ae::labca {

struct ServerNames {
    std::vector<std::string> addresses{};  // host name first, then the literal address
    std::uint16_t exporter_port = 0;
};

class OxidResolver : public RpcService {
  public:
    // `offers_d2` is asked at each activation: the fault no-d2 takes ICertRequestD2 away.
    OxidResolver(ObjectTable& objects, CallLog& log, ServerNames names,
                 std::function<bool()> offers_d2)
        : objects_(objects),
          log_(log),
          names_(std::move(names)),
          offers_d2_(std::move(offers_d2)) {}

    bool serves(const Syntax& abstract) const override;
    Bytes call(const RpcCall& call) override;

  private:
    Bytes dispatch(const RpcCall& call, CallRecord& record);
    Bytes server_alive2() const;
    Bytes resolve_oxid(NdrReader& in, bool with_version) const;
    Bytes complex_ping(NdrReader& in);
    std::vector<StringBinding> bindings(bool with_port) const;
    // The reply and the HRESULT; no reply when nothing could be activated.
    std::pair<std::optional<ActivationReply>, std::uint32_t> activate(
        const ActivationRequest& request);

    ObjectTable& objects_;
    CallLog& log_;
    ServerNames names_;
    std::function<bool()> offers_d2_;
};

}  // namespace ae::labca
