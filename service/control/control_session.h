// What holds for every connection of the control channel, without sockets: lines of bounded length
// in, a bounded queue out, and how many may be there at once.
// Pure, portable; one thread at a time.
#pragma once

#include "engine/base/result.h"
#include "service/account.h"
#include "service/control/control_protocol.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace ae::service {

inline constexpr std::size_t kMostClients = 32;  // administrators are not counted among them
inline constexpr std::size_t kMostClientsOfOne = 8;
inline constexpr std::size_t kMostClientsOfAdministrator =
    256;  // so that no loop of a script fills us
inline constexpr std::chrono::seconds kRequestTime{5};
inline constexpr std::chrono::seconds kFarewellTime{30};
inline constexpr std::chrono::seconds kAcceptPause{1};
inline constexpr std::size_t kLargestBacklog = kLargestAnswer;

struct ControlLimits {
    std::size_t clients = kMostClients;
    std::size_t of_one = kMostClientsOfOne;
    std::size_t of_administrator = kMostClientsOfAdministrator;
    std::size_t backlog = kLargestBacklog;  // octets that a client has not read
    std::chrono::milliseconds request_time = kRequestTime;
    std::chrono::milliseconds farewell_time = kFarewellTime;  // to read the last answer
    std::chrono::milliseconds accept_pause = kAcceptPause;    // while no descriptor is free
};

// Cuts what comes into lines.  Holds `largest` octets and one addition at most when every line is
// taken out before more is added.
class LineReader {
  public:
    explicit LineReader(std::size_t largest) : largest_(largest) {}

    void add(std::string_view octets);
    // The next line without its line feed; nothing: more is needed.  kInvalidData: it is longer
    // than `largest`, and nothing after it can be read.
    Result<std::optional<std::string>> next();
    [[nodiscard]] bool empty() const { return begin_ == octets_.size(); }

  private:
    std::size_t largest_;
    std::string octets_{};
    std::size_t begin_ = 0;    // of the line that is read
    std::size_t scanned_ = 0;  // no line feed stands between begin_ and here
};

// What one client has not read yet.
class Backlog {
  public:
    explicit Backlog(std::size_t largest) : largest_(largest) {}

    // Adds the line feed when it has none.  False: the client let too much pile up; nothing is
    // added.
    [[nodiscard]] bool add(std::string line);
    // Before everything else; only while nothing has been written.
    [[nodiscard]] bool add_first(std::string line);
    // What to write next.  It stays where it is until written() was told so.
    [[nodiscard]] std::string_view front() const;
    void written(std::size_t count);
    void clear();
    [[nodiscard]] bool empty() const { return lines_.empty(); }

  private:
    bool make_room(std::string& line);

    std::size_t largest_;
    std::deque<std::string> lines_{};
    std::size_t written_ = 0;  // of the first line
    std::size_t size_ = 0;     // of all lines
};

// How many are connected while one more knocks.
struct Crowd {
    std::size_t of_account = 0;         // of the one who knocks
    std::size_t not_administrator = 0;  // of everybody but administrators
};
Done may_enter(const ControlLimits& limits, const Peer& visitor, const Crowd& crowd);  // kBusy

// The same answer with its texts made fit for a terminal: a server's words may be anybody's.
// Line feeds stay in RunResult::text; its `report` is JSON and is left alone.
ControlAnswer made_printable(ControlAnswer answer);

}  // namespace ae::service
