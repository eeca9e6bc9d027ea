#include "engine/base/text.h"
#include "stores/chain_builder.h"
#include "stores/openssl_handles.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

std::vector<UniqueX509> certificates_of(const std::vector<Bytes>& all) {
    std::vector<UniqueX509> found;
    for (const Bytes& der : all) {
        if (UniqueX509 certificate = certificate_of(der)) {
            found.push_back(std::move(certificate));
        }
    }
    return found;
}

// Adds to a stack that does not own what it holds.
bool push_all(STACK_OF(X509) * stack, const std::vector<UniqueX509>& certificates) {
    return std::ranges::all_of(certificates, [stack](const UniqueX509& certificate) {
        return sk_X509_push(stack, certificate.get()) != 0;
    });
}

// Anchors in the form that OpenSSL works with.
class ParsedAnchors {
  public:
    // Nothing when memory runs out.
    static std::optional<ParsedAnchors> parse(const engine::Anchors& trust) {
        ParsedAnchors parsed;
        parsed.store_.reset(X509_STORE_new());
        parsed.intermediates_ = certificates_of(trust.intermediates);
        parsed.helpers_.reset(sk_X509_new_null());
        if (!parsed.store_ || !parsed.helpers_ ||
            !push_all(parsed.helpers_.get(), parsed.intermediates_)) {
            return std::nullopt;
        }
        for (const UniqueX509& root : certificates_of(trust.roots)) {
            if (X509_STORE_add_cert(parsed.store_.get(), root.get()) != 1) {
                return std::nullopt;
            }
        }
        return parsed;
    }

    [[nodiscard]] X509_STORE* store() const { return store_.get(); }
    [[nodiscard]] STACK_OF(X509) * helpers() const { return helpers_.get(); }

  private:
    ParsedAnchors() = default;

    UniqueX509Store store_;
    std::vector<UniqueX509> intermediates_;
    UniqueX509View helpers_;  // of intermediates_
};

// Empty when memory runs out.
std::vector<Bytes> path_of(X509_STORE_CTX* context) {
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
    std::vector<Bytes> path;
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        unsigned char* der = nullptr;
        const int size = i2d_X509(sk_X509_value(chain, i), &der);
        if (size < 0) {
            return {};
        }
        path.emplace_back(der, der + size);
        OPENSSL_free(der);
    }
    return path;
}

class OpensslChainBuilder final : public ChainBuilder {
  public:
    BuiltChain build(ByteView certificate, const std::vector<Bytes>& extra,
                     const engine::Anchors& trust, Time now) override {
        const UniqueX509 leaf = certificate_of(certificate);
        if (!leaf) {
            return {{ChainState::malformed, "it is not one whole certificate", {}}, {}};
        }
        ERR_clear_error();
        BuiltChain built =
            remember(trust) ? verify(leaf.get(), certificates_of(extra), now) : not_checked();
        ERR_clear_error();
        return built;
    }

  private:
    static BuiltChain not_checked() {
        return {{ChainState::untrusted, "the chain could not be checked", {}}, {}};
    }

    bool remember(const engine::Anchors& trust) {
        if (parsed_ && trust.roots == trust_.roots && trust.intermediates == trust_.intermediates) {
            return true;
        }
        parsed_ = ParsedAnchors::parse(trust);
        trust_ = trust;
        return parsed_.has_value();
    }

    BuiltChain verify(X509* leaf, const std::vector<UniqueX509>& extra, Time now) {
        UniqueX509View all;
        if (!extra.empty()) {
            all.reset(sk_X509_dup(parsed_->helpers()));
            if (!all || !push_all(all.get(), extra)) {
                return not_checked();
            }
        }
        const UniqueX509StoreCtx context(X509_STORE_CTX_new());
        if (!context || X509_STORE_CTX_init(context.get(), parsed_->store(), leaf,
                                            all ? all.get() : parsed_->helpers()) != 1) {
            return not_checked();
        }
        X509_STORE_CTX_set_time(context.get(), 0, std::chrono::system_clock::to_time_t(now));
        X509_STORE_CTX_set_depth(context.get(), kLongestChain);
        X509_STORE_CTX_set_verify_cb(context.get(), on_finding);
        if (X509_verify_cert(context.get()) != 1) {
            return {status_of(context.get()), {}};
        }
        std::vector<Bytes> path = path_of(context.get());
        return path.empty() ? not_checked() : BuiltChain{{}, std::move(path)};
    }

    engine::Anchors trust_;  // what parsed_ was made from
    std::optional<ParsedAnchors> parsed_;
};

}  // namespace

std::unique_ptr<ChainBuilder> make_chain_builder() {
    return std::make_unique<OpensslChainBuilder>();
}

}  // namespace ae::stores
