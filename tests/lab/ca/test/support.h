// What several tests of the lab CA need: vectors as hex, files as PEM, a fake directory, own
// requests.
#pragma once

#include "tests/lab/ca/cms_signed.h"
#include "tests/lab/ca/directory.h"

#include <filesystem>

#include <catch2/catch.hpp>

namespace ae::labca::test {

inline const Guid kIpidD = Guid::parse("0000c001-1111-2222-3333-444455556666");
inline const Guid kIpidD2 = Guid::parse("0000c002-1111-2222-3333-444455556666");
inline const Guid kIpidRemUnknown = Guid::parse("00008000-1111-2222-3333-444455556666");
inline const Guid kCausality = Guid::parse("00112233-4455-6677-8899-aabbccddeeff");
constexpr std::uint64_t kOxid = 0x1122334455667788;
constexpr std::uint64_t kOid = 0x99aabbccddeeff00;

Bytes read_pem(const std::string& name);  // one block of a file of test/data

// A folder that ends with the test.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_{};
};

// A PKCS #10 over `key` with these extensions and attributes (whole elements each).
Bytes make_pkcs10(EVP_PKEY* key, const std::vector<Bytes>& extensions,
                  const std::vector<Bytes>& attributes = {},
                  const Bytes& subject = der::sequence());
Bytes make_extension(std::string_view oid, const Bytes& value);
Bytes make_attribute(std::string_view oid, const std::vector<Bytes>& values);
Bytes template_extension(std::string_view oid, std::uint32_t major, std::uint32_t minor);

// A signer of `content`: by subject key identifier when `certificate` is null, else by issuer +
// serial.
struct Signing {
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
};
Bytes make_signed(std::string_view content_type, const Bytes& content,
                  const std::vector<Signing>& signers);
Bytes make_pki_data(const Bytes& pkcs10, std::string_view reg_info = {},
                    std::uint32_t request_id = 1);
Bytes sign_bytes(EVP_PKEY* key, View data);

}  // namespace ae::labca::test
