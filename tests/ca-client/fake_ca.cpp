#include "tests/ca-client/fake_ca.h"

#include "engine/base/text.h"
#include "tests/ca-client/fake_ca_packets.h"

#include <algorithm>
#include <future>
#include <map>

#include <boost/asio/post.hpp>

namespace ae::ca::test {
namespace {

// The object's interface is context 0, IRemUnknown is added as 1.
std::string name_of(const Seen& seen) {
    static const std::map<std::pair<int, int>, std::string> kNames = {
        {{0, 3}, "Request"},  {{0, 4}, "GetCACert"},     {{0, 5}, "Ping"},
        {{0, 6}, "Request2"}, {{0, 7}, "GetCAProperty"}, {{0, 8}, "GetCAPropertyInfo"},
        {{0, 9}, "Ping2"},    {{1, 5}, "RemRelease"}};
    const auto found = kNames.find({seen.context, seen.opnum});
    return found == kNames.end() ? "?" : found->second;
}

}  // namespace

// One connection: reads packet after packet.
struct FakeCa::Visitor : std::enable_shared_from_this<Visitor> {
    Visitor(FakeCa& the_owner, Place the_place) : owner(the_owner), place(the_place) {}

    void read() {
        packet.resize(kHeaderSize);
        boost::asio::async_read(
            socket, boost::asio::buffer(packet),
            [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                if (!error) {
                    self->read_rest();
                }
            });
    }

    void read_rest() {
        const std::size_t size = packet[8] | static_cast<std::size_t>(packet[9]) << 8;
        packet.resize(size);
        boost::asio::async_read(
            socket, boost::asio::buffer(packet.data() + kHeaderSize, size - kHeaderSize),
            [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                if (!error) {
                    self->take();
                }
            });
    }

    void take() {
        if (packet[2] == static_cast<std::uint8_t>(PacketType::request)) {
            collect();
            if ((packet[3] & pfc::kLast) == 0) {
                read();
                return;
            }
        }
        Seen seen{.place = place,
                  .type = static_cast<PacketType>(packet[2]),
                  .context = static_cast<std::uint16_t>(packet[20] | packet[21] << 8),
                  .opnum = static_cast<std::uint16_t>(packet[22] | packet[23] << 8),
                  .stub = std::exchange(stub, {})};
        act(owner.decide(seen), seen);
    }

    void collect() {
        flip(packet);
        const SealedLayout at = sealed_layout(packet);
        const std::size_t end = at.trailer_at - packet[at.trailer_at + 2];
        stub.insert(stub.end(), packet.begin() + static_cast<std::ptrdiff_t>(at.data_at),
                    packet.begin() + static_cast<std::ptrdiff_t>(end));
    }

    void act(const Deed& deed, const Seen& seen) {
        switch (deed.act) {
            case Deed::Act::hang_up:
                close();
                return;
            case Deed::Act::silence:
                break;
            case Deed::Act::answer:
                write(response(deed.stub, packet, seen.context));
                break;
            case Deed::Act::fault:
                write(fault(deed.status, 0x03, packet));
                break;
            case Deed::Act::fault_not_executed:
                write(fault(deed.status, 0x03 | pfc::kDidNotExecute, packet));
                break;
            case Deed::Act::usual:
                write(usual(seen));
                break;
        }
        read();
    }

    [[nodiscard]] Bytes usual(const Seen& seen) const {
        switch (seen.type) {
            case PacketType::bind:
                return bind_answer(PacketType::bind_ack, 0x07, packet);
            case PacketType::alter_context:
                return bind_answer(PacketType::alter_context_resp, 0x03, packet);
            default:
                return response(owner.usual_answer(seen), packet, seen.context);
        }
    }

    void write(const Bytes& octets) {
        boost::system::error_code ignored;
        boost::asio::write(socket, boost::asio::buffer(octets), ignored);
    }

    void close() {
        boost::system::error_code ignored;
        socket.close(ignored);
    }

    FakeCa& owner;
    Place place;
    tcp::socket socket{owner.loop_};
    Bytes packet{};
    Bytes stub{};
};

FakeCa::FakeCa(Behaviour behaviour, Interfaces interfaces)
    : behaviour_(std::move(behaviour)), interfaces_(interfaces) {
    accept(mapper_, Place::mapper);
    accept(exporter_, Place::exporter);
    thread_ = std::thread([this] { loop_.run(); });
}

FakeCa::~FakeCa() {
    loop_.stop();
    thread_.join();
}

void FakeCa::accept(tcp::acceptor& acceptor, Place place) {
    auto visitor = std::make_shared<Visitor>(*this, place);
    acceptor.async_accept(
        visitor->socket, [this, visitor, &acceptor, place](const boost::system::error_code& error) {
            if (error) {
                return;
            }
            visitors_.push_back(visitor);
            {
                const std::lock_guard lock(guard_);
                ++connections_;
            }
            visitor->read();
            accept(acceptor, place);
        });
}

Deed FakeCa::decide(const Seen& seen) {
    {
        const std::lock_guard lock(guard_);
        seen_.push_back(seen);
    }
    return behaviour_ ? behaviour_(seen) : Deed{};
}

Bytes FakeCa::usual_answer(const Seen& seen) const {
    if (seen.place == Place::mapper) {
        return activation_reply(interfaces_ == Interfaces::both, exporter_.local_endpoint().port());
    }
    const std::string name = name_of(seen);
    if (name.starts_with("Request")) {
        return certificate_reply(77, 3, Bytes{0x30, 0x03, 0x02, 0x01, 0x05});
    }
    if (name == "GetCAProperty" || name == "GetCACert") {
        return property_reply(utf16le_from_utf8("Corp Issuing CA 1"));
    }
    return plain_reply(0);
}

std::uint16_t FakeCa::mapper_port() const { return mapper_.local_endpoint().port(); }

std::uint16_t FakeCa::exporter_port() const { return exporter_.local_endpoint().port(); }

void FakeCa::hang_up() {
    const auto over = std::make_shared<std::promise<void>>();  // outlives the word that it is over
    const auto is_over = over->get_future();
    boost::asio::post(loop_, [this, over] {
        for (const auto& each : visitors_) {
            if (const auto visitor = each.lock()) {
                visitor->close();
            }
        }
        over->set_value();
    });
    is_over.wait();
}

unsigned FakeCa::connections() const {
    const std::lock_guard lock(guard_);
    return connections_;
}

unsigned FakeCa::round_trips() const {
    const std::lock_guard lock(guard_);
    return connections_ + static_cast<unsigned>(seen_.size());
}

unsigned FakeCa::activations() const {
    const std::lock_guard lock(guard_);
    return static_cast<unsigned>(std::ranges::count_if(
        seen_, [](const Seen& one) { return one.is(Place::mapper, PacketType::request); }));
}

std::vector<std::string> FakeCa::calls() const {
    const std::lock_guard lock(guard_);
    std::vector<std::string> names;
    for (const Seen& one : seen_) {
        if (one.is(Place::exporter, PacketType::request)) {
            names.push_back(name_of(one));
        }
    }
    return names;
}

std::vector<Bytes> FakeCa::stubs_of(std::string_view method) const {
    const std::lock_guard lock(guard_);
    std::vector<Bytes> stubs;
    for (const Seen& one : seen_) {
        if (one.is(Place::exporter, PacketType::request) && name_of(one) == method) {
            stubs.push_back(one.stub);
        }
    }
    return stubs;
}

}  // namespace ae::ca::test
