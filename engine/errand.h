// One thing that an administrator asks for by hand, instead of a whole pulse: `aeclient enroll`,
// `retrieve`, `renew`.  A plain value.
// Not for: deciding whether it may be done (errand_plan.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

struct Errand {
    enum class Kind {
        none,      // a whole pulse
        enroll,    // a certificate of `template_name`
        retrieve,  // what became of `request_id`
        renew,     // the certificate `thumbprint`
    };
    Kind kind = Kind::none;
    std::string template_name{};
    std::string ca{};  // "host\\name": no other one is asked; empty: any
    std::optional<std::uint32_t> request_id{};
    std::string thumbprint{};
    bool operator==(const Errand&) const = default;
};

// Of a name that nobody knows, and those that are known: "; did you mean Machine?", or nothing.
using Suggest =
    std::function<std::string(const std::string& typed, const std::vector<std::string>& names)>;

}  // namespace ae::engine
