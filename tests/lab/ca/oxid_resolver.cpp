#include "tests/lab/ca/oxid_resolver.h"

#include "tests/lab/ca/uuids.h"

#include <algorithm>

namespace ae::labca {
namespace {

constexpr std::uint32_t kClassNotRegistered = 0x80040154;
constexpr std::uint32_t kServerExecFailure = 0x80080005;
constexpr std::uint32_t kAccessDenied = 0x80070005;
constexpr std::uint16_t kDeafPort = 1;  // nobody listens there
constexpr std::uint32_t kNoInterface = 0x80004002;
constexpr std::uint32_t kProtseqNotSupported = 0x800706a7;
constexpr std::uint32_t kInvalidOxid = 0x776;  // OR_INVALID_OXID
constexpr std::uint32_t kInvalidSet = 0x778;   // OR_INVALID_SET
constexpr std::uint16_t kTcp = 7;
constexpr std::uint32_t kMaxPinged = 1000;

std::vector<std::uint64_t> read_oids(NdrReader& in, std::uint32_t count) {
    std::vector<std::uint64_t> oids;
    if (in.pointer()) {
        if (count > kMaxPinged) {
            throw ParseError("too many OIDs in one ping");
        }
        in.conformance(count, 8);
        for (std::uint32_t i = 0; i < count; ++i) {
            oids.push_back(in.u64());
        }
    } else if (count != 0) {
        throw ParseError("a ping that counts OIDs and sends none");
    }
    return oids;
}

Bytes status_only(std::uint32_t status) {
    NdrWriter out;
    out.u32(status);
    return out.release();
}

}  // namespace

bool OxidResolver::serves(const Syntax& abstract) const {
    return abstract.version == 0 &&
           (abstract.uuid == kIidObjectExporter || abstract.uuid == kIidScmActivator ||
            abstract.uuid == kIidActivation);
}

Bytes OxidResolver::call(const RpcCall& call) {
    CallRecord record;
    try {
        Bytes reply = dispatch(call, record);
        log_.write(record, call.caller);
        return reply;
    } catch (const std::exception& error) {
        record.disposition = hresult_of(error);
        log_.write(record, call.caller);
        throw;
    }
}

WireFaults OxidResolver::faults_of(const RpcCall& call) const {
    return faults_ && call.interface_id != kIidObjectExporter ? faults_() : WireFaults{};
}

bool OxidResolver::deaf() const {
    return faults_ && faults_().silence == WireFaults::Silence::bind;
}

Bytes OxidResolver::dispatch(const RpcCall& call, CallRecord& record) {
    NdrReader in(call.stub);
    const bool exporter = call.interface_id == kIidObjectExporter;
    const std::array<const char*, 6> names{"ResolveOxid", "SimplePing",   "ComplexPing",
                                           "ServerAlive", "ResolveOxid2", "ServerAlive2"};
    if (exporter && call.opnum < names.size()) {
        record.method = names[call.opnum];
        require_privacy(call.caller, Anonymous::allowed);
        switch (call.opnum) {
            case 0:
                return resolve_oxid(in, false);
            case 1:
                return status_only(
                    objects_.ping(in.u64(), ObjectTable::Clock::now()) ? 0 : kInvalidSet);
            case 2:
                return complex_ping(in);
            case 3:
                return status_only(0);
            case 4:
                return resolve_oxid(in, true);
            default:
                return server_alive2();
        }
    }
    if (exporter) {
        record.method = "unknown";
        throw RpcFault(0x1c010002, "procedure number out of range", Executed::no);
    }
    const bool create = call.interface_id == kIidScmActivator && call.opnum == 4;
    const bool remote_activation = call.interface_id == kIidActivation && call.opnum == 0;
    record.method = create              ? "RemoteCreateInstance"
                    : remote_activation ? "RemoteActivation"
                                        : "unknown";
    require_privacy(call.caller, Anonymous::refused);
    if (!create && !remote_activation) {
        throw RpcFault(0x1c010002, "procedure number out of range", Executed::no);
    }
    read_orpc_this(in);
    const auto [reply, hresult] =
        activate(create ? read_create_instance(in) : read_remote_activation(in));
    record.disposition = hresult != 0 ? std::optional(hresult) : std::nullopt;
    return create ? write_create_instance_reply(reply, hresult)
                  : write_remote_activation_reply(reply, hresult);
}

std::vector<StringBinding> OxidResolver::bindings(std::optional<std::uint16_t> at) const {
    std::vector<StringBinding> out;
    const std::string port = at ? "[" + std::to_string(*at) + "]" : "";
    for (const std::string& address : names_.addresses) {
        out.push_back({kTcp, address + port});
    }
    return out;
}

std::pair<std::optional<ActivationReply>, std::uint32_t> OxidResolver::activate(
    const ActivationRequest& request) {
    const Dcom dcom = dcom_ ? dcom_() : Dcom::offered;
    if (dcom == Dcom::denied) {
        return {std::nullopt, kAccessDenied};
    }
    if (dcom == Dcom::stopped) {
        return {std::nullopt, kServerExecFailure};
    }
    if (request.clsid != kClsidCertRequest || dcom == Dcom::absent) {
        return {std::nullopt, kClassNotRegistered};
    }
    if (std::find(request.protseqs.begin(), request.protseqs.end(), kTcp) ==
        request.protseqs.end()) {
        return {std::nullopt, kProtseqNotSupported};
    }
    ActivationReply reply;
    reply.oxid = objects_.oxid();
    reply.ipid_rem_unknown = objects_.ipid_rem_unknown();
    reply.exporter =
        bindings(dcom == Dcom::unreachable ? kDeafPort : std::optional(names_.exporter_port));
    reply.resolver = bindings(std::nullopt);
    const std::uint64_t oid = objects_.create(ObjectTable::Clock::now());
    bool any = false;
    for (const Guid& iid : request.iids) {
        const bool known = iid == kIidUnknown || iid == kIidCertRequestD ||
                           (iid == kIidCertRequestD2 && offers_d2_());
        ActivatedInterface one{iid, known ? 0 : kNoInterface, {}};
        if (known) {
            one.ref = objects_.reference(oid, iid, kReferencesGiven).value();
            any = true;
        }
        reply.interfaces.push_back(one);
    }
    if (!any) {
        return {std::nullopt, kNoInterface};
    }
    return {std::move(reply), 0};
}

Bytes OxidResolver::server_alive2() const {
    NdrWriter out;
    out.u16(kComMajor);
    out.u16(kComMinor);
    out.pointer(true);
    DualStringArray(bindings(std::nullopt)).write_pointee(out);
    out.u32(0);
    out.u32(0);
    return out.release();
}

Bytes OxidResolver::resolve_oxid(NdrReader& in, bool with_version) const {
    const std::uint64_t oxid = in.u64();
    const std::uint32_t count = in.u16();
    in.conformance(count, 2);
    in.take(std::size_t{count} * 2);
    const bool known = oxid == objects_.oxid();
    NdrWriter out;
    out.pointer(known);
    if (known) {
        DualStringArray(bindings(names_.exporter_port)).write_pointee(out);
    }
    out.guid(known ? objects_.ipid_rem_unknown() : Guid{});
    out.u32(6);
    if (with_version) {
        out.u16(kComMajor);
        out.u16(kComMinor);
    }
    out.u32(known ? 0 : kInvalidOxid);
    return out.release();
}

Bytes OxidResolver::complex_ping(NdrReader& in) {
    std::uint64_t set = in.u64();
    in.u16();  // sequence number: calls of one set do not overtake each other here
    const std::uint32_t adds = in.u16();
    const std::uint32_t removals = in.u16();
    const auto add = read_oids(in, adds);
    const auto remove = read_oids(in, removals);
    const bool done = objects_.ping_set(set, add, remove, ObjectTable::Clock::now());
    NdrWriter out;
    out.u64(set);
    out.u16(0);  // ping backoff factor
    out.u32(done ? 0 : kInvalidSet);
    return out.release();
}

}  // namespace ae::labca
