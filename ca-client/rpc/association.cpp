#include "ca-client/rpc/association.h"

#include "ca-client/rpc/fault.h"
#include "ca-client/rpc/reassembly.h"
#include "engine/base/hresult_table.h"

#include <algorithm>
#include <array>

namespace ae::ca {
namespace {

constexpr int kMaxLegs = 6;

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

tl::unexpected<Error> no_longer_used() {
    return fail(kServerUnavailable, "the connection is not used any more after an error");
}

bool same(const AuthTrailer& left, const AuthTrailer& right) {
    return left.type == right.type && left.level == right.level &&
           left.context_id == right.context_id;
}

}  // namespace

Error no_kdc_when_late(Error error) {
    if (error.code == kTimeout) {
        error.code = kNoKdc;
    }
    return error;
}

Result<Association> Association::connect(const std::string& host, std::uint16_t port,
                                         const Timeouts& timeouts, std::stop_token stop) {
    auto connection = Connection::open(host, port, timeouts.connect, stop);
    if (!connection) {
        return pass(connection);
    }
    return Association(std::move(*connection), timeouts, std::move(stop));
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

Result<BindAck> Association::exchange(BindPacket packet, Bytes* reply_token,
                                      std::chrono::milliseconds limit) {
    if (!usable_) {
        return no_longer_used();
    }
    packet.call_id = ++call_id_;
    packet.association_group = group_;
    usable_ = false;  // until the answer is found to be one
    const auto octets = encode_bind(packet);
    if (!octets) {
        return fail(kSecurityPackage, "the Kerberos ticket is too large for one packet");
    }
    const Deadline deadline = deadline_in(limit);
    ++cost_.round_trips;
    if (auto sent = connection_->write(*octets, deadline); !sent) {
        return pass(sent);
    }
    auto ack = read_bind_answer(packet, reply_token, deadline);
    usable_ = ack.has_value();
    return ack;
}

Result<BindAck> Association::read_bind_answer(const BindPacket& packet, Bytes* reply_token,
                                              Deadline deadline) {
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
        auto context = bind_securely(packet);
        usable_ = context.has_value();
        return context;
    }
    auto ack = exchange(packet, nullptr, timeouts_.leg);
    if (!ack) {
        return pass(ack);
    }
    group_ = ack->association_group;
    send_limit_ = std::min(send_limit_, std::size_t{ack->max_receive});
    return ack->context;
}

Result<SecurityContext::Leg> Association::step(Bytes received) {
    auto leg =
        bounded<SecurityContext::Leg>("authenticate", {deadline_in(timeouts_.leg), stop_},
                                      [security = security_, received = std::move(received)] {
                                          return security->step(received);
                                      });
    if (!leg) {
        security_ = nullptr;  // it may still be at work
        return fail(no_kdc_when_late(std::move(leg.error())));
    }
    return leg;
}

Done Association::take_terms(const BindAck& ack) {
    if (!header_signing_) {
        // Without it a packet's header could be changed on its way.
        return fail(kSecurityPackage, "the server does not sign packet headers");
    }
    group_ = ack.association_group;
    send_limit_ = std::min(send_limit_, std::size_t{ack.max_receive});
    return done();
}

Result<ContextResult> Association::bind_securely(const BindPacket& first) {
    std::optional<ContextResult> context;
    Bytes received;
    for (int leg = 0; leg < kMaxLegs; ++leg) {
        auto next = step(std::move(received));
        if (!next) {
            return pass(next);
        }
        received.clear();
        if (!next->token.empty()) {
            BindPacket packet = first;
            packet.type = context ? PacketType::alter_context : PacketType::bind;
            packet.trailer = security_->trailer();
            packet.token = next->token;
            auto ack = exchange(packet, &received, timeouts_.leg);
            if (!ack) {
                return pass(ack);
            }
            if (!context) {
                if (auto taken = take_terms(*ack); !taken) {
                    return pass(taken);
                }
                context = ack->context;
            }
        }
        if (next->token.empty() && !next->complete) {
            return fail(kSecurityInternal, "the security exchange stops before it is complete");
        }
        if (next->complete) {
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

Result<ContextResult> Association::add_context(std::uint16_t id, const Interface& interface,
                                               std::optional<std::chrono::milliseconds> limit) {
    auto ack = exchange(
        {.type = PacketType::alter_context, .context_id = id, .abstract_syntax = interface},
        nullptr, limit.value_or(timeouts_.leg));
    if (!ack) {
        return pass(ack);
    }
    return ack->context;
}

Result<std::vector<Bytes>> Association::seal_request(const Call& call) {
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
                return pass(sealed);
            }
        }
    }
    return fragments;
}

tl::unexpected<Error> Association::unanswered(Error error) {
    ran_late_ = error.code == kTimeout;
    if (error.code == kServerUnavailable || error.code == kTimeout) {
        error.code = request_went_out_ ? kCallFailed : kServerUnavailable;
    }
    return fail(std::move(error));
}

Done Association::send_request(const Call& call, Deadline deadline) {
    const auto fragments = seal_request(call);
    if (!fragments) {
        return fail(fragments.error());
    }
    const std::uint64_t sent_before = connection_->sent();
    for (const Bytes& fragment : *fragments) {
        auto sent = connection_->write(fragment, deadline);
        request_went_out_ = connection_->sent() != sent_before;
        if (!sent) {
            return unanswered(std::move(sent.error()));
        }
    }
    return done();
}

Done Association::open_sealed(Received& received) {
    // Anybody on the way can send the rest, whose heads end before sealed octets begin.
    if (!carries_call(received.header.type)) {
        return malformed("it is neither response nor fault");
    }
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

Error Association::error_of_answered_fault(const Packet& packet) {
    auto fault = decode_fault(packet);
    if (!fault) {
        return std::move(fault.error());
    }
    if (packet.header.call_id != call_id_) {
        return malformed("the fault belongs to another call").value();
    }
    faulted_ = true;
    if (packet.trailer && denies_execution(*fault)) {
        fault_said_ = FaultSaid::unexecuted;
    }
    return error_of_fault(*fault);
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
            return fail(error_of_answered_fault(*packet));
        }
        if (!carries_call(packet->header.type)) {
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
    ran_late_ = false;
    faulted_ = false;
    fault_said_ = FaultSaid::nothing;
    if (!usable_) {
        return no_longer_used();
    }
    const Deadline deadline = deadline_in(call.timeout);
    ++cost_.round_trips;
    if (stop_.stop_requested()) {
        return fail(kOperationAborted, "stopped on request");
    }
    connection_->wait_after_stop(call.after_stop);
    auto sent = send_request(call, deadline);
    auto reply = sent ? receive_reply(call, deadline) : Result<Bytes>(pass(sent));
    connection_->wait_after_stop({});
    usable_ = reply.has_value() || faulted_;
    return reply;
}

}  // namespace ae::ca
