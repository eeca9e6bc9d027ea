// The host of a certification authority on the loopback interface: port mapper and object exporter,
// as packets.  Activates, answers each method as the test says, and keeps count of what it saw; a
// security context of XOR in place of Kerberos (scripted_server.h).
// Its thread runs from construction to destruction; the accessors may be called from any.
#pragma once

#include "ca-client/rpc/pdu.h"
#include "tests/ca-client/fake_ca_packets.h"
#include "tests/ca-client/rpc/scripted_server.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace ae::ca::test {

// What comes of one packet.
struct Deed {
    enum class Act { usual, answer, silence, hang_up, fault, fault_not_executed };
    Act act = Act::usual;
    Bytes stub{};
    std::uint32_t status = 0;  // of a fault
};
inline Deed answer(Bytes stub) { return {Deed::Act::answer, std::move(stub)}; }

enum class Place { mapper, exporter };
struct Seen {
    [[nodiscard]] bool is(Place where, PacketType what) const {
        return place == where && type == what;
    }
    Place place{};
    PacketType type{};
    std::uint16_t context = 0;
    std::uint16_t opnum = 0;  // of a request
    Bytes stub{};             // whole and open
};

class FakeCa {
  public:
    // Asked for each packet before anything else is done; on the server's thread.
    using Behaviour = std::function<Deed(const Seen&)>;
    enum class Interfaces { both, older };

    explicit FakeCa(Behaviour behaviour, Interfaces interfaces = Interfaces::both);
    FakeCa(const FakeCa&) = delete;
    FakeCa& operator=(const FakeCa&) = delete;
    ~FakeCa();

    [[nodiscard]] std::uint16_t mapper_port() const;
    [[nodiscard]] std::uint16_t exporter_port() const;
    // Ends every connection; over once the client's side has been told.
    void hang_up();

    [[nodiscard]] unsigned connections() const;
    [[nodiscard]] unsigned round_trips() const;  // connections, and packets that wait for an answer
    [[nodiscard]] unsigned activations() const;
    // At the exporter, in order: "Request2", "GetCAProperty", "RemRelease" ...
    [[nodiscard]] std::vector<std::string> calls() const;
    [[nodiscard]] std::vector<Bytes> stubs_of(std::string_view method) const;

  private:
    struct Visitor;
    using tcp = boost::asio::ip::tcp;

    void accept(tcp::acceptor& acceptor, Place place);
    Deed decide(const Seen& seen);
    [[nodiscard]] Bytes usual_answer(const Seen& seen) const;

    Behaviour behaviour_;
    Interfaces interfaces_;
    boost::asio::io_context loop_{1};
    tcp::acceptor mapper_{loop_, {boost::asio::ip::address_v4::loopback(), 0}};
    tcp::acceptor exporter_{loop_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::vector<std::weak_ptr<Visitor>> visitors_{};
    mutable std::mutex guard_{};
    unsigned connections_ = 0;
    std::vector<Seen> seen_{};
    std::thread thread_{};
};

}  // namespace ae::ca::test
