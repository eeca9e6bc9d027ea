// Request, retrieve, approve, deny, revoke: the CA's own logic behind ICertRequestD and the control
// socket.
//
// Not for: NDR (cert_request.h).  Threads: every method may be called from any thread.
// Errors: submit() never throws for what a client did: the outcome carries HRESULT and disposition.
#pragma once

#include "tests/lab/ca/call_log.h"
#include "tests/lab/ca/enrollment_policy.h"
#include "tests/lab/ca/faults.h"
#include "tests/lab/ca/request_db.h"
#include "tests/lab/ca/responses.h"

namespace ae::labca {

namespace disposition {
constexpr std::uint32_t kDenied = 2, kIssued = 3, kUnderSubmission = 5, kRevoked = 6;
}

struct Submission {
    std::uint32_t flags = 0;
    std::optional<std::string> serial{};
    std::uint32_t request_id = 0;
    std::optional<std::string> attributes{};
    Bytes request{};
    enum class Method { request, request2 } method = Method::request2;
};

struct Outcome {
    std::uint32_t hresult = 0;
    std::uint32_t request_id = 0;
    std::uint32_t disposition = 0;
    Bytes response{};  // pctbFullResponse, or pctbCertChain of the older method
    Bytes certificate{};
    std::string message{};
};

struct StrangeCa;

class Enrollment {
  public:
    Enrollment(CaIdentity ca, DirectoryFactory directory, const FaultSwitch& faults);
    ~Enrollment();
    Enrollment(const Enrollment&) = delete;
    Enrollment& operator=(const Enrollment&) = delete;

    Outcome submit(const Submission& submission, const Caller& caller, CallRecord& record);

    // What a manager does.  Each returns one sentence; std::invalid_argument when it cannot be
    // done.
    std::string approve(std::uint32_t id);
    std::string deny(std::uint32_t id);
    std::string revoke(std::uint32_t id);
    std::string list() const;  // one JSON object per line

    const CaIdentity& ca() const { return ca_; }
    Bytes crl() const;
    // Any thread.
    std::optional<RequestRow> row_of(const std::string& serial) const {
        return db_.find_serial(serial);
    }
    std::vector<Template> offered() const;  // as GetCAProperty lists them
    // Takes this list instead of the directory's certificateTemplates.
    void offer(std::vector<std::string> names) { forced_offer_ = std::move(names); }

  private:
    Outcome enroll(const Submission& submission, const Caller& caller, CallRecord& record);
    void process(RequestRow& row, const CertificateRequest& request, const Submission& submission,
                 const Caller& caller, const Faults& faults);
    Outcome retrieve(const Submission& submission, CallRecord& record) const;
    Outcome outcome_of(const RequestRow& row, const Submission& submission,
                       const Faults& faults) const;
    RequestRow row_in(std::uint32_t id, RowStatus wanted) const;
    void publish();

    CaIdentity ca_;
    DirectoryFactory directory_;
    const FaultSwitch& faults_;
    RequestDb db_;
    std::optional<std::vector<std::string>> forced_offer_{};
    std::unique_ptr<StrangeCa> stranger_;  // for the fault untrusted-chain
};

}  // namespace ae::labca
