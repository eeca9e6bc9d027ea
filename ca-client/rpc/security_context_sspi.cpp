#include "ca-client/rpc/security_context.h"
#include "ca-client/rpc/sspi_handles.h"
#include "engine/base/hresult_table.h"

namespace ae::ca {
namespace {

// Any value does that stays the same for the whole context.
constexpr std::uint32_t kAuthContextId = 1;

// Neither ISC_REQ_IDENTIFY nor ISC_REQ_DELEGATE: the CA may impersonate the caller on its own host
// and nowhere else ([MS-WCCE] 2.1).
constexpr unsigned long kWantedFlags =
    ISC_REQ_MUTUAL_AUTH | ISC_REQ_REPLAY_DETECT | ISC_REQ_SEQUENCE_DETECT |
    ISC_REQ_CONFIDENTIALITY | ISC_REQ_INTEGRITY | ISC_REQ_USE_DCE_STYLE | ISC_REQ_CONNECTION;
constexpr unsigned long kNeededFlags =
    ISC_RET_MUTUAL_AUTH | ISC_RET_CONFIDENTIALITY | ISC_RET_INTEGRITY | ISC_RET_USED_DCE_STYLE;

constexpr wchar_t kKerberos[] = L"Kerberos";
constexpr wchar_t kNegotiate[] = L"Negotiate";

// The functions take names that they do not change as pointers to what they could.
wchar_t* name_of(Mechanism mechanism) {
    return const_cast<wchar_t*>(mechanism == Mechanism::spnego ? kNegotiate : kKerberos);
}

Result<UniqueSspiPackage> describe_package(Mechanism mechanism) {
    UniqueSspiPackage package;
    const SECURITY_STATUS status = ::QuerySecurityPackageInfoW(name_of(mechanism), package.put());
    if (status != SEC_E_OK) {
        return fail(sspi_error(status, "find the security package " + narrow(name_of(mechanism))));
    }
    return package;
}

// A Kerberos that passes over the parts that are only to be signed would leave packet headers
// unprotected without a word.
Done require_header_signing() {
    auto kerberos = describe_package(Mechanism::kerberos);
    if (!kerberos) {
        return pass(kerberos);
    }
    if (((*kerberos).get()->fCapabilities & SECPKG_FLAG_READONLY_WITH_CHECKSUM) == 0) {
        return fail(kSecurityPackage, "the system's Kerberos cannot sign packet headers");
    }
    return done();
}

Result<UniqueSspiCredential> acquire_credential(Mechanism mechanism) {
    UniqueSspiCredential credential;
    TimeStamp expiry{};
    // No identity: that of the logon session, or of whom the thread impersonates.
    const SECURITY_STATUS status =
        ::AcquireCredentialsHandleW(nullptr, name_of(mechanism), SECPKG_CRED_OUTBOUND, nullptr,
                                    nullptr, nullptr, nullptr, &credential.put()->raw, &expiry);
    if (status != SEC_E_OK) {
        return fail(sspi_error(status, "take the Kerberos credential"));
    }
    return credential;
}

class SspiContext final : public SecurityContext {
  public:
    SspiContext(const SecurityOptions& options, UniqueSspiCredential credential,
                std::size_t largest_token)
        : options_(options),
          target_(wide("host/" + options.target_host)),
          step_("authenticate to host/" + options.target_host),
          credential_(std::move(credential)),
          largest_token_(largest_token) {}

    [[nodiscard]] AuthTrailer trailer() const override {
        return {.type = static_cast<std::uint8_t>(options_.mechanism),
                .level = kLevelPrivacy,
                .context_id = kAuthContextId};
    }

    Result<Leg> step(ByteView received) override {
        Bytes token(largest_token_);
        unsigned long granted = 0;
        const SECURITY_STATUS status = exchange(received, token, granted);
        if (status != SEC_E_OK && status != SEC_I_CONTINUE_NEEDED) {
            return fail(plain_cause(received, sspi_error(status, step_)));
        }
        if (holds_ntlm(token)) {
            return fail(plain_cause(
                received,
                Error{kNoCredentials, step_ + ": Windows offers NTLM, which is refused"}));
        }
        Leg leg{std::move(token), status == SEC_E_OK};
        if (leg.complete) {
            if (auto checked = check_complete(granted); !checked) {
                return pass(checked);
            }
        }
        return leg;
    }

    Result<std::size_t> token_size() override {
        SecPkgContext_Sizes sizes{};
        SspiHandle context = context_.get();
        const SECURITY_STATUS status =
            ::QueryContextAttributesW(&context.raw, SECPKG_ATTR_SIZES, &sizes);
        if (status != SEC_E_OK) {
            return fail(sspi_error(status, "measure a token"));
        }
        // A stub is padded to 16 octets ([MS-RPCE] 2.2.2.11), more than which no Kerberos needs.
        if (sizes.cbBlockSize > kSealAlignment || sizes.cbSecurityTrailer == 0) {
            return fail(kSecurityInternal,
                        "measure a token: blocks of " + std::to_string(sizes.cbBlockSize) +
                            " octets, tokens of " + std::to_string(sizes.cbSecurityTrailer));
        }
        return std::size_t{sizes.cbSecurityTrailer};
    }

