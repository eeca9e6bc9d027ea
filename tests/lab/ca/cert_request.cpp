#include "tests/lab/ca/cert_request.h"

#include "tests/lab/ca/ca_names.h"
#include "tests/lab/ca/ca_properties.h"
#include "tests/lab/ca/pkcs10.h"
#include "tests/lab/ca/uuids.h"

namespace ae::labca {
namespace {

constexpr std::size_t kMaxString = 1536;  // [range(1,1536)]
constexpr std::size_t kMaxSerial = 64;
constexpr std::size_t kMaxRequest = std::size_t{3} << 20U;
constexpr std::uint32_t kInvalidArgument = 0x80070057;
constexpr std::uint32_t kDisconnected = 0x80010108;
constexpr std::uint32_t kInvalidIpid = 0x80010113;
constexpr std::uint32_t kInvalidObject = 0x80010114;

// A method that answers with one blob: errors become its HRESULT and an empty blob.
template <class Work>
Bytes blob_reply(CallRecord& record, Work work) {
    Bytes blob;
    std::uint32_t hresult = 0;
    try {
        blob = work();
    } catch (const HresultError& error) {
        hresult = error.code;
        record.disposition = hresult;
    }
    NdrWriter out;
    write_orpc_that(out);
    out.blob(blob);
    out.u32(hresult);
    return out.release();
}

}  // namespace

RequestParameters read_request_parameters(NdrReader& in, Submission::Method method) {
    RequestParameters parameters;
    Submission& submission = parameters.submission;
    submission.method = method;
    const bool newer = method == Submission::Method::request2;
    if (!newer) {
        submission.flags = in.u32();
    }
    const auto authority = in.unique_string(kMaxString);
    parameters.has_authority = authority.has_value();
    parameters.authority = authority.value_or("");
    if (newer) {
        submission.flags = in.u32();
        submission.serial = in.unique_string(kMaxSerial);
    }
    submission.request_id = in.u32();
    submission.attributes = in.unique_string(kMaxString);
    submission.request = in.blob(kMaxRequest);
    return parameters;
}

Bytes write_request_reply(const Outcome& outcome, const Faults& faults) {
    NdrWriter out;
    write_orpc_that(out);
    out.u32(outcome.request_id);
    out.u32(outcome.disposition);
    out.blob(outcome.response);
    const auto truth = static_cast<std::uint32_t>(outcome.certificate.size());
    const std::uint32_t length = faults.blob_length.value_or(truth);
    out.blob(outcome.certificate, length, faults.blob_count.value_or(length));
    out.blob(outcome.message.empty() ? Bytes{} : utf16le_terminated(outcome.message));
    out.u32(outcome.hresult);
    return out.release();
}

ExporterService::ExporterService(ObjectTable& objects, CallLog& log, Enrollment& enrollment,
                                 const FaultSwitch& faults)
    : objects_(objects),
      log_(log),
      enrollment_(enrollment),
      faults_(faults),
      rem_unknown_(objects, [&faults] { return !faults.now().no_d2; }) {}

bool ExporterService::serves(const Syntax& abstract) const {
    if (abstract.version != 0) {
        return false;
    }
    const Guid& iid = abstract.uuid;
    return iid == kIidRemUnknown || iid == kIidRemUnknown2 || iid == kIidCertRequestD ||
           (iid == kIidCertRequestD2 && !faults_.now().no_d2);
}

Bytes ExporterService::call(const RpcCall& call) {
    CallRecord record;
    const bool rem = call.interface_id == kIidRemUnknown || call.interface_id == kIidRemUnknown2;
    try {
        Bytes reply = rem ? rem_unknown_.call(call, record) : certificate_call(call, record);
        log_.write(record, call.caller);
        if (faults_.now().drop_reply &&
            (record.method == "Request" || record.method == "Request2")) {
            throw DropConnection("fault drop-reply");
        }
        return reply;
    } catch (const DropConnection&) {
        throw;  // logged already
    } catch (const std::exception& error) {
        record.disposition = hresult_of(error);
        log_.write(record, call.caller);
        throw;
    }
}

WireFaults ExporterService::faults_of(const RpcCall& call) const {
    const bool certificate =
        call.interface_id == kIidCertRequestD || call.interface_id == kIidCertRequestD2;
    const bool request = certificate && (call.opnum == 3 || call.opnum == 6);
    return request ? WireFaults(faults_.now()) : WireFaults{};
}

bool ExporterService::deaf() const { return faults_.now().silence == WireFaults::Silence::bind; }

void ExporterService::check_object(const RpcCall& call) {
    if (!call.object || call.object->is_null()) {
        throw RpcFault(kInvalidObject, "an ORPC call without object UUID", Executed::no);
    }
    const auto iid = objects_.interface_of(*call.object);
    if (!iid) {
        throw RpcFault(kDisconnected, "no such IPID: released, or not pinged", Executed::no);
    }
    if (*iid != call.interface_id) {
        throw RpcFault(kInvalidIpid, "the IPID is of another interface", Executed::no);
    }
}

Bytes ExporterService::certificate_call(const RpcCall& call, CallRecord& record) {
    constexpr std::array<const char*, 7> kMethods{
        "Request", "GetCACert", "Ping", "Request2", "GetCAProperty", "GetCAPropertyInfo", "Ping2"};
    const std::size_t methods = call.interface_id == kIidCertRequestD ? 3 : kMethods.size();
    const bool known = call.opnum >= 3 && call.opnum < 3 + methods;
    record.method = known ? kMethods[call.opnum - 3U] : "unknown";
    require_privacy(call.caller, Anonymous::refused);
    if (!known) {
        throw RpcFault(0x1c010002, "procedure number out of range", Executed::no);
    }
    check_object(call);
    NdrReader in(call.stub);
    read_orpc_this(in);
    switch (call.opnum) {
        case 3:
            return request(in, Submission::Method::request, call.caller, record);
        case 4:
            return get_ca_cert(in, record);
        case 6:
            return request(in, Submission::Method::request2, call.caller, record);
        case 7:
            return get_property(in, record);
        case 8:
            return get_property_info(in, record);
        default:
            return ping(in, record);
    }
}

void ExporterService::check_authority(const std::optional<std::string>& authority) const {
    if (!authority || !names_this_ca(*authority, enrollment_.ca().name)) {
        refuse(kInvalidArgument, "this is not the CA that was named");
    }
}

Bytes ExporterService::request(NdrReader& in, Submission::Method method, const Caller& caller,
                               CallRecord& record) {
    const RequestParameters parameters = read_request_parameters(in, method);
    Outcome outcome;
    try {
        check_authority(parameters.has_authority ? std::optional(parameters.authority)
                                                 : std::nullopt);
        outcome = enrollment_.submit(parameters.submission, caller, record);
    } catch (const HresultError& error) {
        record.flags = parameters.submission.flags;
        record.attributes = parameters.submission.attributes;
        record.disposition = error.code;
        outcome.hresult = error.code;
    }
    return write_request_reply(outcome, faults_.now());
}

Bytes ExporterService::get_ca_cert(NdrReader& in, CallRecord& record) {
    const std::uint32_t fchain = in.u32();
    const auto authority = in.unique_string(kMaxString);
    return blob_reply(record, [&] {
        if (authority_matters(fchain)) {
            check_authority(authority);
        }
        return ca_certificate_query(enrollment_, fchain);
    });
}

Bytes ExporterService::get_property(NdrReader& in, CallRecord& record) {
    const auto authority = in.unique_string(kMaxString);
    PropertyQuery query;
    query.id = in.u32();
    query.index = in.u32();
    query.type = in.u32();
    return blob_reply(record, [&] {
        check_authority(authority);
        return ca_property(enrollment_, query);
    });
}

Bytes ExporterService::get_property_info(NdrReader& in, CallRecord& record) {
    const auto authority = in.unique_string(kMaxString);
    PropertyInfo info;
    std::uint32_t hresult = 0;
    try {
        check_authority(authority);
        info = ca_property_info();
    } catch (const HresultError& error) {
        hresult = error.code;
        record.disposition = hresult;
    }
    NdrWriter out;
    write_orpc_that(out);
    out.u32(info.count);
    out.blob(info.blob);
    out.u32(hresult);
    return out.release();
}

Bytes ExporterService::ping(NdrReader& in, CallRecord& record) {
    // Ping and Ping2 alone take a missing or empty name ([MS-WCCE] 3.2.1.4.2.3).
    const auto authority = in.unique_string(kMaxString);
    std::uint32_t hresult = 0;
    if (authority && !authority->empty() && !names_this_ca(*authority, enrollment_.ca().name)) {
        hresult = kInvalidArgument;
        record.disposition = hresult;
    }
    NdrWriter out;
    write_orpc_that(out);
    out.u32(hresult);
    return out.release();
}

}  // namespace ae::labca
