#include "tests/lab/ca/orpc.h"

namespace ae::labca {
namespace {

constexpr std::uint32_t kSignature = 0x574F454D;  // "MEOW"
constexpr std::uint32_t kStandard = 1;
constexpr std::uint32_t kCustom = 4;
constexpr std::uint32_t kVersionMismatch = 0x80010110;
constexpr std::uint32_t kMaxExtents = 16;
constexpr std::uint32_t kMaxObjRef = 1U << 20U;

void skip_extents(NdrReader& in) {
    const std::uint32_t count = in.u32();
    in.u32();  // reserved
    if (count > kMaxExtents) {
        throw ParseError("too many ORPC extents");
    }
    if (!in.pointer()) {
        return;
    }
    const std::uint32_t slots = (count + 1) & ~1U;
    in.conformance(slots, 4);
    std::uint32_t present = 0;
    for (std::uint32_t i = 0; i < slots; ++i) {
        present += in.pointer() ? 1U : 0U;
    }
    for (std::uint32_t i = 0; i < present; ++i) {
        const std::uint32_t stored = in.max_count(1);
        in.guid();
        in.u32();
        in.take(stored);
    }
}

}  // namespace

OrpcThis read_orpc_this(NdrReader& in) {
    OrpcThis self;
    const std::uint16_t major = in.u16();
    const std::uint16_t minor = in.u16();
    if (major != kComMajor || minor > kComMinor) {
        throw RpcFault(kVersionMismatch, "COM version mismatch", Executed::no);
    }
    self.flags = in.u32();
    in.u32();
    self.causality = in.guid();
    if (in.pointer()) {
        skip_extents(in);
    }
    return self;
}

void write_orpc_that(NdrWriter& out) {
    out.u32(0);
    out.u32(0);
}

DualStringArray::DualStringArray(const std::vector<StringBinding>& bindings) {
    for (const StringBinding& binding : bindings) {
        units_.push_back(binding.tower);
        for (const char16_t c : to_utf16(binding.address)) {
            units_.push_back(c);
        }
        units_.push_back(0);
    }
    units_.push_back(0);
    security_offset_ = static_cast<std::uint16_t>(units_.size());
    for (const std::uint16_t service : {std::uint16_t{9}, std::uint16_t{16}}) {
        units_.push_back(service);
        units_.push_back(0xFFFF);
        units_.push_back(0);  // empty principal name
    }
    units_.push_back(0);
}

void DualStringArray::write_packed(NdrWriter& out) const {
    out.u16(static_cast<std::uint16_t>(units_.size()));
    out.u16(security_offset_);
    for (const std::uint16_t unit : units_) {
        out.u16(unit);
    }
}

void DualStringArray::write_pointee(NdrWriter& out) const {
    out.u32(static_cast<std::uint32_t>(units_.size()));
    write_packed(out);
}

void write_std_obj_ref(NdrWriter& out, const StdObjRef& ref) {
    out.align(8);
    out.u32(ref.flags);
    out.u32(ref.public_refs);
    out.u64(ref.oxid);
    out.u64(ref.oid);
    out.guid(ref.ipid);
}

Bytes standard_obj_ref(const Guid& iid, const StdObjRef& ref, const DualStringArray& resolver) {
    NdrWriter out;
    out.u32(kSignature);
    out.u32(kStandard);
    out.guid(iid);
    write_std_obj_ref(out, ref);
    resolver.write_packed(out);
    return out.release();
}

Bytes custom_obj_ref(const Guid& iid, const Guid& clsid, View blob) {
    NdrWriter out;
    out.u32(kSignature);
    out.u32(kCustom);
    out.guid(iid);
    out.guid(clsid);
    out.u32(0);
    out.u32(static_cast<std::uint32_t>(blob.size() + 8));
    out.raw(blob);
    return out.release();
}

CustomObjRef read_custom_obj_ref(View bytes) {
    NdrReader in(bytes);
    if (in.u32() != kSignature || in.u32() != kCustom) {
        throw ParseError("not a custom object reference");
    }
    CustomObjRef ref;
    ref.iid = in.guid();
    ref.clsid = in.guid();
    in.take(in.u32());  // cbExtension
    in.u32();           // size: ignored on receipt ([MS-DCOM] 2.2.18.6)
    ref.blob = in.take(in.left());
    return ref;
}

View read_interface_pointer(NdrReader& in) {
    const std::uint32_t size = in.max_count(1);
    if (in.u32() != size || size > kMaxObjRef) {
        throw ParseError("an interface pointer with contradictory sizes");
    }
    return in.take(size);
}

void write_interface_pointer(NdrWriter& out, View obj_ref) {
    out.u32(static_cast<std::uint32_t>(obj_ref.size()));
    out.u32(static_cast<std::uint32_t>(obj_ref.size()));
    out.raw(obj_ref);
}

}  // namespace ae::labca
