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
    // `offers_d2` is asked at each activation: the fault no-d2 takes ICertRequestD2 away.  So are
    // the `faults` of its answer, and by `dcom` whether there is one.
    OxidResolver(ObjectTable& objects, CallLog& log, ServerNames names,
                 std::function<bool()> offers_d2, std::function<WireFaults()> faults = {},
                 std::function<Dcom()> dcom = {})
        : objects_(objects),
          log_(log),
          names_(std::move(names)),
          offers_d2_(std::move(offers_d2)),
          faults_(std::move(faults)),
          dcom_(std::move(dcom)) {}

    bool serves(const Syntax& abstract) const override;
    Bytes call(const RpcCall& call) override;
    WireFaults faults_of(const RpcCall& call) const override;
    bool deaf() const override;

  private:
    Bytes dispatch(const RpcCall& call, CallRecord& record);
    Bytes server_alive2() const;
    Bytes resolve_oxid(NdrReader& in, bool with_version) const;
    Bytes complex_ping(NdrReader& in);
    std::vector<StringBinding> bindings(std::optional<std::uint16_t> at) const;  // with that port
    // The reply and the HRESULT; no reply when nothing could be activated.
    std::pair<std::optional<ActivationReply>, std::uint32_t> activate(
        const ActivationRequest& request);

    ObjectTable& objects_;
    CallLog& log_;
    ServerNames names_;
    std::function<bool()> offers_d2_;
    std::function<WireFaults()> faults_;
    std::function<Dcom()> dcom_;
};

}  // namespace ae::labca
