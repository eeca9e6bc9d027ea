#include "stores/crl_cache_folder.h"

#include "stores/store_layout.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace ae::stores {
namespace {

constexpr std::string_view kSuffix = ".crl";
constexpr std::size_t kDigits = 40;

struct KeptList {
    Time until{};
    std::size_t size = 0;
};

std::string name_of(const std::string& key, Time until) {
    return key + "." + std::to_string(until.time_since_epoch().count()) + std::string(kSuffix);
}

// Key and time of a file's name; nothing for a file that is not the cache's.
std::optional<std::pair<std::string, Time>> parse_name(std::string_view name) {
    if (name.size() <= kDigits + 1 + kSuffix.size() || !name.ends_with(kSuffix) ||
        !is_lower_hex(name.substr(0, kDigits), kDigits) || name[kDigits] != '.') {
        return std::nullopt;
    }
    const auto digits = name.substr(kDigits + 1, name.size() - kDigits - 1 - kSuffix.size());
    std::int64_t seconds = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (problem != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return std::pair(std::string(name.substr(0, kDigits)), Time(Seconds(seconds)));
}

class FolderCache final : public CrlCache {
  public:
    FolderCache(std::unique_ptr<CacheFolder> folder, StoreUse use, engine::Crypto& crypto,
                Warn warn)
        : folder_(std::move(folder)), use_(use), crypto_(crypto), warn_(std::move(warn)) {}

    std::optional<Bytes> find(const std::string& url) override {
        const std::string key = key_of(url);
        const auto& kept = lists();
        const auto found = kept.find(key);
        if (found == kept.end()) {
            return std::nullopt;
        }
        auto content = folder_->read(name_of(key, found->second.until), kLargestList);
        return content ? std::move(*content) : std::nullopt;
    }

    void keep(const std::string& url, ByteView list, Time until) override {
        if (use_ == StoreUse::look || list.size() > kLargestList) {
            return;
        }
        const std::string key = key_of(url);
        auto& kept = lists();
        const auto old = kept.find(key);
        if (old != kept.end() && old->second.until == until && holds(key, list, until)) {
            return;  // the same list again: a run that learns nothing writes nothing
        }
        // The new one first: a disk that does not take it leaves what was known.
        if (Done written = folder_->publish(name_of(key, until), list); !written) {
            complain(written.error());
            return;
        }
        if (old != kept.end() && old->second.until != until) {
            drop(kept, old);
        }
        kept[key] = {until, list.size()};
        make_room(kept, key);
    }

  private:
    using Lists = std::map<std::string, KeptList>;

    std::string key_of(const std::string& url) {
        return to_hex(crypto_.digest(engine::HashAlgorithm::sha1, as_bytes(url)));
    }

    Lists& lists() {
        if (!lists_) {
            lists_.emplace();
            const auto names = folder_->names();
            for (const std::string& name : names ? *names : std::vector<std::string>{}) {
                take_in(*lists_, name);
            }
        }
        return *lists_;
    }

    // A crash between a new list and the end of its predecessor leaves both: the later one counts.
    void take_in(Lists& kept, const std::string& name) {
        if (is_temporary(name)) {
            remove(name);  // a crash left it
            return;
        }
        const auto parsed = parse_name(name);
        if (!parsed) {
            return;
        }
        const auto& [key, until] = *parsed;
        const auto other = kept.find(key);
        if (other != kept.end() && other->second.until >= until) {
            remove(name);
            return;
        }
        if (other != kept.end()) {
            remove(name_of(key, other->second.until));
        }
        const auto size = folder_->size_of(name);
        kept[key] = {until, size ? size->value_or(0) : 0};
    }

    bool holds(const std::string& key, ByteView list, Time until) {
        const auto content = folder_->read(name_of(key, until), kLargestList);
        return content && *content && equal(**content, list);
    }

    void make_room(Lists& kept, const std::string& newcomer) {
        const auto too_much = [&kept] {
            std::size_t octets = 0;
            for (const auto& [key, list] : kept) {
                octets += list.size;
            }
            return kept.size() > kMostLists || octets > kLargestCache;
        };
        while (kept.size() > 1 && too_much()) {
            auto first = kept.end();
            for (auto each = kept.begin(); each != kept.end(); ++each) {
                if (each->first != newcomer &&
                    (first == kept.end() || each->second.until < first->second.until)) {
                    first = each;
                }
            }
            drop(kept, first);
        }
    }

    void drop(Lists& kept, Lists::iterator list) {
        remove(name_of(list->first, list->second.until));
        kept.erase(list);
    }

    void remove(const std::string& name) {
        if (use_ == StoreUse::change) {
            if (Done removed = folder_->remove(name); !removed) {
                complain(removed.error());
            }
        }
    }

    void complain(const Error& error) {
        if (warn_) {
            Error said = error;
            warn_(std::move(said).within("keep a certificate revocation list").sentence());
            warn_ = nullptr;  // once
        }
    }

    std::unique_ptr<CacheFolder> folder_;
    StoreUse use_;
    engine::Crypto& crypto_;
    Warn warn_;
    std::optional<Lists> lists_{};
};

}  // namespace

std::unique_ptr<CrlCache> make_crl_cache(std::unique_ptr<CacheFolder> folder, StoreUse use,
                                         engine::Crypto& crypto, Warn warn) {
    return std::make_unique<FolderCache>(std::move(folder), use, crypto, std::move(warn));
}

}  // namespace ae::stores
