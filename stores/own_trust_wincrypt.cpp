#include "engine/base/hresult_table.h"
#include "stores/own_trust.h"
#include "stores/system_store_wincrypt.h"

#include <algorithm>
#include <array>

namespace ae::stores {
namespace {

// The registry provider opens one physical store of a system store: ".Default" of the machine, and
// ".GroupPolicy".
constexpr std::array kLocations{CERT_SYSTEM_STORE_LOCAL_MACHINE,
                                CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY};

Done add_roots(DWORD location, std::vector<Bytes>& roots) {
    const UniqueCertStore store(::CertOpenStore(
        CERT_STORE_PROV_SYSTEM_REGISTRY_W, 0, 0,
        location | CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG, L"Root"));
    if (!store) {
        const DWORD code = ::GetLastError();
        // Nobody put anything there.
        return code == ERROR_FILE_NOT_FOUND
                   ? done()
                   : Done(fail(win32_error(code, "open LocalMachine\\Root")));
    }
    UniqueCertContext each;
    while (next_certificate(store, each)) {
        const ByteView der = der_of(each.get());
        if (std::ranges::none_of(roots, [&](const Bytes& root) { return equal(root, der); })) {
            roots.emplace_back(der.begin(), der.end());
        }
    }
    return done();
}

}  // namespace

Result<std::vector<Bytes>> own_roots(const std::string& /*folder*/) {
    std::vector<Bytes> roots;
    for (const DWORD location : kLocations) {
        if (Done added = add_roots(location, roots); !added) {
            return pass(added);
        }
    }
    return roots;
}

}  // namespace ae::stores
