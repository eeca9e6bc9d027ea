#include "service/transport_of.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::service;

TEST_CASE("a way that somebody chose is the only one", "[transport]") {
    using Chosen = policy::Transport;
    CHECK(transport_of(Chosen::com) == TransportChoice{ca::Transport::com, ca::Fallback::none});
    CHECK(transport_of(Chosen::dcom) == TransportChoice{ca::Transport::dcom, ca::Fallback::none});
    CHECK(transport_of(Chosen::icpr) == TransportChoice{ca::Transport::icpr, ca::Fallback::none});
}

TEST_CASE("without a choice it is the platform's usual way, and ICertPassage behind it",
          "[transport]") {
    CHECK(transport_of(std::nullopt) ==
          TransportChoice{ca::default_transport(), ca::Fallback::icpr});
}
