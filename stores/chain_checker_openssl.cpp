#include "engine/base/text.h"
#include "stores/chain_checker.h"
#include "stores/files_posix.h"
#include "stores/my_entry_files.h"
#include "stores/openssl_handles.h"
#include "stores/store_layout.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace ae::stores {
namespace {

using engine::ChainState;
using engine::ChainStatus;

constexpr Seconds kClockSkew{600};  // rules Q10, I10
constexpr int kLongestChain = 16;

// Critical extensions that Windows handles and OpenSSL does not know: certificate template
// information and application policies ([MS-WCCE] 2.2.2.7.7).  Both restrict use, not trust.
constexpr std::array<std::string_view, 2> kHandledExtensions = {"1.3.6.1.4.1.311.21.7",
                                                                "1.3.6.1.4.1.311.21.10"};

UniqueX509 certificate_of(ByteView der) {
    const unsigned char* at = der.data();
    UniqueX509 certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (certificate && at != der.data() + der.size()) {
        certificate.reset();
    }
    ERR_clear_error();
    return certificate;
}

std::string name_of(const X509_NAME* name) {
    const UniqueBio memory(BIO_new(BIO_s_mem()));
    if (name == nullptr || !memory ||
        X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) {
        return "a certificate";
    }
    char* data = nullptr;
    const long size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, &data);
    return printable({data, static_cast<std::size_t>(size)});
}

bool is_handled(X509_EXTENSION* extension) {
    if (X509_EXTENSION_get_critical(extension) == 0 || X509_supported_extension(extension) == 1) {
        return true;
    }
    std::array<char, 64> oid{};
    OBJ_obj2txt(oid.data(), static_cast<int>(oid.size()), X509_EXTENSION_get_object(extension), 1);
    return std::ranges::find(kHandledExtensions, std::string_view(oid.data())) !=
           kHandledExtensions.end();
}

bool all_critical_handled(const X509* certificate) {
    const int count = X509_get_ext_count(certificate);
    for (int i = 0; i < count; ++i) {
        if (!is_handled(X509_get_ext(certificate, i))) {
            return false;
        }
    }
    return true;
}

// Forgives what the header says is no fault; everything else stands.
int on_finding(int ok, X509_STORE_CTX* context) {
    if (ok == 1) {
        return 1;
    }
    const X509* certificate = X509_STORE_CTX_get_current_cert(context);
    switch (X509_STORE_CTX_get_error(context)) {
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
            ok = all_critical_handled(certificate) ? 1 : 0;
            break;
        case X509_V_ERR_CERT_NOT_YET_VALID: {
            std::time_t later =
                X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context)) + kClockSkew.count();
            ok = X509_cmp_time(X509_get0_notBefore(certificate), &later) < 0 ? 1 : 0;
            break;
        }
        case X509_V_ERR_CERT_HAS_EXPIRED: {
            // Rule Q2: expired is after notAfter; OpenSSL counts that second itself as well.
            std::time_t before = X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context)) - 1;
            ok = X509_cmp_time(X509_get0_notAfter(certificate), &before) > 0 ? 1 : 0;
            break;
        }
        default:
            break;
    }
    if (ok == 1) {
        X509_STORE_CTX_set_error(context, X509_V_OK);
    }
    return ok;
}

ChainStatus status_of(X509_STORE_CTX* context) {
    const int code = X509_STORE_CTX_get_error(context);
    X509* certificate = X509_STORE_CTX_get_current_cert(context);
    const std::string who =
        certificate == nullptr ? "a certificate" : name_of(X509_get_subject_name(certificate));
    switch (code) {
        case X509_V_OK:
            // X509_verify_cert() says no without a reason only when it runs out of memory.
            return {ChainState::untrusted, "the chain could not be checked"};
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return {ChainState::expired, who + " has expired"};
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {ChainState::expired, who + " is not valid yet"};
        case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
        case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
        case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
        case X509_V_ERR_INVALID_EXTENSION:
            return {ChainState::malformed, who + ": " + X509_verify_cert_error_string(code)};
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return {ChainState::untrusted,
                    "no certificate of " +
                        (certificate == nullptr ? "the issuer"
                                                : name_of(X509_get_issuer_name(certificate))) +
                        ", the issuer of " + who + ", is in the replica"};
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return {ChainState::untrusted, who + " is not in the replicated Root store"};
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return {ChainState::untrusted, "the signature of " + who + " is wrong"};
        default:
            return {ChainState::untrusted, who + ": " + X509_verify_cert_error_string(code)};
    }
}

// One trust folder as it was last read.  File names are thumbprints: as long as the names are the
// same, so are the certificates.
struct CachedFolder {
    std::vector<std::string> names{};
    std::vector<UniqueX509> certificates{};
};

