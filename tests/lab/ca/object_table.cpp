#include "tests/lab/ca/object_table.h"

#include <algorithm>
#include <cstring>

namespace ae::labca {
namespace {

constexpr std::size_t kMaxObjects = 10000;
constexpr std::size_t kMaxSetSize = 1000;

std::uint64_t random_id() {
    std::uint64_t id = 0;
    const Guid guid = Guid::random();
    std::memcpy(&id, guid.wire.data(), sizeof(id));
    return id | 1U;  // never 0
}

}  // namespace

ObjectTable::ObjectTable() : oxid_(random_id()), ipid_rem_unknown_(Guid::random()) {}

std::uint64_t ObjectTable::create(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(objects_,
                  [now](const auto& entry) { return now - entry.second.pinged > 3 * kPingPeriod; });
    std::erase_if(sets_, [this](const auto& entry) {
        return std::none_of(entry.second.begin(), entry.second.end(),
                            [this](std::uint64_t oid) { return objects_.contains(oid); });
    });
    if (objects_.size() >= kMaxObjects) {
        throw RpcFault(0x1c00001b, "too many objects", Executed::no);
    }
    const std::uint64_t oid = random_id();
    objects_[oid].pinged = now;
    return oid;
}

std::optional<StdObjRef> ObjectTable::reference(std::uint64_t oid, const Guid& iid,
                                                std::uint32_t refs) {
    const std::lock_guard lock(mutex_);
    const auto object = objects_.find(oid);
    if (object == objects_.end()) {
        return std::nullopt;
    }
    auto& interfaces = object->second.interfaces;
    auto one = std::find_if(interfaces.begin(), interfaces.end(),
                            [&iid](const auto& entry) { return entry.second.iid == iid; });
    if (one == interfaces.end()) {
        one = interfaces.emplace(Guid::random(), Interface{iid, 0}).first;
    }
    one->second.refs += refs;
    return StdObjRef{0, refs, oxid_, oid, one->first};
}

ObjectTable::Object* ObjectTable::find(const Guid& ipid, std::uint64_t* oid) {
    for (auto& [id, object] : objects_) {
        if (object.interfaces.contains(ipid)) {
            if (oid != nullptr) {
                *oid = id;
            }
            return &object;
        }
    }
    return nullptr;
}

std::optional<std::uint64_t> ObjectTable::object_of(const Guid& ipid) {
    const std::lock_guard lock(mutex_);
    std::uint64_t oid = 0;
    return find(ipid, &oid) != nullptr ? std::optional(oid) : std::nullopt;
}

std::optional<Guid> ObjectTable::interface_of(const Guid& ipid) {
    const std::lock_guard lock(mutex_);
    Object* object = find(ipid, nullptr);
    return object != nullptr ? std::optional(object->interfaces[ipid].iid) : std::nullopt;
}

bool ObjectTable::add_ref(const Guid& ipid, std::uint32_t refs) {
    const std::lock_guard lock(mutex_);
    Object* object = find(ipid, nullptr);
    if (object == nullptr) {
        return false;
    }
    object->interfaces[ipid].refs += refs;
    return true;
}

bool ObjectTable::release(const Guid& ipid, std::uint32_t refs) {
    const std::lock_guard lock(mutex_);
    std::uint64_t oid = 0;
    Object* object = find(ipid, &oid);
    if (object == nullptr) {
        return false;
    }
    Interface& one = object->interfaces[ipid];
    one.refs -= std::min(one.refs, refs);
    if (one.refs == 0) {
        object->interfaces.erase(ipid);
        if (object->interfaces.empty()) {
            objects_.erase(oid);
        }
    }
    return true;
}

bool ObjectTable::ping_set(std::uint64_t& set, const std::vector<std::uint64_t>& add,
                           const std::vector<std::uint64_t>& remove, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (set == 0) {
        set = random_id();
        sets_[set] = {};
    }
    const auto found = sets_.find(set);
    if (found == sets_.end() || found->second.size() + add.size() > kMaxSetSize) {
        return false;
    }
    for (const std::uint64_t oid : add) {
        found->second.push_back(oid);
    }
    std::erase_if(found->second, [&remove](std::uint64_t oid) {
        return std::find(remove.begin(), remove.end(), oid) != remove.end();
    });
    for (const std::uint64_t oid : found->second) {
        if (const auto object = objects_.find(oid); object != objects_.end()) {
            object->second.pinged = now;
        }
    }
    return true;
}

bool ObjectTable::ping(std::uint64_t set, Clock::time_point now) {
    return set != 0 && ping_set(set, {}, {}, now);
}

std::size_t ObjectTable::size() {
    const std::lock_guard lock(mutex_);
    return objects_.size();
}

}  // namespace ae::labca
