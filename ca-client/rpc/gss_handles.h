// Owners of GSSAPI objects, and its failures as errors of ours.
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_handle.h"

#include <string_view>

#include <gssapi/gssapi.h>

namespace ae::ca {

struct GssNameTraits {
    using value_type = gss_name_t;
    static value_type none() noexcept { return GSS_C_NO_NAME; }
    static void close(value_type name) noexcept {
        OM_uint32 minor = 0;
        ::gss_release_name(&minor, &name);
    }
};
using UniqueGssName = UniqueHandle<GssNameTraits>;

struct GssCredentialTraits {
    using value_type = gss_cred_id_t;
    static value_type none() noexcept { return GSS_C_NO_CREDENTIAL; }
    static void close(value_type credential) noexcept {
        OM_uint32 minor = 0;
        ::gss_release_cred(&minor, &credential);
    }
};
using UniqueGssCredential = UniqueHandle<GssCredentialTraits>;

struct GssContextTraits {
    using value_type = gss_ctx_id_t;
    static value_type none() noexcept { return GSS_C_NO_CONTEXT; }
    static void close(value_type context) noexcept {
        OM_uint32 minor = 0;
        ::gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    }
};
using UniqueGssContext = UniqueHandle<GssContextTraits>;

// Filled by the library, released here.
class GssBuffer {
  public:
    GssBuffer() = default;
    GssBuffer(const GssBuffer&) = delete;
    GssBuffer& operator=(const GssBuffer&) = delete;
    GssBuffer(GssBuffer&&) = delete;
    GssBuffer& operator=(GssBuffer&&) = delete;
    ~GssBuffer() {
        OM_uint32 minor = 0;
        ::gss_release_buffer(&minor, &buffer_);
    }
    [[nodiscard]] gss_buffer_t put() { return &buffer_; }
    [[nodiscard]] std::string_view text() const {
        return {static_cast<const char*>(buffer_.value), buffer_.length};
    }

  private:
    gss_buffer_desc buffer_ = GSS_C_EMPTY_BUFFER;
};

// `mechanism` is the one that made `minor`.
Error gss_error(OM_uint32 major, OM_uint32 minor, gss_OID mechanism, std::string_view step);

}  // namespace ae::ca
