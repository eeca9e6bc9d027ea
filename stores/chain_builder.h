// The platform's part of chain_checker.h: finds a way from a certificate to one of the roots that
// are given, and says what it is worth but for revocation.  Siblings by suffix.
// The anchors of the last call are kept parsed.  No network, no clock.  One thread at a time.
#pragma once

#include "engine/ports.h"

#include <memory>
#include <vector>

namespace ae::stores {

struct BuiltChain {
    engine::ChainStatus status{};
    std::vector<Bytes> path{};  // of a chain that holds: the certificate first, its root last
};

class ChainBuilder {
  public:
    virtual ~ChainBuilder() = default;
    virtual BuiltChain build(ByteView certificate, const std::vector<Bytes>& extra,
                             const engine::Anchors& trust, Time now) = 0;
};

std::unique_ptr<ChainBuilder> make_chain_builder();

}  // namespace ae::stores
