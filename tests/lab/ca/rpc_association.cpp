#include "tests/lab/ca/rpc_association.h"

#include "tests/lab/ca/response_writer.h"
#include "tests/lab/ca/uuids.h"

#include <algorithm>
#include <atomic>

namespace ae::labca {
namespace {

constexpr std::size_t kMaxRequestStub = std::size_t{4} << 20U;
constexpr int kMaxLegs = 6;
constexpr std::uint8_t kPrivacy = 6;
constexpr std::uint16_t kLeastFragment = 1432;  // [C706] 12.6.3.1 MustRecvFragSize

constexpr std::uint32_t kFaultAccessDenied = 5;
constexpr std::uint32_t kFaultSecPkgError = 0x721;
constexpr std::uint32_t kFaultBadStub = 0x6f7;
constexpr std::uint32_t kFaultUnknownInterface = 0x1c010003;
constexpr std::uint32_t kFaultProtocol = 0x1c01000b;

constexpr std::uint16_t kNakAuthTypeNotRecognized = 8;
constexpr std::uint16_t kNakNoReason = 0;

std::atomic<std::uint32_t> next_group{0x1234};

bool is_bind_time_features(const Syntax& syntax) {
    return std::equal(syntax.uuid.wire.begin(), syntax.uuid.wire.begin() + 8,
                      kBindTimeFeatures.wire.begin());
}

}  // namespace

Association::Association(RpcService& service, SecurityProvider* security, std::string sec_addr)
    : service_(service), security_(security), sec_addr_(std::move(sec_addr)) {}

Association::~Association() = default;

std::vector<Bytes> Association::receive(Bytes pdu) {
    faults_ = {};
    try {
        const PduHeader header = read_header(View(pdu).first(std::min(pdu.size(), kHeaderSize)));
        if (header.frag_length != pdu.size()) {
            throw ProtocolError("a PDU that is not as long as it says");
        }
        switch (header.type) {
            case Ptype::bind:
            case Ptype::alter_context:
                return on_bind(pdu, header);
            case Ptype::auth3:
                on_auth3(pdu, header);
                return {};
            case Ptype::request:
                return on_request(pdu, header);
            case Ptype::co_cancel:
            case Ptype::orphaned:
                return {};  // calls are answered before the next PDU is read: nothing to cancel
            default:
                throw ProtocolError("a PDU type that only servers send");
        }
    } catch (const ParseError& error) {
        throw ProtocolError(error.what());
    }
}

ContextResult Association::judge(const PresentationContext& context) {
    for (const Syntax& transfer : context.transfers) {
        if (is_bind_time_features(transfer)) {
            // [MS-RPCE] 3.3.1.5.3: the reason field carries the granted subset of the offered mask.
            const auto mask = static_cast<std::uint16_t>(transfer.uuid.wire[8] & 0x03U);
            return {3, mask, {}};
        }
    }
    if (!service_.serves(context.abstract)) {
        return {2, 1, {}};
    }
    if (std::find(context.transfers.begin(), context.transfers.end(), kNdr32) ==
        context.transfers.end()) {
        return {2, 2, {}};
    }
    contexts_[context.id] = context.abstract.uuid;
    return {0, 0, kNdr32};
}

std::optional<AuthValue> Association::accept_token(const SecTrailer& trailer) {
    if (!context_) {
        if (security_ != nullptr) {
            context_ = security_->start(trailer.type);
        }
        if (!context_) {
            throw HresultError(0x800706d3, "authentication type not served");
        }
        auth_ = trailer;
        auth_.token = {};
    }
    if (trailer.type != auth_.type || trailer.level != auth_.level ||
        trailer.context_id != auth_.context_id || complete_) {
        throw ProtocolError("a second security context on one association");
    }
    if (++legs_ > kMaxLegs) {
        throw ProtocolError("too many security legs");
    }
    SecurityContext::Step step = context_->accept(trailer.token);
    if (step.complete) {
        complete_ = true;
        caller_ = context_->caller();
        caller_.auth_type = auth_.type;
        caller_.auth_level = auth_.level;
        caller_.header_signing = header_signing_;
    }
    return AuthValue{auth_.type, auth_.level, auth_.context_id, std::move(step.token)};
}

std::vector<Bytes> Association::on_bind(View pdu, const PduHeader& header) {
    if (service_.deaf()) {
        return {};
    }
    const bool first = header.type == Ptype::bind;
    if (first == bound_) {
        throw ProtocolError(first ? "a second bind" : "alter_context before bind");
    }
    const BindBody body = read_bind(pdu, header);
    BindAck ack;
    ack.call_id = header.call_id;
    const std::optional<SecTrailer> trailer = read_trailer(pdu, header);
    if (first) {
        bound_ = true;
        assoc_group_ = body.assoc_group != 0 ? body.assoc_group : next_group++;
        send_limit_ = std::min(kMaxFragment, std::max(body.max_recv, kLeastFragment));
        header_signing_ = trailer && (header.flags & kSupportHeaderSign) != 0;
        ack.flags = header_signing_ ? kSupportHeaderSign : std::uint8_t{0};
        ack.sec_addr = sec_addr_;
    } else {
        ack.type = Ptype::alter_context_resp;
    }
    ack.assoc_group = assoc_group_;
    for (const PresentationContext& context : body.contexts) {
        ack.results.push_back(judge(context));
    }
    if (trailer) {
        try {
            ack.auth = accept_token(*trailer);
        } catch (const HresultError& error) {
            if (first) {
                const bool unknown = error.code == 0x800706d3;
                return {write_bind_nak(header.call_id,
                                       unknown ? kNakAuthTypeNotRecognized : kNakNoReason)};
            }
            return {write_fault(header.call_id, 0, {kFaultAccessDenied, error.what()})};
        }
    }
    return {write_bind_ack(ack)};
}

void Association::on_auth3(View pdu, const PduHeader& header) {
    const std::optional<SecTrailer> trailer = read_trailer(pdu, header);
    if (!bound_ || !trailer || !context_) {
        throw ProtocolError("auth3 without a security context");
    }
    try {
        accept_token(*trailer);
    } catch (const HresultError&) {
        // auth3 has no reply: the first request is refused with a fault instead.
        complete_ = false;
    }
}

std::uint8_t Association::open_fragment(Bytes& pdu, const PduHeader& header,
                                        const RequestBody& body, Bytes& stub) {
    const std::optional<SecTrailer> trailer = read_trailer(pdu, header);
    if (!trailer) {
        append(stub, View(pdu).subspan(body.stub_offset));
        return 0;
    }
    if (!complete_ || trailer->type != auth_.type || trailer->level != auth_.level ||
        trailer->context_id != auth_.context_id) {
        throw RpcFault(kFaultAccessDenied, "the security context is not established", Executed::no);
    }
    if (body.stub_offset > trailer->offset) {
        throw ProtocolError("the security trailer overlaps the header");
    }
    const std::size_t data = trailer->offset - body.stub_offset;
    if (trailer->pad > data) {
        throw ProtocolError("more padding than data");
    }
    if (trailer->level == kPrivacy) {
        try {
            context_->unwrap(pdu, body.stub_offset, trailer->offset, header_signing_);
        } catch (const HresultError& error) {
            throw RpcFault(kFaultSecPkgError, error.what(), Executed::no);
        }
    }
    append(stub, View(pdu).subspan(body.stub_offset, data - trailer->pad));
    return trailer->level;
}

std::vector<Bytes> Association::on_request(Bytes& pdu, const PduHeader& header) {
    if (!bound_) {
        throw ProtocolError("a request before bind");
    }
    const RequestBody body = read_request(pdu, header);
    const bool first = (header.flags & kFirstFragment) != 0;
    if (first == incoming_.has_value()) {
        throw ProtocolError("fragments out of order");
    }
    if (first) {
        incoming_ = Incoming{header.call_id, body, {}, 0};
    }
    Incoming& incoming = *incoming_;
    if (incoming.call_id != header.call_id || incoming.first.opnum != body.opnum ||
        incoming.first.context_id != body.context_id || incoming.first.object != body.object) {
        throw ProtocolError("fragments of different calls are mixed");
    }
    try {
        const std::size_t before = incoming.stub.size();
        const std::uint8_t level = open_fragment(pdu, header, body, incoming.stub);
        if (first) {
            incoming.level = level;
        }
        const bool last = (header.flags & kLastFragment) != 0;
        if (level != incoming.level || (!last && incoming.stub.size() == before) ||
            incoming.stub.size() > kMaxRequestStub) {
            throw RpcFault(kFaultProtocol, "fragment with another level, empty or too long",
                           Executed::no);
        }
        if (!last) {
            return {};
        }
    } catch (const RpcFault& fault) {
        incoming_.reset();
        return {write_fault(header.call_id, body.context_id, fault)};
    }
    const Incoming whole = std::move(*incoming_);
    incoming_.reset();
    return run(whole);
}

std::vector<Bytes> Association::run(const Incoming& incoming) {
    const auto fault = [&](const RpcFault& what) {
        return std::vector<Bytes>{write_fault(incoming.call_id, incoming.first.context_id, what)};
    };
    const auto context = contexts_.find(incoming.first.context_id);
    if (context == contexts_.end()) {
        return fault({kFaultUnknownInterface, "unknown presentation context", Executed::no});
    }
    static const Caller kNobody{};
    try {
        const RpcCall call{context->second, incoming.first.opnum, incoming.first.object,
                           incoming.stub, incoming.level == 0 ? kNobody : caller_};
        faults_ = service_.faults_of(call);
        return respond(incoming, service_.call(call));
    } catch (const RpcFault& what) {
        return fault(what);
    } catch (const ParseError& error) {
        return fault({kFaultBadStub, error.what()});
    }
}

std::vector<Bytes> Association::respond(const Incoming& incoming, Bytes stub) {
    if (faults_.silence == WireFaults::Silence::call) {
        return {};
    }
    const bool sealed = incoming.level == kPrivacy;
    auto writer = std::make_unique<ResponseWriter>(
        ResponseTarget{.call_id = incoming.call_id,
                       .context_id = incoming.first.context_id,
                       .send_limit = send_limit_,
                       .security = sealed ? context_.get() : nullptr,
                       .auth = auth_,
                       .header_signing = header_signing_},
        std::move(stub), faults_);
    if (faults_.endless_fragments) {
        endless_ = std::move(writer);
        return {};
    }
    std::vector<Bytes> pdus;
    while (auto pdu = writer->next()) {
        pdus.push_back(std::move(*pdu));
    }
    return pdus;
}

std::optional<Bytes> Association::more() { return endless_ ? endless_->next() : std::nullopt; }

}  // namespace ae::labca
