// ORPC framing and object references ([MS-DCOM] 2.2.13, 2.2.18, 2.2.19).
//
// For: ORPCTHIS, ORPCTHAT, STDOBJREF, OBJREF and DUALSTRINGARRAY as a server reads and writes them.
// Errors: ParseError; a wrong COM version is RpcFault 0x80010110.
#pragma once

#include "tests/lab/ca/ndr.h"

namespace ae::labca {

constexpr std::uint16_t kComMajor = 5;
constexpr std::uint16_t kComMinor = 7;

struct OrpcThis {
    std::uint32_t flags = 0;
    Guid causality{};
};
OrpcThis read_orpc_this(NdrReader& in);
void write_orpc_that(NdrWriter& out);  // no flags, no extensions

struct StringBinding {
    std::uint16_t tower = 7;  // ncacn_ip_tcp
    std::string address{};    // "host" or "host[port]"
};
// A DUALSTRINGARRAY whose security bindings name SPNEGO (9) and Kerberos (16) without a principal.
class DualStringArray {
  public:
    explicit DualStringArray(const std::vector<StringBinding>& bindings);
    void write_packed(NdrWriter& out) const;   // as inside an OBJREF
    void write_pointee(NdrWriter& out) const;  // max_count first, as NDR

  private:
    std::vector<std::uint16_t> units_{};
    std::uint16_t security_offset_ = 0;
};

struct StdObjRef {
    std::uint32_t flags = 0;
    std::uint32_t public_refs = 0;
    std::uint64_t oxid = 0;
    std::uint64_t oid = 0;
    Guid ipid{};
};
void write_std_obj_ref(NdrWriter& out, const StdObjRef& ref);
Bytes standard_obj_ref(const Guid& iid, const StdObjRef& ref, const DualStringArray& resolver);
Bytes custom_obj_ref(const Guid& iid, const Guid& clsid, View blob);

struct CustomObjRef {
    Guid iid{};
    Guid clsid{};
    View blob{};
};
CustomObjRef read_custom_obj_ref(View bytes);

// MInterfacePointer: counted OBJREF bytes.
View read_interface_pointer(NdrReader& in);
void write_interface_pointer(NdrWriter& out, View obj_ref);

}  // namespace ae::labca
