// The CA's object behind COM ([MS-WCCE] 3.2.1.4): activated, asked, given back.  Belongs to the
// apartment (com_client.h): any thread of it may ask, one at a time (rule W3).  Every call, and
// giving it back, blocks as long as COM does (bounded_call.h).
#pragma once

#include "ca-client/com/com_options.h"
#include "ca-client/com/com_pointer.h"
#include "ca-client/wcce/ca_property.h"

#include <string>

#include <certreqd.h>

namespace ae::ca {

struct ValueAnswer {
    Hresult result{};
    std::uint32_t count = 0;  // property_info() alone
    Bytes value{};
};

class CertRequestObject {
  public:
    // With ICertRequestD2 or, at a CA that has only the older one, ICertRequestD (rule W1). Nothing
    // was asked of it yet, so every error leaves the way to another CA open.
    static Result<CertRequestObject> activate(const std::string& host, Mechanism mechanism,
                                              const ComOptions& com);

    [[nodiscard]] bool second() const { return static_cast<bool>(newer_); }

    // `result` of every answer is what COM returned; the rest counts when that is the method's own
    // word (com_outcome.h).  Error kInvalidData: the method ran, and its answer cannot be read.
    Result<CertificateAnswer> request(const CertificateRequest& call);
    Hresult ping(const std::string& authority);
    // `result` kNotSupported: this interface does not have it, and nobody was asked.
    Result<ValueAnswer> property(const std::string& authority, const PropertyQuery& query);
    Result<ValueAnswer> property_info(const std::string& authority);

  private:
    CertRequestObject() = default;
    Done protect(const Protection& protection, const SetBlanket& set_blanket);

    ComPointer<IUnknown> identity_{};
    ComPointer<ICertRequestD> older_{};
    ComPointer<ICertRequestD2> newer_{};
};

}  // namespace ae::ca
