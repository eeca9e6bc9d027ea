#include "stores/trust_wincrypt.h"

#include <map>
#include <set>
#include <string>

namespace ae::stores {
namespace {

std::map<std::string, Bytes> content_of(const UniqueCertStore& store) {
    std::map<std::string, Bytes> found;
    UniqueCertContext each;
    while (next_certificate(store, each)) {
        const ByteView der = der_of(each.get());
        found.emplace(thumbprint_of(each.get()), Bytes(der.begin(), der.end()));
    }
    return found;
}

}  // namespace

std::vector<Bytes> read_trusted(const UniqueCertStore& store) {
    std::vector<Bytes> found;
    for (auto& [thumbprint, der] : content_of(store)) {
        found.push_back(std::move(der));
    }
    return found;
}

Result<engine::StoreChange> make_equal(const UniqueCertStore& store,
                                       const std::vector<Bytes>& certificates) {
    std::map<std::string, Bytes> surplus = content_of(store);
    std::map<std::string, UniqueCertContext> missing;
    std::set<std::string> wanted;
    for (const Bytes& der : certificates) {
        auto certificate = certificate_from_der(der);
        if (!certificate) {
            return pass(certificate);
        }
        const std::string thumbprint = thumbprint_of(certificate->get());
        if (!wanted.insert(thumbprint).second) {
            continue;
        }
        if (surplus.erase(thumbprint) == 0) {
            missing.emplace(thumbprint, std::move(*certificate));
        }
    }
    for (const auto& [thumbprint, certificate] : missing) {
        if (Done added = add_certificate(store, certificate.get(), Existing::kept); !added) {
            return pass(added);
        }
    }
    for (const auto& [thumbprint, der] : surplus) {
        UniqueCertContext certificate = find_certificate(store, thumbprint);
        if (!certificate) {
            continue;
        }
        if (Done deleted = delete_certificate(std::move(certificate)); !deleted) {
            return pass(deleted);
        }
    }
    return engine::StoreChange{missing.size(), surplus.size()};
}

}  // namespace ae::stores
