#include "ca-client/rpc/association.h"

#include "ca-client/rpc/fault.h"
#include "ca-client/rpc/reassembly.h"
#include "engine/base/hresult_table.h"

#include <algorithm>
#include <array>

namespace ae::ca {
namespace {

constexpr int kMaxLegs = 6;

Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

tl::unexpected<Error> malformed(std::string_view why) {
    return fail(kInvalidData, "malformed reply: " + std::string(why));
}

// The last word of the server comes after our side is complete, so GSS never sees it: a
// NegTokenResp with negState reject (RFC 4178 4.2.2).
bool says_reject(ByteView token) {
    constexpr std::array<std::uint8_t, 5> reject = {0xA0, 0x03, 0x0A, 0x01, 0x02};
    return token.size() >= 9 && token[0] == 0xA1 && std::ranges::equal(token.subspan(4, 5), reject);
}

// A fault or refusal in place of the answer that a bind-like packet asks for.
Result<BindAck> refusal(const Packet& packet) {
    if (packet.header.type == PacketType::fault) {
        auto fault = decode_fault(packet);
        return fault ? fail(error_of_fault(*fault)) : pass(fault);
    }
    if (packet.header.type == PacketType::bind_nak) {
        auto reason = decode_bind_nak_reason(packet);
        return reason
                   ? fail(hresult_of_bind_nak(*reason),
                          "the server refused the association, reason " + std::to_string(*reason))
                   : pass(reason);
    }
    return malformed("it is no answer to a bind");
}

// The connection failed after the call went out: the server may have acted on it.
tl::unexpected<Error> unanswered(Error error) {
    if (error.code == kServerUnavailable) {
        error.code = kCallFailed;
    }
    return fail(std::move(error));
}

bool same(const AuthTrailer& left, const AuthTrailer& right) {
    return left.type == right.type && left.level == right.level &&
           left.context_id == right.context_id;
}

}  // namespace

Result<Association> Association::connect(const std::string& host, std::uint16_t port,
                                         const Timeouts& timeouts) {
    auto connection = Connection::open(host, port, timeouts.connect);
    if (!connection) {
        return pass(connection);
    }
    return Association(std::move(*connection), timeouts);
}

Result<Association::Received> Association::receive(Deadline deadline) {
    auto head = connection_->read(kHeaderSize, deadline);
    if (!head) {
        return pass(head);
    }
    auto header = decode_packet_header(*head);
    if (!header) {
        return pass(header);
    }
    auto rest = connection_->read(header->fragment_length - kHeaderSize, deadline);
    if (!rest) {
        return pass(rest);
    }
    head->insert(head->end(), rest->begin(), rest->end());
    return Received{*header, std::move(*head)};
}

Result<BindAck> Association::exchange(BindPacket packet, Bytes* reply_token) {
    packet.call_id = ++call_id_;
    packet.association_group = group_;
    const auto octets = encode_bind(packet);
    if (!octets) {
        return fail(kSecurityPackage, "the Kerberos ticket is too large for one packet");
    }
    const Deadline deadline = in(timeouts_.leg);
    if (auto sent = connection_->write(*octets, deadline); !sent) {
        return pass(sent);
    }
    auto received = receive(deadline);
    if (!received) {
        return pass(received);
    }
    const auto reply = decode_packet(received->octets);
    if (!reply) {
        return fail(reply.error());
    }
    const PacketType expected =
        packet.type == PacketType::bind ? PacketType::bind_ack : PacketType::alter_context_resp;
    if (reply->header.call_id != call_id_) {
        return malformed("it answers another call");
    }
    if (reply->header.type != expected) {
        return refusal(*reply);
    }
    if (reply->trailer && (!packet.trailer || !same(*reply->trailer, *packet.trailer))) {
        return malformed("it belongs to another security context");
    }
    if (reply_token != nullptr) {
        reply_token->assign(reply->token.begin(), reply->token.end());
    }
    if (packet.type == PacketType::bind) {
        header_signing_ = (reply->header.flags & pfc::kSupportHeaderSign) != 0;
    }
    return decode_bind_ack(*reply);
}

Result<ContextResult> Association::bind(const Interface& interface,
                                        std::unique_ptr<SecurityContext> security) {
    security_ = std::move(security);
    BindPacket packet{.abstract_syntax = interface};
    if (security_) {
        return bind_securely(packet);
    }
    auto ack = exchange(packet, nullptr);
    if (!ack) {
        return pass(ack);
    }
    group_ = ack->association_group;
    send_limit_ = std::min(send_limit_, std::size_t{ack->max_receive});
    return ack->context;
}

Result<ContextResult> Association::bind_securely(const BindPacket& first) {
    std::optional<ContextResult> context;
    Bytes received;
    for (int leg = 0; leg < kMaxLegs; ++leg) {
        auto step = security_->step(received);
        if (!step) {
            return pass(step);
        }
        if (!step->token.empty()) {
            BindPacket packet = first;
            packet.type = context ? PacketType::alter_context : PacketType::bind;
            packet.trailer = security_->trailer();
            packet.token = step->token;
            auto ack = exchange(packet, &received);
            if (!ack) {
                return pass(ack);
            }
            if (!context) {
                if (!header_signing_) {
                    // Without it a packet's header could be changed on its way.
                    return fail(kSecurityPackage, "the server does not sign packet headers");
                }
                context = ack->context;
                group_ = ack->association_group;
                send_limit_ = std::min(send_limit_, std::size_t{ack->max_receive});
            }
        }
        if (step->token.empty() && !step->complete) {
            return fail(kSecurityInternal, "the security exchange stops before it is complete");
        }
        if (step->complete) {
            if (says_reject(received)) {
                return fail(kSecurityInternal, "the server rejects the security exchange");
            }
            auto size = security_->token_size();
            if (!size) {
                return pass(size);
            }
            token_size_ = *size;
            return context ? Result<ContextResult>(*context)
                           : malformed("it completes without a bind");
        }
    }
    return fail(kSecurityPackage, "the security exchange does not end after 6 legs");
}

Result<ContextResult> Association::add_context(std::uint16_t id, const Interface& interface) {
    auto ack = exchange(
        {.type = PacketType::alter_context, .context_id = id, .abstract_syntax = interface},
        nullptr);
    if (!ack) {
        return pass(ack);
    }
    return ack->context;
}

Done Association::send_request(const Call& call, Deadline deadline) {
    std::optional<Sealing> sealing;
    if (security_) {
        sealing = Sealing{security_->trailer(), token_size_};
    }
    auto fragments = encode_request({.call_id = ++call_id_,
                                     .context_id = call.context_id,
                                     .opnum = call.opnum,
                                     .object = call.object},
                                    call.stub, send_limit_, sealing);
    for (Bytes& fragment : fragments) {
        if (security_) {
            if (auto sealed = security_->seal(fragment); !sealed) {
                return sealed;
            }
        }
    }
    for (const Bytes& fragment : fragments) {
        request_went_out_ = true;
        if (auto sent = connection_->write(fragment, deadline); !sent) {
            return unanswered(std::move(sent.error()));
        }
    }
    return done();
}

Done Association::open_sealed(Received& received) {
    const auto packet = decode_packet(received.octets);
    if (!packet) {
        return fail(packet.error());
    }
    if (!packet->trailer) {
        // A fault may come unprotected: it can end a call, never succeed.
        return received.header.type == PacketType::fault ? done()
                                                         : malformed("it is not protected");
    }
    if (!same(*packet->trailer, security_->trailer())) {
        return malformed("it belongs to another security context");
    }
    return security_->unseal(received.octets);
}

Result<Bytes> Association::receive_reply(const Call& call, Deadline deadline) {
    ReplyAssembler reply(call_id_, call.context_id);
    while (true) {
        auto received = receive(deadline);
        if (!received) {
            return unanswered(std::move(received.error()));
        }
        if (security_) {
            if (auto opened = open_sealed(*received); !opened) {
                return pass(opened);
            }
        }
        const auto packet = decode_packet(received->octets);
        if (!packet) {
            return fail(packet.error());
        }
        if (packet->header.type == PacketType::fault) {
            auto fault = decode_fault(*packet);
            if (!fault) {
                return pass(fault);
            }
            if (packet->header.call_id != call_id_) {
                return malformed("the fault belongs to another call");
            }
            if (fault->did_not_execute) {
                fault_said_ =
                    packet->trailer ? FaultSaid::unexecuted_under_seal : FaultSaid::unexecuted;
            }
            return fail(error_of_fault(*fault));
        }
        if (packet->header.type != PacketType::response) {
            return malformed("it is neither response nor fault");
        }
        auto fragment = decode_response(*packet);
        if (!fragment) {
            return pass(fragment);
        }
        auto complete = reply.add(packet->header, *fragment);
        if (!complete) {
            return pass(complete);
        }
        if (*complete) {
            return reply.take();
        }
    }
}

Result<Bytes> Association::call(const Call& call) {
    request_went_out_ = false;
    fault_said_ = FaultSaid::nothing;
    const Deadline deadline = in(call.timeout);
    auto sent = send_request(call, deadline);
    if (!sent) {
        return pass(sent);
    }
    return receive_reply(call, deadline);
}

}  // namespace ae::ca
