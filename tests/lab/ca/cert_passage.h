// ICertPassage ([MS-ICPR] 3.2.4.1): one method, CertServerRequest, on a port of its own.
//
// For: NDR, the rules of that document, the call log.  The work is in enrollment.h, and is that
// of ICertRequestD::Request.  Threads: call() from any.
// Errors: RpcFault, ParseError, DropConnection.
#pragma once

#include "tests/lab/ca/enrollment.h"
#include "tests/lab/ca/ndr.h"

namespace ae::labca {

struct PassageParameters {
    std::optional<std::string> authority{};
    Bytes attributes{};  // pctbAttribs as it came
    Submission submission{};
};
PassageParameters read_cert_server_request(NdrReader& in);
// The text of pctbAttribs; none when it is empty.  HresultError 0x80070057 when cb is not the
// length of the text with its terminator.
std::optional<std::string> attribute_text(View octets);
Bytes write_cert_server_reply(const Outcome& outcome);

class CertPassageService : public RpcService {
  public:
    CertPassageService(CallLog& log, Enrollment& enrollment, const FaultSwitch& faults)
        : log_(log), enrollment_(enrollment), faults_(faults) {}
    bool serves(const Syntax& abstract) const override;
    Bytes call(const RpcCall& call) override;
    WireFaults faults_of(const RpcCall&) const override { return faults_.now(); }
    bool deaf() const override { return faults_.now().silence == WireFaults::Silence::bind; }

  private:
    Bytes answer(const RpcCall& call, CallRecord& record);

    CallLog& log_;
    Enrollment& enrollment_;
    const FaultSwitch& faults_;
};

}  // namespace ae::labca
