// The self-signed certificate that stands in REQUEST for a key without a certificate, as Windows
// does it (RFC 5280 4.1, version 1: it has no extensions).  Nobody ever trusts it.
// Errors: kNotSupported for a kind of key that ports.h does not know; those of signing.  Any
// thread.
#pragma once

#include "stores/key_provider.h"

#include <string>

namespace ae::stores {

struct DummyCertificate {
    std::string common_name{};
    Bytes serial{};  // random, so that no two are the same certificate
    Time not_before{};
};

Result<Bytes> make_dummy_certificate(const DummyCertificate& dummy, ProviderKey& key);

}  // namespace ae::stores
