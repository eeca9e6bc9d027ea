// [RegNotifyChangeKeyValue] of every key that policy may stand in, and of the nearest key above it
// that exists: there, only the names of the keys directly below count, which tell when the key is
// made or deleted (a key's own notice does not tell that it is deleted).  So nothing has to be
// asked again and again until a key exists.  A second source is the notice that Group Policy was
// applied ([RegisterGPNotification]). Each notice is for one change: it is asked for again before
// the change is told, and so before whoever is told reads anything.
#include "engine/base/win32.h"
#include "policy/registry_places.h"
#include "service/host/watches.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/windows/object_handle.hpp>
#include <userenv.h>

namespace ae::service {
namespace {

Result<UniqueWinHandle> make_event() {
    constexpr BOOL kResetsItself = FALSE;
    constexpr BOOL kNotYetSet = FALSE;
    UniqueWinHandle event(::CreateEventW(nullptr, kResetsItself, kNotYetSet, nullptr));
    if (!event) {
        return fail(last_error("make an event"));
    }
    return event;
}

// Calls `rings` each time the event is set, until this is destroyed; that call may do it.
class Bell {
  public:
    Bell(Loop& loop, UniqueWinHandle event, Changed rings)
        : inside_(std::make_shared<Inside>(loop, std::move(rings))) {
        boost::system::error_code error;
        inside_->event.assign(event.get(), error);
        if (!error) {
            (void)event.release();
            wait(inside_);
        }
    }
    [[nodiscard]] HANDLE event() const { return inside_->event.native_handle(); }

  private:
    struct Inside {
        Inside(Loop& loop, Changed to_call) : event(loop), rings(std::move(to_call)) {}
        boost::asio::windows::object_handle event;
        Changed rings;
    };

    static void wait(const std::shared_ptr<Inside>& inside) {
        inside->event.async_wait(
            [held = std::weak_ptr(inside)](const boost::system::error_code& error) {
                const auto alive = held.lock();
                if (!alive || error) {
                    return;
                }
                alive->rings();
                if (alive.use_count() > 1) {  // else it was destroyed meanwhile
                    wait(alive);
                }
            });
    }

    std::shared_ptr<Inside> inside_;
};

// The names of the keys that lead to `path`, the shortest first: "", "Software", ..., itself.
std::vector<std::wstring> way_to(std::string_view path) {
    std::vector<std::wstring> way{L""};
    for (auto at = path.find('\\'); at != std::string_view::npos; at = path.find('\\', at + 1)) {
        way.push_back(wide(path.substr(0, at)));
    }
    way.push_back(wide(path));
    return way;
}

enum class What { names, everything };  // directly below; in it and below

// One notice of one key.
struct Notice {
    UniqueRegistryKey key{};
    // Closing the key sets the event of a notice that is still asked for; the bell has gone by
    // then.
    std::optional<Bell> bell{};
};

// One key, whether it exists or not.
class KeyWatch {
  public:
    // `changed` is called from the loop.
    KeyWatch(Loop& loop, HKEY hive, std::string_view path, Changed changed)
        : loop_(loop), hive_(hive), way_(way_to(path)), changed_(std::move(changed)) {}
    KeyWatch(const KeyWatch&) = delete;
    KeyWatch& operator=(const KeyWatch&) = delete;
    KeyWatch(KeyWatch&&) = delete;
    KeyWatch& operator=(KeyWatch&&) = delete;
    ~KeyWatch() = default;

    // From the end of the way: a key that is made meanwhile is looked for once more.
    Done arm() {
        for (int tries = 0; tries < kMostTries; ++tries) {
            const std::size_t above = nearest_above();
            Notice names;
            if (auto asked = ask(above, What::names, names); !asked) {
                return pass(asked);
            }
            Notice content;
            const bool at_the_end = above + 2 == way_.size();
            if (at_the_end) {
                if (auto asked = ask(above + 1, What::everything, content); !asked) {
                    return pass(asked);
                }
            }
            if (names.key && (at_the_end || !open(above + 1))) {
                names_ = std::move(names);
                content_ = std::move(content);
                return done();
            }
        }
        return fail(win32_error(ERROR_BUSY, "watch a registry key that comes and goes"));
    }

  private:
    static constexpr int kMostTries = 100;

    // A key that may not be opened is as good as none: the one above it tells when it is replaced.
    [[nodiscard]] UniqueRegistryKey open(std::size_t place) const {
        UniqueRegistryKey key;
        ::RegOpenKeyExW(hive_, way_[place].c_str(), 0,
                        KEY_NOTIFY | KEY_QUERY_VALUE | KEY_WOW64_64KEY, key.put());
        return key;
    }

    // Its place on the way; the hive itself is always there.
    [[nodiscard]] std::size_t nearest_above() const {
        std::size_t place = way_.size() - 2;
        while (place > 0 && !open(place)) {
            --place;
        }
        return place;
    }

