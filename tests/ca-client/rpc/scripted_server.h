// A server on the loopback interface that answers each packet with prepared octets, and a security
// context that seals with XOR: what an association does can be seen without Kerberos.
#pragma once

#include "ca-client/rpc/security_context.h"

#include <atomic>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace ae::ca::test {

// Answers to one packet; an empty list closes the connection, `silence` keeps it open and mute.
struct Answer {
    std::vector<Bytes> packets{};
    bool silence = false;
};

class ScriptedServer {
  public:
    explicit ScriptedServer(std::vector<Answer> script)
        : script_(std::move(script)), thread_([this] { serve(); }) {}
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer() { thread_.join(); }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  private:
    using tcp = boost::asio::ip::tcp;

    // One whole packet; false when the client has closed.
    static bool receive(tcp::socket& socket, Bytes& packet) {
        boost::system::error_code error;
        packet.resize(kHeaderSize);
        boost::asio::read(socket, boost::asio::buffer(packet), error);
        if (error) {
            return false;
        }
        const std::size_t size = packet[8] | static_cast<std::size_t>(packet[9]) << 8;
        packet.resize(size);
        boost::asio::read(
            socket, boost::asio::buffer(packet.data() + kHeaderSize, size - kHeaderSize), error);
        return !error;
    }

    void serve() {
        boost::system::error_code ignored;
        tcp::socket socket(loop_);
        acceptor_.accept(socket, ignored);
        Bytes packet;
        for (const Answer& answer : script_) {
            // A request may have several fragments: the answer follows the last one.
            do {
                if (!receive(socket, packet)) {
                    return;
                }
            } while ((packet[3] & pfc::kLast) == 0);
            if (answer.silence) {
                break;
            }
            for (const Bytes& each : answer.packets) {
                boost::asio::write(socket, boost::asio::buffer(each), ignored);
            }
            if (answer.packets.empty()) {
                return;
            }
        }
        while (receive(socket, packet)) {
        }
    }

    std::vector<Answer> script_;
    boost::asio::io_context loop_{};
    tcp::acceptor acceptor_{loop_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

inline constexpr std::uint8_t kXor = 0x5A;
inline constexpr std::size_t kFakeTokenSize = 16;

inline void flip(std::span<std::uint8_t> packet) {
    const SealedLayout at = sealed_layout(packet);
    for (std::uint8_t& octet : packet.subspan(at.data_at, at.trailer_at - at.data_at)) {
        octet ^= kXor;
    }
}

// Complete after `legs` steps.
class FakeSecurity final : public SecurityContext {
  public:
    explicit FakeSecurity(int legs) : legs_(legs) {}
    [[nodiscard]] AuthTrailer trailer() const override {
        return {.type = 9, .level = kLevelPrivacy, .context_id = 1};
    }
    Result<Leg> step(ByteView) override {
        --legs_;
        return Leg{.token = {0xAB}, .complete = legs_ == 0};
    }
    Result<std::size_t> token_size() override { return kFakeTokenSize; }
    Done seal(std::span<std::uint8_t> packet) override {
        flip(packet);
        return done();
    }
    Done unseal(std::span<std::uint8_t> packet) override {
        flip(packet);
        return done();
    }

  private:
    int legs_;
};

}  // namespace ae::ca::test
