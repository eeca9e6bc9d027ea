// The certificates by which the CA that was asked is known, while one of its answers is judged
// (checks I3, I8): those that the directory lists, and, while the directory lags behind a renewed
// CA, those that the CA tells itself.  Of the latter one is believed only with the subject of a
// listed one, as a CA's, and when it chains to the trust set.
// Not for: whether the CA may be asked at all (rule "choice 2").
// Asks the CA once at most, and only when the list does not explain the answer.  One thread.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "engine/ports.h"

#include <functional>
#include <string>
#include <vector>

namespace ae::engine {

// CaClient::signing_certificates() of the CA in question; none: the allowance does not hold.
using AskForCertificates = std::function<Result<std::vector<Bytes>>()>;

class CaCertificates {
  public:
    using Match = std::function<bool(const CertificateFacts&)>;

    CaCertificates(const EnrollmentService& ca, const Anchors& anchors, Time now,
                   AskForCertificates ask, ChainChecker& chains)
        : ca_(ca), anchors_(anchors), now_(now), ask_(std::move(ask)), chains_(chains) {}

    // The first that matches, listed ones before others; nullptr when none does.  The facts live as
    // long as this object.
    const CertificateFacts* find(const Match& match);

    // Empty, or the sentence that the directory does not list what find() returned.
    [[nodiscard]] const std::string& note() const { return note_; }
    // Empty, or the end of a sentence: why the CA's own list could not help.
    [[nodiscard]] const std::string& why_not() const { return why_not_; }
    // kOk, or the code with which the CA's own list did not come: nothing is decided then.
    [[nodiscard]] Hresult problem() const { return problem_; }

  private:
    enum class Known { nothing, listed, all };

    void read_listed();
    void read_own();
    bool believed(const CertificateFacts& own, const std::vector<Bytes>& all) const;

    const EnrollmentService& ca_;
    const Anchors& anchors_;
    Time now_;
    AskForCertificates ask_;
    ChainChecker& chains_;
    Known known_ = Known::nothing;
    std::vector<CertificateFacts> listed_{};
    std::vector<CertificateFacts> own_{};
    std::string note_{};
    std::string why_not_{};
    Hresult problem_ = kOk;
};

}  // namespace ae::engine
