#include "service/hooks/replacement.h"

#include "engine/base/bytes.h"

namespace ae::service {

// The old certificate is archived by now, which -Force shows.
std::string notify_script(const HookDocument& document) {
    const auto is_thumbprint = [](const std::string& text) {
        const auto octets = from_hex(text);
        return octets && octets->size() == 20 && text.size() == 40;
    };
    if (document.event != "renewed" || !is_thumbprint(document.replaced) ||
        !is_thumbprint(document.thumbprint)) {
        return {};
    }
    const std::string store =
        document.context == "machine" ? "Cert:\\LocalMachine\\My\\" : "Cert:\\CurrentUser\\My\\";
    return "$ErrorActionPreference = 'Stop'; Switch-Certificate -OldCert (Get-Item -Force '" +
           store + document.replaced + "') -NewCert (Get-Item '" + store + document.thumbprint +
           "') -NotifyOnly";
}

}  // namespace ae::service
