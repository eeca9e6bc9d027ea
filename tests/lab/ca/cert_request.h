// ICertRequestD and ICertRequestD2 on the wire, and the service of the exporter port
// ([MS-WCCE] 3.2.1.4).
//
// For: NDR of their methods, the authority check, the call log.  The work is in enrollment.h.
#pragma once

#include "tests/lab/ca/enrollment.h"
#include "tests/lab/ca/ndr.h"
#include "tests/lab/ca/object_table.h"
#include "tests/lab/ca/rem_unknown.h"

namespace ae::labca {

struct RequestParameters {
    std::string authority{};
    bool has_authority = false;
    Submission submission{};
};
// After ORPCTHIS.  dwFlags comes first in Request and second in Request2.
RequestParameters read_request_parameters(NdrReader& in, Submission::Method method);
Bytes write_request_reply(const Outcome& outcome, const Faults& faults = {});

class ExporterService : public RpcService {
  public:
    ExporterService(ObjectTable& objects, CallLog& log, Enrollment& enrollment,
                    const FaultSwitch& faults);
    bool serves(const Syntax& abstract) const override;
    Bytes call(const RpcCall& call) override;
    WireFaults faults_of(const RpcCall& call) const override;
    bool deaf() const override;

  private:
    Bytes certificate_call(const RpcCall& call, CallRecord& record);
    Bytes request(NdrReader& in, Submission::Method method, const Caller& caller,
                  CallRecord& record);
    Bytes get_ca_cert(NdrReader& in, CallRecord& record);
    Bytes get_property(NdrReader& in, CallRecord& record);
    Bytes get_property_info(NdrReader& in, CallRecord& record);
    Bytes ping(NdrReader& in, CallRecord& record);
    void check_authority(const std::optional<std::string>& authority) const;
    void check_object(const RpcCall& call);

    ObjectTable& objects_;
    CallLog& log_;
    Enrollment& enrollment_;
    const FaultSwitch& faults_;
    RemUnknown rem_unknown_;
};

}  // namespace ae::labca