    Done seal(std::span<std::uint8_t> packet) override {
        auto buffers = sealed_buffers(packet);
        const unsigned long room = buffers[3].cbBuffer;
        SecBufferDesc message = {SECBUFFER_VERSION, buffers.size(), buffers.data()};
        SspiHandle context = context_.get();
        const SECURITY_STATUS status = ::EncryptMessage(&context.raw, 0, &message, 0);
        if (status != SEC_E_OK) {
            return fail(sspi_error(status, "seal a request"));
        }
        // Its size stands in the signed header already.
        if (buffers[3].cbBuffer != room) {
            return fail(kSecurityInternal, "seal a request: another token size");
        }
        return done();
    }

    Done unseal(std::span<std::uint8_t> packet) override {
        auto buffers = sealed_buffers(packet);
        SecBufferDesc message = {SECBUFFER_VERSION, buffers.size(), buffers.data()};
        unsigned long quality = 0;
        SspiHandle context = context_.get();
        const SECURITY_STATUS status = ::DecryptMessage(&context.raw, &message, 0, &quality);
        // Old, duplicate and missing fragments are failures like altered ones.
        if (status != SEC_E_OK) {
            Error error = sspi_error(status, "open a sealed reply");
            error.code = kSecurityInternal;
            return fail(std::move(error));
        }
        if ((quality & SECQOP_WRAP_NO_ENCRYPT) == SECQOP_WRAP_NO_ENCRYPT) {
            return fail(kSecurityInternal, "open a sealed reply: it is signed only");
        }
        return done();
    }

  private:
    // One call of the package; `token` comes back as long as what it wrote.
    SECURITY_STATUS exchange(ByteView received, Bytes& token, unsigned long& granted) {
        SecBuffer in = {static_cast<unsigned long>(received.size()), SECBUFFER_TOKEN,
                        const_cast<std::uint8_t*>(received.data())};
        SecBufferDesc input = {SECBUFFER_VERSION, 1, &in};
        SecBuffer out = {static_cast<unsigned long>(token.size()), SECBUFFER_TOKEN, token.data()};
        SecBufferDesc output = {SECBUFFER_VERSION, 1, &out};
        TimeStamp expiry{};
        const bool first = !context_;
        SspiHandle credential = credential_.get();
        SspiHandle context = context_.release();
        const SECURITY_STATUS status = ::InitializeSecurityContextW(
            &credential.raw, first ? nullptr : &context.raw, target_.data(), kWantedFlags, 0,
            SECURITY_NATIVE_DREP, first ? nullptr : &input, 0, &context.raw, &output, &granted,
            &expiry);
        if (!first || status >= SEC_E_OK) {  // a first call that fails leaves no context behind
            context_.reset(context);
        }
        token.resize(status >= SEC_E_OK ? out.cbBuffer : 0);
        return status;
    }

    // Negotiate hides what is wrong with Kerberos, so before anything was received Kerberos itself
    // is asked once more.
    Error plain_cause(ByteView received, Error error) const {
        if (options_.mechanism == Mechanism::spnego && received.empty()) {
            SecurityOptions plain = options_;
            plain.mechanism = Mechanism::kerberos;
            const auto context = create_security_context(plain);
            if (!context) {
                return context.error();
            }
            if (const auto leg = (*context)->step({}); !leg) {
                return leg.error();
            }
        }
        return error;
    }

    Done check_complete(unsigned long granted) {
        if ((granted & kNeededFlags) != kNeededFlags) {
            return fail(kSecurityInternal,
                        step_ + ": mutual authentication or encryption was not granted");
        }
        if (options_.mechanism == Mechanism::kerberos) {
            return done();
        }
        SecPkgContext_NegotiationInfoW info{};
        SspiHandle context = context_.get();
        const SECURITY_STATUS status =
            ::QueryContextAttributesW(&context.raw, SECPKG_ATTR_NEGOTIATION_INFO, &info);
        const UniqueSspiPackage package(info.PackageInfo);
        if (status != SEC_E_OK || !package) {
            return fail(sspi_error(status, step_ + ": ask which mechanism it is"));
        }
        if (std::wstring_view(package.get()->Name) != kKerberos) {
            return fail(kSecurityInternal, step_ + ": the mechanism is not Kerberos");
        }
        return done();
    }

    SecurityOptions options_;
    std::wstring target_;
    std::string step_;
    UniqueSspiCredential credential_;
    UniqueSspiContext context_;
    std::size_t largest_token_;
};

}  // namespace

Result<std::unique_ptr<SecurityContext>> create_security_context(const SecurityOptions& options) {
    if (!options.credential_cache.empty()) {
        return fail(kNotSupported, "Windows has tickets of the logon session, no credential cache");
    }
    if (auto able = require_header_signing(); !able) {
        return pass(able);
    }
    auto package = describe_package(options.mechanism);
    if (!package) {
        return pass(package);
    }
    auto credential = acquire_credential(options.mechanism);
    if (!credential) {
        return pass(credential);
    }
    return std::make_unique<SspiContext>(options, std::move(*credential),
                                         std::size_t{package->get()->cbMaxToken});
}

}  // namespace ae::ca
