// [DsGetDcNameW]: the Netlogon service does all that dc_locator_dns.h does by itself, and
// remembers.
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/unique_handle.h"
#include "engine/base/win32.h"
#include "policy/dc_locator.h"

#include <string>
#include <string_view>

#include <lm.h>
// After lm.h.
#include <dsgetdc.h>

namespace ae::policy {
namespace {

struct InfoTraits {
    using value_type = DOMAIN_CONTROLLER_INFOW*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type info) noexcept { ::NetApiBufferFree(info); }
};
using UniqueInfo = UniqueHandle<InfoTraits>;

// "\\dc1.corp.example.test" without what it has around.
std::string bare(const wchar_t* text) {
    std::string name = text == nullptr ? std::string() : narrow(text);
    while (name.ends_with('.')) {
        name.pop_back();
    }
    return name.starts_with("\\\\") ? name.substr(2) : name;
}

class SystemDcLocator final : public DcLocator {
  public:
    Result<DomainController> find(const std::string& domain,
                                  const std::set<std::string>& avoid) override {
        ULONG flags = DS_DIRECTORY_SERVICE_REQUIRED | DS_RETURN_DNS_NAME | DS_IP_REQUIRED;
        if (!avoid.empty()) {
            flags |= DS_FORCE_REDISCOVERY;  // what Netlogon remembers did not serve us
        }
        UniqueInfo info;
        const DWORD code =
            ::DsGetDcNameW(nullptr, wide(domain).c_str(), nullptr, nullptr, flags, info.put());
        if (code != ERROR_SUCCESS || !info) {
            // Whatever the code, the caller's answer is the same: wait for a network.
            Error error =
                win32_error(code, "DsGetDcName finds no domain controller of " + printable(domain));
            error.context += ", code " + std::to_string(code);
            error.code = kNoSuchDomain;
            error.remedy = "Check DNS and the network; nltest /dsgetdc:" + printable(domain) +
                           " asks the same.";
            return fail(std::move(error));
        }
        DomainController found{.dns_name = bare(info.get()->DomainControllerName),
                               .address = bare(info.get()->DomainControllerAddress),
                               .client_site = bare(info.get()->ClientSiteName),
                               .is_near = (info.get()->Flags & DS_CLOSEST_FLAG) != 0};
        if (avoid.contains(to_lower(found.dns_name))) {
            return fail(kNoSuchDomain, "DsGetDcName names " + printable(found.dns_name) +
                                           " again and no further domain controller of " +
                                           printable(domain));
        }
        return found;
    }
};

}  // namespace

std::unique_ptr<DcLocator> create_dc_locator() { return std::make_unique<SystemDcLocator>(); }

}  // namespace ae::policy
