#include "service/host/notice_text.h"

#include "engine/base/text.h"

namespace ae::service {
namespace {

constexpr std::size_t kMostNamed = 5;

}  // namespace

std::string notice_text(const std::vector<std::string>& templates) {
    std::vector<std::string> named;
    for (const auto& one : templates) {
        if (named.size() == kMostNamed) {
            named.push_back(std::to_string(templates.size() - kMostNamed) + " more");
            break;
        }
        named.push_back(printable(one));
    }
    return "Your organisation provides certificates that need your consent: " + join(named, ", ") +
           ".";
}

}  // namespace ae::service
