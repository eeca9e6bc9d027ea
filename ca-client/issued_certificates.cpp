#include "ca-client/issued_certificates.h"

namespace ae::ca {

Result<std::vector<Bytes>> certificates_of_signed_data(ByteView cms) {
    auto parts = read_signed_data(cms);
    if (!parts) {
        return pass(parts, "the answer is no SignedData that can be read");
    }
    std::vector<Bytes> certificates;
    for (const ByteView each : parts->certificates) {
        certificates.emplace_back(each.begin(), each.end());
    }
    return certificates;
}

}  // namespace ae::ca
