// The objects that clients hold: OXID, OIDs, IPIDs, reference counts and pings ([MS-DCOM] 3.1.1).
//
// Each activation makes one object of the CA class; it ends when its last reference is released or
// when it was not pinged for three ping periods.  Threads: every method may be called from any.
#pragma once

#include "tests/lab/ca/orpc.h"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>

namespace ae::labca {

constexpr std::chrono::seconds kPingPeriod{120};
constexpr std::uint32_t kReferencesGiven = 5;

class ObjectTable {
  public:
    using Clock = std::chrono::steady_clock;

    ObjectTable();
    std::uint64_t oxid() const { return oxid_; }
    const Guid& ipid_rem_unknown() const { return ipid_rem_unknown_; }

    std::uint64_t create(Clock::time_point now);  // a new object; drops the ones not pinged
    // One interface of an object, with `refs` references added; nothing when the object is gone.
    std::optional<StdObjRef> reference(std::uint64_t oid, const Guid& iid, std::uint32_t refs);
    std::optional<std::uint64_t> object_of(const Guid& ipid);
    std::optional<Guid> interface_of(const Guid& ipid);
    bool add_ref(const Guid& ipid, std::uint32_t refs);
    bool release(const Guid& ipid, std::uint32_t refs);  // also forgets what has no references left

    // ComplexPing and SimplePing ([MS-DCOM] 3.1.2.5.1.2/3).  False: no such set or object.
    bool ping_set(std::uint64_t& set, const std::vector<std::uint64_t>& add,
                  const std::vector<std::uint64_t>& remove, Clock::time_point now);
    bool ping(std::uint64_t set, Clock::time_point now);
    std::size_t size();

  private:
    struct Interface {
        Guid iid{};
        std::uint32_t refs = 0;
    };
    struct Object {
        std::map<Guid, Interface> interfaces{};  // by IPID
        Clock::time_point pinged{};
    };
    Object* find(const Guid& ipid, std::uint64_t* oid);

    std::mutex mutex_{};
    std::uint64_t oxid_;
    Guid ipid_rem_unknown_;
    std::map<std::uint64_t, Object> objects_{};
    std::map<std::uint64_t, std::vector<std::uint64_t>> sets_{};
};

}  // namespace ae::labca
