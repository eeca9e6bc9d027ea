#include "ca-client/rpc/gss_handles.h"
#include "ca-client/rpc/security_context.h"
#include "ca-client/rpc/service_principal.h"
#include "engine/base/hresult_table.h"

#include <array>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

namespace ae::ca {
namespace {

// Any value does that stays the same for the whole context.
constexpr std::uint32_t kAuthContextId = 1;

constexpr OM_uint32 kWantedFlags = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG |
                                   GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG | GSS_C_DCE_STYLE;
constexpr OM_uint32 kNeededFlags =
    GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG | GSS_C_DCE_STYLE;

gss_OID_desc oid(std::string_view der) {
    return {static_cast<OM_uint32>(der.size()), const_cast<char*>(der.data())};
}
gss_OID spnego_oid() {  // 1.3.6.1.5.5.2, RFC 4178
    static gss_OID_desc value = oid("\x2b\x06\x01\x05\x05\x02");
    return &value;
}
gss_OID kerberos_oid() {  // 1.2.840.113554.1.2.2, RFC 4121
    static gss_OID_desc value = oid("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02");
    return &value;
}
gss_OID oid_of(Mechanism mechanism) {
    return mechanism == Mechanism::spnego ? spnego_oid() : kerberos_oid();
}

Result<UniqueGssCredential> acquire_credential(const SecurityOptions& options) {
    gss_key_value_element_desc cache = {"ccache", options.credential_cache.c_str()};
    const gss_key_value_set_desc store = {1, &cache};
    gss_OID_set_desc mechanisms = {1, oid_of(options.mechanism)};
    UniqueGssCredential credential;
    OM_uint32 minor = 0;
    OM_uint32 major = ::gss_acquire_cred_from(
        &minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechanisms, GSS_C_INITIATE,
        options.credential_cache.empty() ? nullptr : &store, credential.put(), nullptr, nullptr);
    if (GSS_ERROR(major)) {
        if (options.mechanism == Mechanism::spnego) {
            // SPNEGO only says that it has nothing to offer; Kerberos says why.
            SecurityOptions plain = options;
            plain.mechanism = Mechanism::kerberos;
            if (auto credential_of_kerberos = acquire_credential(plain); !credential_of_kerberos) {
                return credential_of_kerberos;
            }
        }
        return fail(gss_error(major, minor, mechanisms.elements, "take the Kerberos credential"));
    }
    if (options.mechanism == Mechanism::spnego) {
        // Without this an installed NTLM plug-in would be offered too.
        gss_OID_set_desc only_kerberos = {1, kerberos_oid()};
        major = ::gss_set_neg_mechs(&minor, credential.get(), &only_kerberos);
        if (GSS_ERROR(major)) {
            return fail(gss_error(major, minor, spnego_oid(), "limit SPNEGO to Kerberos"));
        }
    }
    return credential;
}

gss_iov_buffer_desc part(OM_uint32 type, std::span<std::uint8_t> octets) {
    return {type, {octets.size(), octets.data()}};
}

// [MS-RPCE] 2.2.2.13 with header signing: all but the token is covered, the stub is sealed in
// place.
std::array<gss_iov_buffer_desc, 4> parts_of(std::span<std::uint8_t> packet) {
    const SealedLayout at = sealed_layout(packet);
    return {part(GSS_IOV_BUFFER_TYPE_SIGN_ONLY, packet.first(at.data_at)),
            part(GSS_IOV_BUFFER_TYPE_DATA, packet.subspan(at.data_at, at.trailer_at - at.data_at)),
            part(GSS_IOV_BUFFER_TYPE_SIGN_ONLY, packet.subspan(at.trailer_at, kTrailerSize)),
            part(GSS_IOV_BUFFER_TYPE_HEADER, packet.subspan(at.trailer_at + kTrailerSize))};
}

class GssapiContext final : public SecurityContext {
  public:
    GssapiContext(const SecurityOptions& options, UniqueGssCredential credential,
                  ServicePrincipal principal, UniqueGssName target)
        : options_(options),
          mechanism_(options.mechanism),
          step_("authenticate to host/" + options.target_host),
          credential_(std::move(credential)),
          principal_(std::move(principal)),
          target_(std::move(target)) {}

    [[nodiscard]] AuthTrailer trailer() const override {
        return {.type = static_cast<std::uint8_t>(mechanism_),
                .level = kLevelPrivacy,
                .context_id = kAuthContextId};
    }

    Result<Leg> step(ByteView received) override {
        gss_buffer_desc input = {received.size(), const_cast<std::uint8_t*>(received.data())};
        GssBuffer output;
        OM_uint32 flags = 0;
        OM_uint32 minor = 0;
        gss_ctx_id_t context = context_.release();
        const OM_uint32 major = ::gss_init_sec_context(
            &minor, credential_.get(), &context, target_.get(), oid_of(mechanism_), kWantedFlags,
            GSS_C_INDEFINITE, GSS_C_NO_CHANNEL_BINDINGS, &input, nullptr, output.put(), &flags,
            nullptr);
        context_.reset(context);
        if (GSS_ERROR(major)) {
            return fail(plain_cause(received, gss_error(major, minor, oid_of(mechanism_), step_)));
        }
        const ByteView token = as_bytes(output.text());
        Leg leg{Bytes(token.begin(), token.end()), major == GSS_S_COMPLETE};
        if (leg.complete) {
            if (auto checked = check_complete(flags); !checked) {
                return pass(checked);
            }
        }
        return leg;
    }

