// Keys in files: key.pem, PKCS #8 (key_backend.h).  Made and used by OpenSSL in this process.
#pragma once

#include "stores/key_backend.h"

#include <memory>

namespace ae::stores {

std::unique_ptr<KeyBackend> make_software_backend();

}  // namespace ae::stores
