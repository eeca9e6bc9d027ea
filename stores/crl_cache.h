// Lists of revoked certificates that earlier runs fetched, so that not every run asks for them
// again, and so that what is known to be revoked stays known while nobody answers (RFC 5280 5).
//
// What it gives is as hostile as what a network gives: whoever uses a list checks its signature and
// its dates.  A cache that cannot read or write forgets; nothing depends on it, so nothing here
// fails.  Blocks on the disk; one thread at a time.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/time.h"

#include <optional>
#include <string>

namespace ae::stores {

class CrlCache {
  public:
    virtual ~CrlCache() = default;
    // What was kept for exactly this URL, however old it is: what it has revoked stays so.
    virtual std::optional<Bytes> find(const std::string& url) = 0;
    // Takes the place of what was kept for this URL.  `until`: from then on it says nothing about
    // those that it does not name; what ends first makes room for others.
    virtual void keep(const std::string& url, ByteView list, Time until) = 0;
};

}  // namespace ae::stores