    Result<std::size_t> token_size() override {
        std::array<std::uint8_t, kSealAlignment> data{};
        std::array parts = {
            part(GSS_IOV_BUFFER_TYPE_SIGN_ONLY, data), part(GSS_IOV_BUFFER_TYPE_DATA, data),
            part(GSS_IOV_BUFFER_TYPE_SIGN_ONLY, data), part(GSS_IOV_BUFFER_TYPE_HEADER, {})};
        OM_uint32 minor = 0;
        const OM_uint32 major =
            ::gss_wrap_iov_length(&minor, context_.get(), 1, GSS_C_QOP_DEFAULT, nullptr,
                                  parts.data(), static_cast<int>(parts.size()));
        if (major != GSS_S_COMPLETE) {
            return fail(gss_error(major, minor, kerberos_oid(), "measure a token"));
        }
        return parts[3].buffer.length;
    }

    Done seal(std::span<std::uint8_t> packet) override {
        auto parts = parts_of(packet);
        const std::size_t room = parts[3].buffer.length;
        int sealed = 0;
        OM_uint32 minor = 0;
        const OM_uint32 major =
            ::gss_wrap_iov(&minor, context_.get(), 1, GSS_C_QOP_DEFAULT, &sealed, parts.data(),
                           static_cast<int>(parts.size()));
        if (major != GSS_S_COMPLETE) {
            return fail(gss_error(major, minor, kerberos_oid(), "seal a request"));
        }
        // Its size stands in the signed header already.
        if (sealed == 0 || parts[3].buffer.length != room) {
            return fail(kSecurityInternal, "seal a request: not sealed, or another token size");
        }
        return done();
    }

    Done unseal(std::span<std::uint8_t> packet) override {
        auto parts = parts_of(packet);
        int sealed = 0;
        OM_uint32 minor = 0;
        const OM_uint32 major = ::gss_unwrap_iov(&minor, context_.get(), &sealed, nullptr,
                                                 parts.data(), static_cast<int>(parts.size()));
        // Supplementary bits are failures too: old, duplicate and missing fragments.
        if (major != GSS_S_COMPLETE && !GSS_ERROR(major)) {
            return fail(kSecurityInternal,
                        "open a sealed reply: a fragment came twice, late or out of order");
        }
        if (GSS_ERROR(major)) {
            Error error = gss_error(major, minor, kerberos_oid(), "open a sealed reply");
            error.code = kSecurityInternal;
            return fail(std::move(error));
        }
        if (sealed == 0) {
            return fail(kSecurityInternal, "open a sealed reply: it is signed only");
        }
        return done();
    }

  private:
    // SPNEGO renumbers the codes of the mechanism inside, so before anything was received Kerberos
    // itself is asked once more what is wrong.
    Error plain_cause(ByteView received, Error error) const {
        if (mechanism_ == Mechanism::spnego && received.empty()) {
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

    Done check_complete(OM_uint32 flags) {
        if ((flags & kNeededFlags) != kNeededFlags) {
            return fail(kSecurityInternal,
                        step_ + ": mutual authentication or encryption was not granted");
        }
        gss_OID used = GSS_C_NO_OID;
        OM_uint32 minor = 0;
        const OM_uint32 major = ::gss_inquire_context(&minor, context_.get(), nullptr, nullptr,
                                                      nullptr, &used, nullptr, nullptr, nullptr);
        if (GSS_ERROR(major)) {
            return fail(gss_error(major, minor, oid_of(mechanism_), step_));
        }
        if (::gss_oid_equal(used, kerberos_oid()) == 0) {
            return fail(kSecurityInternal, step_ + ": the mechanism is not Kerberos");
        }
        return done();
    }

    SecurityOptions options_;
    Mechanism mechanism_;
    std::string step_;
    UniqueGssCredential credential_;
    ServicePrincipal principal_;
    UniqueGssName target_;  // points into principal_
    UniqueGssContext context_;
};

}  // namespace

Result<std::unique_ptr<SecurityContext>> create_security_context(const SecurityOptions& options) {
    auto credential = acquire_credential(options);
    if (!credential) {
        return pass(credential);
    }
    auto principal = ServicePrincipal::of_host(options.target_host);
    if (!principal) {
        return pass(principal);
    }
    auto target = principal->import_as_gss_name();
    if (!target) {
        return pass(target);
    }
    return std::make_unique<GssapiContext>(options, std::move(*credential), std::move(*principal),
                                           std::move(*target));
}

}  // namespace ae::ca
