// A P-256 key that lives and dies with its object.  Siblings by suffix.
#pragma once

#include "engine/ports.h"

#include <memory>

namespace ae::test {

std::unique_ptr<engine::PrivateKey> make_scratch_key();  // throws when it cannot

}  // namespace ae::test
