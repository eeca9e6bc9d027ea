// What surrounds every COM call on the wire: ORPCTHIS, ORPCTHAT and marshalled object references
// ([MS-DCOM] 2.2.13, 2.2.18).  Readers note their complaints in the NdrReader.  Pure.
#pragma once

#include "ca-client/rpc/dual_string.h"
#include "ca-client/rpc/ndr.h"

namespace ae::ca {

// [MS-DCOM] 2.2.13.1; RemoteCreateInstance goes with the second.
enum class OrpcFlags : std::uint32_t { none = 0, activation = 1 };

// Version 5.7, no extensions.  The causality id is one random GUID per enrollment.
void write_orpc_this(NdrWriter& out, const Guid& causality, OrpcFlags flags = OrpcFlags::none);

// Walks over extensions within limits and drops them.
void read_orpc_that(NdrReader& in);

// STDOBJREF: one reference to one interface of one object.
struct ObjectReference {
    std::uint32_t flags = 0;
    std::uint32_t public_references = 0;  // owed to RemRelease
    std::uint64_t oxid = 0;               // the exporter
    std::uint64_t oid = 0;                // the object
    Guid ipid{};                          // the interface: object UUID of its calls
    bool operator==(const ObjectReference&) const = default;
};
ObjectReference read_object_reference(NdrReader& in);

// OBJREF of the interface `iid`, standard or extended.  Handler and custom references are refused:
// they would have the server choose code that runs here.
ObjectReference read_interface_reference(ByteView objref, const Guid& iid, NdrReader& complaints);

// The pointee of a PMInterfacePointer: the OBJREF octets, at most 1 MiB.
ByteView read_interface_pointer(NdrReader& in);

void write_custom_reference(NdrWriter& out, const Guid& iid, const Guid& unmarshaler,
                            ByteView blob);
// The blob of a custom OBJREF with exactly these identifiers (activation properties).
ByteView read_custom_reference(ByteView objref, const Guid& iid, const Guid& unmarshaler,
                               NdrReader& complaints);

}  // namespace ae::ca
