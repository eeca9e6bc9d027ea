#include "ca-client/wcce/cert_passage.h"

#include "ca-client/rpc/ndr.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::ca {
namespace {

// How [MS-ICPR] 3.2.4.1.1 prints the number of E_ACCESSDENIED, which it had on 16-bit systems.
constexpr std::uint32_t kOldAccessDenied = 0x80000009;

// cb counts the terminator, anything else is E_INVALIDARG ([MS-ICPR] 3.2.4.1.1).  No attributes are
// the empty text: the rule speaks of no octets without a terminator.
Bytes attribute_text(const std::optional<std::string>& attributes) {
    Bytes units = utf16le_from_utf8(attributes.value_or(""));
    units.insert(units.end(), 2, 0);
    return units;
}

// The method returns a DWORD.  The CA's own errors in it are HRESULTs, those of the runtime under
// it Win32.
Hresult hresult_of_dword(Hresult returned) {
    const std::uint32_t value = value_of(returned);
    if (value == kOldAccessDenied) {
        return kAccessDenied;
    }
    return value != 0 && value < 0x10000 ? hresult(0x80070000 + value) : returned;
}

}  // namespace

Bytes encode_cert_server_request(const CertificateRequest& request) {
    NdrWriter out;
    out.u32(request.flags & ~kFullResponse);
    out.unique_string(request.authority);
    out.u32(request.request_id);
    out.blob(attribute_text(request.attributes));
    out.blob(request.octets);
    return out.take();
}

Result<CertificateAnswer> decode_cert_server_request(ByteView stub) {
    NdrReader in(stub);
    CertificateAnswer answer = read_certificate_answer(in);
    answer.method = AnswerMethod::older;
    answer.result = hresult_of_dword(answer.result);
    if (!in.ok()) {
        return in.failure();
    }
    return answer;
}

}  // namespace ae::ca
