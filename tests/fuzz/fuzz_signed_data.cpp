// Certificates out of an answer are elements of it, in its order, and no more than the bound.
#include "ca-client/issued_certificates.h"
#include "engine/base/der.h"
#include "tests/fuzz/property.h"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using ae::fuzz::must_hold;
    const auto certificates = ae::ca::certificates_of_signed_data({data, size});
    if (!certificates) {
        return 0;
    }
    must_hold(certificates->size() <= ae::ca::kMaxCertificates, "bound");
    ae::ByteView rest(data, size);
    for (const ae::Bytes& certificate : *certificates) {
        const auto found =
            std::search(rest.begin(), rest.end(), certificate.begin(), certificate.end());
        must_hold(found != rest.end(), "in its order");
        rest = rest.subspan(static_cast<std::size_t>(found - rest.begin()) + certificate.size());
        ae::der::Reader reader(certificate);
        must_hold(reader.expect(ae::der::Tag::sequence) && reader.finish(), "one element");
    }
    return 0;
}
