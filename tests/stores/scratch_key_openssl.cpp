#include "stores/private_key_openssl.h"
#include "tests/contract/store_under_test.h"
#include "tests/stores/scratch_key.h"

namespace ae::test {

std::unique_ptr<engine::PrivateKey> make_scratch_key() {
    return must(stores::make_private_key(must(stores::generate_key(p256())), "scratch"));
}

}  // namespace ae::test
