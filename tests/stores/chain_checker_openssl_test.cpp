#include "tests/stores/file_store.h"
#include "tests/stores/hierarchy.h"

#include <openssl/x509.h>

namespace {
int parsed_certificates = 0;
}

// The test is linked with --wrap, so that it can count.
extern "C" {
X509* __real_d2i_X509(X509** certificate, const unsigned char** in, long size);
X509* __wrap_d2i_X509(X509** certificate, const unsigned char** in, long size) {
    ++parsed_certificates;
    return __real_d2i_X509(certificate, in, size);
}
}

namespace ae::test {

using engine::ChainState;

TEST_CASE("what the store on the disk holds does not count: the caller says what is trusted",
          "[chain][I13]") {
    const TemporaryFolder folder;
    FileStore store(folder.path() / "store");
    Hierarchy world;
    must(store.certificates().replace(engine::TrustStore::root, {world.root}));
    CHECK(world.check(world.root).state == ChainState::untrusted);
}

TEST_CASE("the same anchors are parsed once, however many certificates are asked for", "[chain]") {
    Hierarchy world;
    world.trust({world.root}, {world.issuing});
    const auto parses = [&] {
        const int before = parsed_certificates;
        CHECK(world.check(world.machine).state == ChainState::valid);
        return parsed_certificates - before;
    };
    CHECK(parses() == 3);  // the certificate and both anchors
    CHECK(parses() == 1);
    const engine::Anchors equal_ones{{world.root}, {world.issuing}};
    world.anchors = equal_ones;  // other addresses, same content
    CHECK(parses() == 1);
    world.trust({world.root, world.issuing}, {world.issuing});
    CHECK(parses() == 4);
    CHECK(parses() == 1);
}

}  // namespace ae::test