    // Leaves `notice` empty when there is no such key.
    Done ask(std::size_t place, What what, Notice& notice) {
        UniqueRegistryKey key = open(place);
        if (!key) {
            return done();
        }
        auto event = make_event();
        if (!event) {
            return pass(event);
        }
        constexpr BOOL kDoNotBlock = TRUE;
        const bool all = what == What::everything;
        const DWORD filter = REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_THREAD_AGNOSTIC |
                             (all ? REG_NOTIFY_CHANGE_LAST_SET : 0U);
        const LSTATUS status = ::RegNotifyChangeKeyValue(key.get(), all ? TRUE : FALSE, filter,
                                                         event->get(), kDoNotBlock);
        if (status == ERROR_KEY_DELETED) {
            return done();
        }
        if (status != ERROR_SUCCESS) {
            return fail(win32_error(static_cast<DWORD>(status),
                                    "watch the registry key " + narrow(way_[place])));
        }
        notice.bell.emplace(loop_, std::move(*event), [this, what] { rang(what); });
        notice.key = std::move(key);
        return done();
    }

    void rang(What what) {
        const bool existed = static_cast<bool>(content_.key);
        const bool deleted = existed && is_deleted(content_.key);
        // Without a new notice this key is read again when another one changes, or by the timer.
        static_cast<void>(arm());
        const bool exists = static_cast<bool>(content_.key);
        if (what == What::everything || deleted || existed != exists) {
            changed_();
        }
    }

    static bool is_deleted(const UniqueRegistryKey& key) {
        return ::RegQueryInfoKeyW(key.get(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                  nullptr, nullptr, nullptr, nullptr, nullptr) == ERROR_KEY_DELETED;
    }

    Loop& loop_;
    HKEY hive_;
    std::vector<std::wstring> way_;
    Changed changed_;
    Notice names_{};
    Notice content_{};
};

// Set each time Group Policy was applied, to this machine or to this user.
class GroupPolicyNotice {
  public:
    GroupPolicyNotice(Loop& loop, UniqueWinHandle event, BOOL of_machine, Changed changed)
        : bell_(loop, std::move(event), std::move(changed)),
          // A host that cannot have it is still told by the keys that Group Policy writes.
          is_registered_(::RegisterGPNotification(bell_.event(), of_machine) != 0) {}
    GroupPolicyNotice(const GroupPolicyNotice&) = delete;
    GroupPolicyNotice& operator=(const GroupPolicyNotice&) = delete;
    GroupPolicyNotice(GroupPolicyNotice&&) = delete;
    GroupPolicyNotice& operator=(GroupPolicyNotice&&) = delete;
    ~GroupPolicyNotice() {
        if (is_registered_) {
            ::UnregisterGPNotification(bell_.event());
        }
    }

  private:
    Bell bell_;
    bool is_registered_;
};

class RegistryWatch final : public Watch {
  public:
    RegistryWatch(Loop& loop, Changed changed)
        : loop_(loop), settling_(std::make_shared<Settling>(loop, std::move(changed))) {}

    Done open() {
        for (const HKEY hive : {HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER}) {
            for (const auto& place : policy::kRegistryPlaces) {
                auto& key = keys_.emplace_back(std::make_unique<KeyWatch>(
                    loop_, hive, place.key, [this] { begin(settling_); }));
                if (Done armed = key->arm(); !armed) {
                    return armed;
                }
            }
        }
        for (const BOOL of_machine : {TRUE, FALSE}) {
            auto event = make_event();
            if (!event) {
                return pass(event);
            }
            notices_.push_back(std::make_unique<GroupPolicyNotice>(
                loop_, std::move(*event), of_machine, [this] { begin(settling_); }));
        }
        return done();
    }

  private:
    struct Settling {
        Settling(Loop& loop, Changed to_call) : timer(loop), changed(std::move(to_call)) {}
        boost::asio::steady_timer timer;
        Changed changed;
        bool pending = false;
    };

    // What changes until then is part of the same call.
    static void begin(const std::shared_ptr<Settling>& settling) {
        if (std::exchange(settling->pending, true)) {
            return;
        }
        settling->timer.expires_after(kPolicySettles);
        settling->timer.async_wait(
            [held = std::weak_ptr(settling)](const boost::system::error_code& error) {
                const auto alive = held.lock();
                if (!alive || error) {
                    return;
                }
                alive->pending = false;
                alive->changed();  // may destroy the watch
            });
    }

    Loop& loop_;
    std::shared_ptr<Settling> settling_;
    std::vector<std::unique_ptr<KeyWatch>> keys_{};
    std::vector<std::unique_ptr<GroupPolicyNotice>> notices_{};
};

}  // namespace

Result<std::unique_ptr<Watch>> watch_policy(Loop& loop, const std::string& /*folder*/,
                                            Changed changed) {
    auto watch = std::make_unique<RegistryWatch>(loop, std::move(changed));
    if (Done opened = watch->open(); !opened) {
        return pass(opened);
    }
    return watch;
}

}  // namespace ae::service
