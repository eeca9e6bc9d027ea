#include "ca-client/dcom/orpc.h"

namespace ae::ca {
namespace {

constexpr std::uint32_t kSignature = 0x574F454D;  // "MEOW"
constexpr std::uint32_t kStandard = 1;
constexpr std::uint32_t kCustom = 4;
constexpr std::uint32_t kExtended = 8;
constexpr std::uint32_t kMaxExtents = 16;
constexpr std::size_t kMaxObjref = std::size_t{1} << 20;

void read_extent(NdrReader& in) {
    const std::uint32_t max_count = in.u32();
    in.uuid();
    const std::uint32_t size = in.u32();
    in.require(size <= in.left(), "an extension is longer than the octets left");
    const std::size_t rounded = (std::size_t{size} + 7) / 8 * 8;
    in.require(max_count == rounded, "max_count of an extension differs from its size");
    in.octets(rounded);
}

// Flags of the reference, once signature and interface are found right.
std::uint32_t read_reference_head(NdrReader& in, const Guid& iid) {
    in.require(in.u32() == kSignature, "an object reference has no MEOW signature");
    const std::uint32_t flags = in.u32();
    in.require(in.uuid() == iid, "an object reference is for another interface");
    return flags;
}

}  // namespace

void write_orpc_this(NdrWriter& out, const Guid& causality, OrpcFlags flags) {
    out.u16(5);
    out.u16(7);
    out.u32(static_cast<std::uint32_t>(flags));
    out.u32(0);  // reserved
    out.uuid(causality);
    out.null();  // extensions
}

void read_orpc_that(NdrReader& in) {
    in.u32();  // flags
    if (!in.pointer()) {
        return;
    }
    const std::uint32_t size = in.u32();
    in.u32();
    in.require(size <= kMaxExtents, "there are more than 16 extensions");
    if (!in.pointer() || !in.ok()) {
        return;
    }
    const std::uint32_t slots = (size + 1U) & ~1U;
    in.array_of(slots, 4);
    std::uint32_t present = 0;
    for (std::uint32_t i = 0; i < slots && in.ok(); ++i) {
        present += in.pointer() ? 1U : 0U;
    }
    for (std::uint32_t i = 0; i < present && in.ok(); ++i) {
        read_extent(in);
    }
}

ObjectReference read_object_reference(NdrReader& in) {
    in.align(8);
    ObjectReference reference;
    reference.flags = in.u32();
    reference.public_references = in.u32();
    reference.oxid = in.u64();
    reference.oid = in.u64();
    reference.ipid = in.uuid();
    return reference;
}

ObjectReference read_interface_reference(ByteView objref, const Guid& iid, NdrReader& complaints) {
    NdrReader in(objref);
    const std::uint32_t flags = read_reference_head(in, iid);
    in.require(flags == kStandard || flags == kExtended,
               "an object reference is neither standard nor extended");
    const ObjectReference reference = read_object_reference(in);
    // Bindings of the resolver: bounded like all others and not used, since the activation reply
    // names the exporter itself.  EXTENDED has more fields there that nobody here needs.
    if (flags == kStandard) {
        read_dual_strings(in);
    }
    complaints.adopt(in);
    return reference;
}

ByteView read_interface_pointer(NdrReader& in) {
    const std::uint32_t max_count = in.u32();
    const std::uint32_t size = in.u32();
    in.require(max_count == size, "max_count differs from the size of an interface pointer");
    in.require(size <= kMaxObjref, "an object reference exceeds 1 MiB");
    return in.octets(size);
}

void write_custom_reference(NdrWriter& out, const Guid& iid, const Guid& unmarshaler,
                            ByteView blob) {
    out.u32(kSignature);
    out.u32(kCustom);
    out.uuid(iid);
    out.uuid(unmarshaler);
    out.u32(0);  // no extension
    out.u32(static_cast<std::uint32_t>(blob.size() + 8));
    out.octets(blob);
}

ByteView read_custom_reference(ByteView objref, const Guid& iid, const Guid& unmarshaler,
                               NdrReader& complaints) {
    NdrReader in(objref);
    in.require(read_reference_head(in, iid) == kCustom, "the activation properties are not custom");
    in.require(in.uuid() == unmarshaler, "the activation properties have an unexpected class");
    in.require(in.u32() == 0, "the activation properties carry an extension");
    in.u32();  // size: ignored on receipt, [MS-DCOM] 2.2.18.6
    const ByteView blob = in.octets(in.left());
    complaints.adopt(in);
    return blob;
}

}  // namespace ae::ca
