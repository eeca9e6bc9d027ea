// Owners of MIT Kerberos handles and the one mapping of its codes to ours, for policy and service.
// A context and all that hangs on it belong to one thread.
#pragma once

#include "engine/base/result.h"

#include <memory>
#include <string>

#include <krb5.h>

namespace ae::policy {

// A krb5 object is freed with its context, so the deleter carries that.
template <class T, auto Free>
class Krb5Owned {
  public:
    explicit Krb5Owned(krb5_context context) : context_(context) {}
    Krb5Owned(const Krb5Owned&) = delete;
    Krb5Owned& operator=(const Krb5Owned&) = delete;
    Krb5Owned(Krb5Owned&&) = delete;
    Krb5Owned& operator=(Krb5Owned&&) = delete;
    ~Krb5Owned() {
        if (value_ != nullptr) {
            static_cast<void>(Free(context_, value_));
        }
    }
    [[nodiscard]] T get() const { return value_; }
    [[nodiscard]] T* put() { return &value_; }

  private:
    krb5_context context_;
    T value_ = nullptr;
};

using Krb5Context =
    std::unique_ptr<std::remove_pointer_t<krb5_context>, decltype(&krb5_free_context)>;
using Krb5Keytab = Krb5Owned<krb5_keytab, krb5_kt_close>;
using Krb5Principal = Krb5Owned<krb5_principal, krb5_free_principal>;
using Krb5Cache = Krb5Owned<krb5_ccache, krb5_cc_close>;

Result<Krb5Context> krb5_start();

// "what: <the library's own text>", with the HRESULT that fits.
Error krb5_error(krb5_context context, krb5_error_code code, const std::string& what);

std::string krb5_name(krb5_context context, krb5_const_principal principal);

}  // namespace ae::policy
