// The activation properties BLOB ([MS-DCOM] 2.2.22) and the type serialization around each of its
// parts ([MS-RPCE] 2.2.6).  Shared by both directions of RemoteCreateInstance.  Pure.
#pragma once

#include "ca-client/rpc/interfaces.h"
#include "ca-client/rpc/ndr.h"

#include <vector>

namespace ae::ca {

// [MS-DCOM] 1.9 and 2.2.22.2
namespace property_class {
inline Guid of(std::string_view low) {
    return known_guid(std::string(low) + "-0000-0000-c000-000000000046");
}
inline const Guid kPropertiesIn = of("00000338");
inline const Guid kPropertiesOut = of("00000339");
inline const Guid kInstantiationInfo = of("000001ab");
inline const Guid kActivationContextInfo = of("000001a5");
inline const Guid kServerLocationInfo = of("000001a4");
inline const Guid kScmRequestInfo = of("000001aa");
inline const Guid kPropsOutInfo = of("00000339");
inline const Guid kScmReplyInfo = of("000001b6");
}  // namespace property_class

inline const Guid kIidPropertiesIn = property_class::of("000001a2");
inline const Guid kIidPropertiesOut = property_class::of("000001a3");

// One property, or the header: its body, unpadded and without serialization headers.
struct ActivationProperty {
    Guid property_class{};
    Bytes body{};
};
// Octets that `body` takes on the wire, with serialization headers and padding.
std::size_t serialized_size(ByteView body);
Bytes encode_property_blob(const std::vector<ActivationProperty>& properties);

// A property of a received blob; `body` points into it.
struct PropertyView {
    Guid property_class{};
    ByteView body{};
};
std::vector<PropertyView> decode_property_blob(ByteView blob, NdrReader& complaints);

}  // namespace ae::ca
