#include "tests/lab/ca/gss_acceptor.h"

#include "tests/lab/ca/pac.h"
#include "tests/lab/ca/spnego_frame.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

namespace ae::labca {
namespace {

constexpr std::uint32_t kSecurityPackageError = 0x80090304;
constexpr std::uint8_t kSpnego = 9;
constexpr std::uint8_t kKerberos = 16;

class Buffer {
  public:
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() {
        OM_uint32 minor = 0;
        gss_release_buffer(&minor, &raw);
    }
    View view() const { return {static_cast<const std::uint8_t*>(raw.value), raw.length}; }
    gss_buffer_desc raw = GSS_C_EMPTY_BUFFER;
};

class Name {
  public:
    Name() = default;
    Name(const Name&) = delete;
    Name& operator=(const Name&) = delete;
    ~Name() {
        OM_uint32 minor = 0;
        gss_release_name(&minor, &raw);
    }
    gss_name_t raw = GSS_C_NO_NAME;
};

gss_buffer_desc buffer_over(View bytes) {
    // GSSAPI takes its inputs without const; it does not write to them.
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}

void check(std::string_view doing, OM_uint32 major, OM_uint32 minor) {
    if (GSS_ERROR(major)) {
        throw HresultError(kSecurityPackageError, gss_text(doing, major, minor));
    }
}

class GssContext : public SecurityContext {
  public:
    GssContext(gss_cred_id_t credential, const SidsOf& sids_of)
        : credential_(credential), sids_of_(sids_of) {}
    ~GssContext() override {
        OM_uint32 minor = 0;
        gss_delete_sec_context(&minor, &context_, GSS_C_NO_BUFFER);
    }
    GssContext(const GssContext&) = delete;
    GssContext& operator=(const GssContext&) = delete;

    Step accept(View token) override;
    Caller caller() const override;
    std::size_t token_size(std::size_t data_size, bool header_signing) override;
    void unwrap(Bytes& pdu, std::size_t header_size, std::size_t trailer_offset,
                bool header_signing) override;
    void wrap(Bytes& pdu, std::size_t header_size, std::size_t trailer_offset,
              bool header_signing) override;

