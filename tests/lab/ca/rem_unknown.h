// IRemUnknown and IRemUnknown2 of the object exporter ([MS-DCOM] 3.1.1.5.6).
#pragma once

#include "tests/lab/ca/call_log.h"
#include "tests/lab/ca/object_table.h"

#include <functional>

namespace ae::labca {

class RemUnknown {
  public:
    RemUnknown(ObjectTable& objects, std::function<bool()> offers_d2)
        : objects_(objects), offers_d2_(std::move(offers_d2)) {}
    // The reply stub; `record` gets the method's name before anything can fail.
    Bytes call(const RpcCall& call, CallRecord& record);

  private:
    Bytes query_interface(NdrReader& in);
    Bytes add_ref(NdrReader& in);
    Bytes release(NdrReader& in);

    ObjectTable& objects_;
    std::function<bool()> offers_d2_;
};

// ([MS-DCOM] 2.2.21) what RemQueryInterface answers per interface.
struct RemQiResult {
    std::uint32_t hresult = 0;
    StdObjRef ref{};
};
Bytes write_query_interface_reply(const std::vector<RemQiResult>& results, std::uint32_t hresult);

struct QueryInterfaceRequest {
    Guid ipid{};
    std::uint32_t refs = 0;
    std::vector<Guid> iids{};
};
QueryInterfaceRequest read_query_interface(NdrReader& in);  // after ORPCTHIS

struct InterfaceRef {
    Guid ipid{};
    std::uint32_t public_refs = 0;
    std::uint32_t private_refs = 0;
};
std::vector<InterfaceRef> read_interface_refs(NdrReader& in);  // RemAddRef, RemRelease

}  // namespace ae::labca
