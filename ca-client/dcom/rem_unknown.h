// IRemUnknown ([MS-DCOM] 3.1.1.5.6): more interfaces of an object, and giving references back.
// Stubs in, values out; pure.
#pragma once

#include "ca-client/dcom/orpc.h"
#include "engine/base/result.h"

#include <vector>

namespace ae::ca {

struct QueryInterface {
    Guid causality{};
    Guid ipid{};  // of any interface of the object
    std::uint32_t references = 5;
    std::vector<Guid> interfaces{};
};
Bytes encode_query_interface(const QueryInterface& query);

struct QueriedInterface {
    Hresult result{};
    ObjectReference object{};  // meaningful when `result` is no failure
};
// One entry per interface asked for.  Error: the server's own failure code, or kInvalidData.
Result<std::vector<QueriedInterface>> decode_query_interface(ByteView stub, std::size_t asked);

struct ReleasedReference {
    Guid ipid{};
    std::uint32_t public_references = 0;
};
Bytes encode_release(const Guid& causality, const std::vector<ReleasedReference>& references);

// Reply of a method that returns nothing but its HRESULT (RemRelease, Ping2).
Result<Hresult> decode_plain_result(ByteView stub);

}  // namespace ae::ca
