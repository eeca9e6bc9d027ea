// IRemUnknown ([MS-DCOM] 3.1.1.5.6): giving references back.  More interfaces of an object need not
// be asked for: activation asks for all that are wanted.  Stubs in, values out; pure.
#pragma once

#include "ca-client/dcom/orpc.h"
#include "engine/base/result.h"

#include <vector>

namespace ae::ca {

struct ReleasedReference {
    Guid ipid{};
    std::uint32_t public_references = 0;
};
Bytes encode_release(const Guid& causality, const std::vector<ReleasedReference>& references);

// Reply of a method that returns nothing but its HRESULT (RemRelease, Ping2).
Result<Hresult> decode_plain_result(ByteView stub);

}  // namespace ae::ca
