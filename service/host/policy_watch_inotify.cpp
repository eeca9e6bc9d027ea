// [inotify(7)] of the folder and of each folder on the way to it: there, only the next name counts.
// So nothing has to be asked again and again until the folder exists, and a folder that takes its
// place, or that of one above it, is noticed.  Of a symbolic link on the way, the link itself and
// the folder that it leads to are watched, not what lies between.
#include "service/host/descriptor_posix.h"
#include "service/host/watches.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/inotify.h>

namespace ae::service {
namespace {

// No IN_OPEN, IN_ACCESS, IN_CLOSE_NOWRITE: reading the policy must not look like a change of it.
constexpr std::uint32_t kNames = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t kItself = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t kOnTheWay = kNames | kItself | IN_ATTRIB | IN_ONLYDIR;
constexpr std::uint32_t kInFolder = kOnTheWay | IN_CLOSE_WRITE | IN_MODIFY;

struct Step {
    std::string path{};
    std::string next{};  // the name that counts in it; the folder itself: all
};

// "/etc/a" is "/" with "etc", "/etc" with "a", and "/etc/a".
std::vector<Step> way_to(const std::filesystem::path& folder) {
    std::vector<Step> way;
    std::filesystem::path here;
    for (const auto& part : folder) {
        if (part.empty()) {  // after a slash at the end
            continue;
        }
        if (!way.empty()) {
            way.back().next = part.string();
        }
        here /= part;
        way.push_back({here.string(), {}});
    }
    return way;
}

class Inotify final : public Watch {
  public:
    Inotify(Loop& loop, UniqueDescriptor descriptor, std::vector<Step> way, Changed changed)
        : changed_(std::move(changed)),
          way_(std::move(way)),
          settle_(loop),
          events_(loop, std::move(descriptor), [this] { read(); }) {}

    // From the top: what is made while this goes on is an event of the folder above it.
    // errno, when not even the first folder can be watched or the kernel has no room for more.
    int watch_way() {
        std::map<int, std::size_t> now;
        int problem = 0;
        for (std::size_t place = 0; place < way_.size(); ++place) {
            const Step& step = way_[place];
            const int watch = ::inotify_add_watch(events_.get(), step.path.c_str(),
                                                  step.next.empty() ? kInFolder : kOnTheWay);
            if (watch >= 0) {
                now[watch] = place;
            } else if (place == 0 || errno == ENOSPC || errno == ENOMEM) {
                problem = errno;
            }
        }
        for (const auto& [watch, place] : watches_) {
            if (!now.contains(watch)) {
                ::inotify_rm_watch(events_.get(), watch);  // or the kernel did that already
            }
        }
        watches_ = std::move(now);
        return problem;
    }

  private:
    void read() {
        alignas(inotify_event) std::array<char, 4096> buffer{};
        bool way_changed = false;
        bool anything = false;
        for (;;) {
            const auto count = ::read(events_.get(), buffer.data(), buffer.size());
            if (count <= 0) {
                break;
            }
            std::size_t at = 0;
            while (at < static_cast<std::size_t>(count)) {
                inotify_event event{};
                std::memcpy(&event, &buffer[at], sizeof event);
                const std::string_view name(&buffer[at] + sizeof event, event.len);
                const Counts counts = judge(event, name.substr(0, name.find('\0')));
                way_changed = way_changed || counts == Counts::way;
                anything = anything || counts != Counts::no;
                at += sizeof event + event.len;
            }
        }
        if (way_changed) {
            watch_way();
        }
        if (anything && !settle_.pending()) {
            settle_.start(kPolicySettles, changed_);
        }
    }

    enum class Counts { no, content, way };

    [[nodiscard]] Counts judge(const inotify_event& event, std::string_view name) const {
        if ((event.mask & IN_Q_OVERFLOW) != 0) {
            return Counts::way;
        }
        const auto found = watches_.find(event.wd);
        if (found == watches_.end()) {
            return Counts::no;  // IN_IGNORED and the last words of a watch that was given up
        }
        if ((event.mask & (kItself | IN_IGNORED | IN_UNMOUNT)) != 0) {
            return Counts::way;
        }
        const std::string& next = way_[found->second].next;
        if (next.empty()) {
            return Counts::content;
        }
        return name == next ? Counts::way : Counts::no;
    }

    Changed changed_;
    std::vector<Step> way_;
    std::map<int, std::size_t> watches_{};  // to the place in way_
    Delay settle_;
    Readable events_;
};

}  // namespace

Result<std::unique_ptr<Watch>> watch_policy(Loop& loop, const std::string& folder,
                                            Changed changed) {
    const std::string what = "watch the policy folder " + folder;
    std::error_code error;
    auto way = way_to(std::filesystem::absolute(folder, error).lexically_normal());
    if (error || way.empty()) {
        return fail(system_error(error ? error.value() : EINVAL, what));
    }
    UniqueDescriptor events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!events) {
        return fail(system_error(errno, what));
    }
    auto watch =
        std::make_unique<Inotify>(loop, std::move(events), std::move(way), std::move(changed));
    if (const int problem = watch->watch_way(); problem != 0) {
        return fail(system_error(problem, what).with_remedy("Raise fs.inotify.max_user_watches"));
    }
    return watch;
}

}  // namespace ae::service
