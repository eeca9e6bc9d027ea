#include "tests/lab/ca/faults.h"

#include <charconv>

#include <fmt/format.h>

namespace ae::labca {
namespace {

struct Flag {
    std::string_view key;
    bool Faults::*member;
};
constexpr Flag kFlags[] = {{"pend", &Faults::pend},
                           {"issue-other-key", &Faults::issue_other_key},
                           {"drop-reply", &Faults::drop_reply},
                           {"wrong-template", &Faults::wrong_template},
                           {"extra-root", &Faults::extra_root},
                           {"no-d2", &Faults::no_d2},
                           {"no-icpr", &Faults::no_icpr},
                           {"not-yet-valid", &Faults::not_yet_valid},
                           {"expired", &Faults::expired},
                           {"status-mismatch", &Faults::status_mismatch},
                           {"wrong-hash", &Faults::wrong_hash},
                           {"stale-template", &Faults::stale_template},
                           {"on-activation", &Faults::on_activation},
                           {"untrusted-chain", &Faults::untrusted_chain},
                           {"wrong-signer", &Faults::wrong_signer},
                           {"no-full-response", &Faults::no_full_response},
                           {"no-certificate", &Faults::no_certificate},
                           {"tiny-fragments", &Faults::tiny_fragments},
                           {"endless-fragments", &Faults::endless_fragments},
                           {"replay", &Faults::replay},
                           {"wrong-call-id", &Faults::wrong_call_id},
                           {"wrong-context-id", &Faults::wrong_context_id},
                           {"unsigned-response", &Faults::unsigned_response},
                           {"broken-seal", &Faults::broken_seal}};

struct Code {  // shown in hexadecimal
    std::string_view key;
    std::optional<std::uint32_t> Faults::*member;
};
constexpr Code kCodes[] = {{"deny", &Faults::deny},
                           {"deny-hresult", &Faults::deny_hresult},
                           {"disposition", &Faults::disposition},
                           {"bad-status", &Faults::bad_status},
                           {"alloc-hint", &Faults::alloc_hint},
                           {"frag-length", &Faults::frag_length},
                           {"auth-length", &Faults::auth_length},
                           {"pad-length", &Faults::pad_length},
                           {"blob-length", &Faults::blob_length},
                           {"blob-count", &Faults::blob_count},
                           {"message-length", &Faults::message_length},
                           {"cut-response", &Faults::cut_response}};

template <class T>
struct Word {
    std::string_view text;
    T value;
};
constexpr Word<WireFaults::Silence> kSilences[] = {{"off", WireFaults::Silence::none},
                                                   {"on", WireFaults::Silence::call},
                                                   {"bind", WireFaults::Silence::bind}};
constexpr Word<ArchivedHash> kHashes[] = {{"off", ArchivedHash::right},
                                          {"wrong", ArchivedHash::wrong},
                                          {"missing", ArchivedHash::missing}};
constexpr Word<Dcom> kDcomAnswers[] = {{"off", Dcom::offered},
                                       {"on", Dcom::absent},
                                       {"denied", Dcom::denied},
                                       {"stopped", Dcom::stopped},
                                       {"unreachable", Dcom::unreachable}};

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

// "\x1b" in a text becomes the octet: a message may hold what no command line can.
std::string unescaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.starts_with("\\x") && text.size() >= 4) {
            const Bytes octet = from_hex(text.substr(2, 2));
            out.push_back(static_cast<char>(octet.front()));
            text.remove_prefix(4);
        } else {
            out.push_back(text.front());
            text.remove_prefix(1);
        }
    }
    return out;
}

[[noreturn]] void unknown(std::string_view key, std::string_view value) {
    throw std::invalid_argument(
        fmt::format("no fault \"{}\" that can be \"{}\"; see README.md", key, value));
}

template <class T, std::size_t n>
T word(const Word<T> (&words)[n], std::string_view key, std::string_view value) {
    for (const Word<T>& one : words) {
        if (one.text == value) {
            return one.value;
        }
    }
    unknown(key, value);
}

template <class T, std::size_t n>
std::string_view text_of(const Word<T> (&words)[n], T value) {
    for (const Word<T>& one : words) {
        if (one.value == value) {
            return one.text;
        }
    }
    return "?";
}

bool set_listed(Faults& faults, std::string_view key, std::string_view value) {
    for (const Code& code : kCodes) {
        if (code.key == key) {
            faults.*code.member = code_or_off(value);
            return true;
        }
    }
    for (const Flag& flag : kFlags) {
        if (flag.key == key && (value == "on" || value == "off")) {
            faults.*flag.member = value == "on";
            return true;
        }
    }
    return false;
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
    if (key == "message") {
        faults_.message = value == "off" ? std::nullopt : std::optional(unescaped(value));
    } else if (key == "cdp") {
        faults_.cdp = value == "off" ? std::nullopt : std::optional(value);
    } else if (key == "ocsp") {
        faults_.ocsp = value == "off" ? std::nullopt : std::optional(value);
    } else if (key == "delay") {
        faults_.delay = std::chrono::milliseconds(code_or_off(value).value_or(0));
    } else if (key == "drip") {
        faults_.drip = std::chrono::milliseconds(code_or_off(value).value_or(0));
    } else if (key == "tcp-bytes") {
        faults_.tcp_bytes = code_or_off(value).value_or(0);
    } else if (key == "silent") {
        faults_.silence = word(kSilences, key, value);
    } else if (key == "archived-hash") {
        faults_.archived_hash = word(kHashes, key, value);
    } else if (key == "no-dcom") {
        faults_.dcom = word(kDcomAnswers, key, value);
    } else if (!set_listed(faults_, key, value)) {
        unknown(key, value);
    }
}

Faults FaultSwitch::now() const {
    const std::lock_guard lock(mutex_);
    return faults_;
}

std::string FaultSwitch::describe() const {
    const Faults faults = now();
    std::string out;
    for (const Code& code : kCodes) {
        if (const auto value = faults.*code.member) {
            out += fmt::format("{}=0x{:08X}\n", code.key, *value);
        }
    }
    if (faults.message) {
        out += fmt::format("message={}\n", *faults.message);
    }
    for (const auto& [key, value] :
         {std::pair{"cdp", faults.cdp}, std::pair{"ocsp", faults.ocsp}}) {
        if (value) {
            out += fmt::format("{}={}\n", key, *value);
        }
    }
    for (const auto& [key, value] :
         {std::pair{"delay", faults.delay.count()}, std::pair{"drip", faults.drip.count()},
          std::pair{"tcp-bytes", std::int64_t{faults.tcp_bytes}}}) {
        if (value != 0) {
            out += fmt::format("{}={}\n", key, value);
        }
    }
    if (faults.silence != WireFaults::Silence::none) {
        out += fmt::format("silent={}\n", text_of(kSilences, faults.silence));
    }
    if (faults.archived_hash != ArchivedHash::right) {
        out += fmt::format("archived-hash={}\n", text_of(kHashes, faults.archived_hash));
    }
    if (faults.dcom != Dcom::offered) {
        out += fmt::format("no-dcom={}\n", text_of(kDcomAnswers, faults.dcom));
    }
    for (const Flag& flag : kFlags) {
        if (faults.*flag.member) {
            out += fmt::format("{}=on\n", flag.key);
        }
    }
    return out;
}

}  // namespace ae::labca