class OpensslChainChecker final : public engine::ChainChecker {
  public:
    explicit OpensslChainChecker(std::string trust_path) : trust_path_(std::move(trust_path)) {}

    ChainStatus check(ByteView certificate, const std::vector<Bytes>& extra, Time now) override {
        const UniqueX509 leaf = certificate_of(certificate);
        if (!leaf) {
            return {ChainState::malformed, "it is not one whole certificate"};
        }
        if (const Done loaded = load(); !loaded) {
            return {ChainState::untrusted, loaded.error().context};
        }
        std::vector<UniqueX509> helpers;
        for (const Bytes& der : extra) {
            if (UniqueX509 helper = certificate_of(der)) {
                helpers.push_back(std::move(helper));
            }
        }
        return verify(leaf.get(), helpers, now);
    }

  private:
    ChainStatus verify(X509* leaf, const std::vector<UniqueX509>& helpers, Time now) {
        ChainStatus no_memory{ChainState::untrusted, "the chain could not be checked"};
        const UniqueX509Stack untrusted(sk_X509_new_null());
        const UniqueX509StoreCtx context(X509_STORE_CTX_new());
        if (!untrusted || !context) {
            return no_memory;
        }
        for (const auto* group : {&std::as_const(intermediates_.certificates), &helpers}) {
            for (const UniqueX509& helper : *group) {
                if (X509_up_ref(helper.get()) != 1 ||
                    sk_X509_push(untrusted.get(), helper.get()) == 0) {
                    return no_memory;
                }
            }
        }
        if (X509_STORE_CTX_init(context.get(), store_.get(), leaf, untrusted.get()) != 1) {
            return no_memory;
        }
        X509_STORE_CTX_set_time(context.get(), 0, std::chrono::system_clock::to_time_t(now));
        X509_STORE_CTX_set_depth(context.get(), kLongestChain);
        X509_STORE_CTX_set_verify_cb(context.get(), on_finding);
        const int verified = X509_verify_cert(context.get());
        ChainStatus status = verified == 1 ? ChainStatus{} : status_of(context.get());
        ERR_clear_error();
        return status;
    }

    Done load() {
        const Result<Folder> folder = Folder::open_path(trust_path_);
        if (!folder) {
            return tl::unexpected<Error>(folder.error());
        }
        const Result<bool> new_roots = refresh(*folder, engine::TrustStore::root, roots_);
        if (!new_roots) {
            return tl::unexpected<Error>(new_roots.error());
        }
        const Result<bool> helped =
            refresh(*folder, engine::TrustStore::intermediate, intermediates_);
        if (!helped) {
            return tl::unexpected<Error>(helped.error());
        }
        if (*new_roots || !store_) {
            store_.reset(X509_STORE_new());
            for (const UniqueX509& root : roots_.certificates) {
                X509_STORE_add_cert(store_.get(), root.get());
            }
        }
        return done();
    }

    // True when something changed.
    static Result<bool> refresh(const Folder& parent, engine::TrustStore which,
                                CachedFolder& cache) {
        const Result<Folder> folder = parent.open(folder_of(which));
        if (!folder) {
            return tl::unexpected<Error>(folder.error());
        }
        Result<std::vector<std::string>> names = folder->names();
        if (!names) {
            return pass(names);
        }
        if (*names == cache.names) {
            return false;
        }
        CachedFolder fresh;
        for (std::string& name : *names) {
            if (!thumbprint_of_file(name).empty()) {
                UniqueX509 certificate = read_one(*folder, name);
                if (!certificate) {
                    continue;  // its name is not remembered either: the next call looks again
                }
                fresh.certificates.push_back(std::move(certificate));
            }
            fresh.names.push_back(std::move(name));
        }
        cache = std::move(fresh);
        return true;
    }

    static UniqueX509 read_one(const Folder& folder, const std::string& name) {
        const Result<std::optional<Bytes>> content = folder.read(name);
        if (!content || !*content) {
            return UniqueX509();
        }
        const Result<std::vector<Bytes>> blocks = certificates_from_pem(as_text(**content));
        return blocks && blocks->size() == 1 ? certificate_of(blocks->front()) : UniqueX509();
    }

    std::string trust_path_;
    CachedFolder roots_;
    CachedFolder intermediates_;
    UniqueX509Store store_;
};

}  // namespace

std::unique_ptr<engine::ChainChecker> make_chain_checker(std::string trust_path) {
    return std::make_unique<OpensslChainChecker>(std::move(trust_path));
}

std::string machine_trust_path(const std::string& root) {
    return root + "/" + std::string(folder_of(engine::Scope::machine));
}

}  // namespace ae::stores
