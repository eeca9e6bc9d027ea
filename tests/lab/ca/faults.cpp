#include "tests/lab/ca/faults.h"

#include <charconv>

#include <fmt/format.h>

namespace ae::labca {
namespace {

struct Flag {
    std::string_view key;
    bool Faults::*member;
};
constexpr std::array<Flag, 11> kFlags{{{"pend", &Faults::pend},
                                       {"issue-other-key", &Faults::issue_other_key},
                                       {"drop-reply", &Faults::drop_reply},
                                       {"wrong-template", &Faults::wrong_template},
                                       {"extra-root", &Faults::extra_root},
                                       {"no-d2", &Faults::no_d2},
                                       {"not-yet-valid", &Faults::not_yet_valid},
                                       {"expired", &Faults::expired},
                                       {"status-mismatch", &Faults::status_mismatch},
                                       {"wrong-hash", &Faults::wrong_hash},
                                       {"stale-template", &Faults::stale_template}}};

std::uint32_t number(std::string_view text) {
    const int base = text.starts_with("0x") ? 16 : 10;
    if (base == 16) {
        text.remove_prefix(2);
    }
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) {
        throw std::invalid_argument(fmt::format("\"{}\" is not a number like 0x80094012", text));
    }
    return value;
}

std::optional<std::uint32_t> code_or_off(std::string_view value) {
    return value == "off" ? std::nullopt : std::optional(number(value));
}

}  // namespace

void FaultSwitch::set(const std::string& assignment) {
    const std::lock_guard lock(mutex_);
    if (assignment == "off") {
        faults_ = {};
        return;
    }
    const std::size_t equals = assignment.find('=');
    const std::string key = assignment.substr(0, equals);
    const std::string value =
        equals == std::string::npos ? std::string("on") : assignment.substr(equals + 1);
    if (key == "deny") {
        faults_.deny = code_or_off(value);
    } else if (key == "deny-hresult") {
        faults_.deny_hresult = code_or_off(value);
    } else if (key == "message") {
        faults_.message = value == "off" ? std::nullopt : std::optional(value);
    } else if (key == "delay") {
        faults_.delay = std::chrono::milliseconds(value == "off" ? 0 : number(value));
    } else {
        for (const Flag& flag : kFlags) {
            if (flag.key == key && (value == "on" || value == "off")) {
                faults_.*flag.member = value == "on";
                return;
            }
        }
        throw std::invalid_argument(
            fmt::format("no fault \"{}\" that can be \"{}\"; see README.md", key, value));
    }
}

Faults FaultSwitch::now() const {
    const std::lock_guard lock(mutex_);
    return faults_;
}

std::string FaultSwitch::describe() const {
    const Faults faults = now();
    std::string out;
    if (faults.deny) {
        out += fmt::format("deny=0x{:08X}\n", *faults.deny);
    }
    if (faults.deny_hresult) {
        out += fmt::format("deny-hresult=0x{:08X}\n", *faults.deny_hresult);
    }
    if (faults.message) {
        out += fmt::format("message={}\n", *faults.message);
    }
    if (faults.delay.count() != 0) {
        out += fmt::format("delay={}\n", faults.delay.count());
    }
    for (const Flag& flag : kFlags) {
        if (faults.*flag.member) {
            out += fmt::format("{}=on\n", flag.key);
        }
    }
    return out;
}

}  // namespace ae::labca