  private:
    gss_cred_id_t credential_;
    const SidsOf& sids_of_;
    gss_ctx_id_t context_ = GSS_C_NO_CONTEXT;
};

// Header and trailer are signed (not sealed) with header signing, else left out; the token takes
// the HEADER place and there is no TRAILER in DCE style.
std::array<gss_iov_buffer_desc, 4> pdu_parts(Bytes& pdu, std::size_t header_size,
                                             std::size_t trailer_offset, bool header_signing) {
    const OM_uint32 framing =
        header_signing ? GSS_IOV_BUFFER_TYPE_SIGN_ONLY : GSS_IOV_BUFFER_TYPE_EMPTY;
    const std::size_t token = trailer_offset + kTrailerSize;
    return {
        gss_iov_buffer_desc{framing, {header_size, pdu.data()}},
        gss_iov_buffer_desc{GSS_IOV_BUFFER_TYPE_DATA,
                            {trailer_offset - header_size, pdu.data() + header_size}},
        gss_iov_buffer_desc{framing, {kTrailerSize, pdu.data() + trailer_offset}},
        gss_iov_buffer_desc{GSS_IOV_BUFFER_TYPE_HEADER, {pdu.size() - token, pdu.data() + token}}};
}

SecurityContext::Step GssContext::accept(View token) {
    // Only of the first token: MIT keeps the style that it saw.
    const Bytes first = context_ == GSS_C_NO_CONTEXT ? without_inner_frame(token) : Bytes();
    gss_buffer_desc input = buffer_over(first.empty() ? token : View(first));
    Buffer output;
    OM_uint32 minor = 0;
    OM_uint32 flags = 0;
    const OM_uint32 major =
        gss_accept_sec_context(&minor, &context_, credential_, &input, GSS_C_NO_CHANNEL_BINDINGS,
                               nullptr, nullptr, &output.raw, &flags, nullptr, nullptr);
    check("accept the client's security token", major, minor);
    Step step;
    step.token.assign(output.view().begin(), output.view().end());
    step.complete = (major & GSS_S_CONTINUE_NEEDED) == 0;
    constexpr OM_uint32 kWanted =
        GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG | GSS_C_DCE_STYLE;
    if (step.complete && (flags & kWanted) != kWanted) {
        throw HresultError(kSecurityPackageError,
                           "the client did not ask for mutual, sealed, DCE-style security");
    }
    return step;
}

Caller GssContext::caller() const {
    OM_uint32 minor = 0;
    Name source;
    check("inquire the security context",
          gss_inquire_context(&minor, context_, &source.raw, nullptr, nullptr, nullptr, nullptr,
                              nullptr, nullptr),
          minor);
    Buffer shown;
    check("display the caller's name", gss_display_name(&minor, source.raw, &shown.raw, nullptr),
          minor);
    Caller caller;
    caller.principal.emplace(shown.view().begin(), shown.view().end());
    gss_buffer_desc attribute = buffer_over(view_of("urn:mspac:logon-info"));
    int authenticated = 0;
    int complete = 0;
    int more = -1;
    Buffer value;
    Buffer display;
    const OM_uint32 major = gss_get_name_attribute(&minor, source.raw, &attribute, &authenticated,
                                                   &complete, &value.raw, &display.raw, &more);
    if (!GSS_ERROR(major) && authenticated != 0) {
        try {
            PacLogon logon = read_logon_info(value.view());
            caller.sids = std::move(logon.sids);
            caller.account_control = logon.account_control;
        } catch (const ParseError& error) {
            throw HresultError(kSecurityPackageError, std::string("PAC: ") + error.what());
        }
    }
    if (caller.sids.empty() && sids_of_) {
        caller.sids = sids_of_(*caller.principal);
    }
    return caller;  // without SIDs: no rights
}

std::size_t GssContext::token_size(std::size_t data_size, bool header_signing) {
    Bytes data(24 + data_size + kTrailerSize);
    auto parts = pdu_parts(data, 24, 24 + data_size, header_signing);
    OM_uint32 minor = 0;
    check("measure the security token",
          gss_wrap_iov_length(&minor, context_, 1, GSS_C_QOP_DEFAULT, nullptr, parts.data(),
                              static_cast<int>(parts.size())),
          minor);
    return parts[3].buffer.length;
}

void GssContext::unwrap(Bytes& pdu, std::size_t header_size, std::size_t trailer_offset,
                        bool header_signing) {
    auto parts = pdu_parts(pdu, header_size, trailer_offset, header_signing);
    OM_uint32 minor = 0;
    int sealed = 0;
    const OM_uint32 major = gss_unwrap_iov(&minor, context_, &sealed, nullptr, parts.data(),
                                           static_cast<int>(parts.size()));
    // A supplementary bit (old, duplicate, gap) is as fatal as an error: a stream has no gaps.
    if (major != GSS_S_COMPLETE || sealed == 0) {
        throw HresultError(kSecurityPackageError, gss_text("unseal a request", major, minor));
    }
}

void GssContext::wrap(Bytes& pdu, std::size_t header_size, std::size_t trailer_offset,
                      bool header_signing) {
    auto parts = pdu_parts(pdu, header_size, trailer_offset, header_signing);
    const std::size_t expected = parts[3].buffer.length;
    OM_uint32 minor = 0;
    int sealed = 0;
    check("seal a response",
          gss_wrap_iov(&minor, context_, 1, GSS_C_QOP_DEFAULT, &sealed, parts.data(),
                       static_cast<int>(parts.size())),
          minor);
    if (sealed == 0 || parts[3].buffer.length != expected) {
        throw HresultError(kSecurityPackageError, "a response could not be sealed");
    }
}

}  // namespace

std::string gss_text(std::string_view doing, OM_uint32 major, OM_uint32 minor) {
    std::string text(doing);
    for (const auto& [status, type] :
         {std::pair{major, GSS_C_GSS_CODE}, std::pair{minor, GSS_C_MECH_CODE}}) {
        OM_uint32 more = 0;
        do {
            Buffer shown;
            OM_uint32 ignored = 0;
            if (status == 0 || GSS_ERROR(gss_display_status(&ignored, status, type, GSS_C_NO_OID,
                                                            &more, &shown.raw))) {
                break;
            }
            text += ": ";
            text.append(shown.view().begin(), shown.view().end());
        } while (more != 0);
    }
    return text;
}

GssProvider::GssProvider(const std::string& keytab, SidsOf sids_of) : sids_of_(std::move(sids_of)) {
    const std::string file = "FILE:" + keytab;
    // No replay cache file: DCE style makes the client prove the session key in a third leg.
    std::array<gss_key_value_element_desc, 2> elements{
        gss_key_value_element_desc{"keytab", file.c_str()},
        gss_key_value_element_desc{"rcache", "none:"}};
    const gss_key_value_set_desc store{static_cast<OM_uint32>(elements.size()), elements.data()};
    OM_uint32 minor = 0;
    const OM_uint32 major =
        gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, GSS_C_NO_OID_SET,
                              GSS_C_ACCEPT, &store, &credential_, nullptr, nullptr);
    check("read the keytab " + keytab, major, minor);
}

GssProvider::~GssProvider() {
    OM_uint32 minor = 0;
    gss_release_cred(&minor, &credential_);
}

std::unique_ptr<SecurityContext> GssProvider::start(std::uint8_t auth_type) {
    if (auth_type != kSpnego && auth_type != kKerberos) {
        return nullptr;
    }
    return std::make_unique<GssContext>(credential_, sids_of_);
}

}  // namespace ae::labca
