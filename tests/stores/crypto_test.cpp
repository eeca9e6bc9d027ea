#include "stores/crypto.h"

#include "engine/base/hresult_table.h"
#include "tests/stores/file_store.h"

namespace ae::test {

using engine::HashAlgorithm;

TEST_CASE("digests are those of FIPS 180-4 for \"abc\"", "[crypto]") {
    const auto crypto = stores::make_crypto();
    struct Row {
        HashAlgorithm algorithm;
        const char* hex;
    };
    for (const Row& row :
         {Row{HashAlgorithm::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
          Row{HashAlgorithm::sha256,
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
          Row{HashAlgorithm::sha384,
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
              "8086072ba1e7cc2358baeca134c825a7"},
          Row{HashAlgorithm::sha512,
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"}}) {
        CHECK(to_hex(crypto->digest(row.algorithm, as_bytes("abc"))) == row.hex);
    }
    CHECK(stores::thumbprint(*crypto, as_bytes("abc")) ==
          "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("verify tells a wrong signature from a key that is not understood", "[crypto]") {
    const TemporaryFolder folder;
    FileStore store(folder.path() / "store");
    const auto key = must(store.keys().create(p256()));
    const Bytes signature = must(key->sign(HashAlgorithm::sha256, as_bytes("abc")));
    const Bytes spki = copy(key->public_key_info());
    const auto verify = [&](const Bytes& public_key, HashAlgorithm hash, std::string_view message,
                            const Bytes& octets) {
        return store.crypto().verify(public_key, hash, as_bytes(message), octets);
    };
    CHECK(must(verify(spki, HashAlgorithm::sha256, "abc", signature)));
    CHECK_FALSE(must(verify(spki, HashAlgorithm::sha256, "abd", signature)));
    CHECK_FALSE(must(verify(spki, HashAlgorithm::sha384, "abc", signature)));
    CHECK_FALSE(must(verify(spki, HashAlgorithm::sha256, "abc", {})));
    CHECK_FALSE(must(verify(spki, HashAlgorithm::sha256, "abc", {0x30, 0x03, 0x02, 0x01})));
    Bytes longer = spki;
    longer.push_back(0);
    CHECK(verify(longer, HashAlgorithm::sha256, "abc", signature).error().code == kInvalidData);
    CHECK(verify({}, HashAlgorithm::sha256, "abc", signature).error().code == kInvalidData);
}

TEST_CASE("an Ed25519 key does not go with a digest, which is an error and not a wrong signature",
          "[crypto]") {
    // RFC 8410 10.1
    const Bytes spki = *from_hex(
        "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
    const auto crypto = stores::make_crypto();
    CHECK(crypto->verify(spki, HashAlgorithm::sha256, as_bytes("abc"), Bytes(64)).error().code ==
          kNotSupported);
}

}  // namespace ae::test
