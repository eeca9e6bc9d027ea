// The two-tier hierarchy on disk: root and issuing CA, their keys, certificates and CRLs.
//
// CADIR:   ca.{key,pem,der,crl}, exchange.{key,pem,der}, ca.json (name, host)
// ROOTDIR: root.{key,pem,der,crl}, shared by several issuing CAs; CADIR/root.crl is the list that
// this CA publishes
// Errors: std::runtime_error with a sentence for the person at the command line.
#pragma once

#include "tests/lab/ca/cms_signed.h"

#include <chrono>
#include <filesystem>
#include <optional>

namespace ae::labca {

enum class KeyKind { rsa2048, ec256 };

struct HierarchyOptions {
    std::filesystem::path ca_dir{};
    std::filesystem::path root_dir{};
    std::string name{};  // common name of the issuing CA
    std::string host{};  // its DNS name
    KeyKind key = KeyKind::rsa2048;
};
void create_hierarchy(const HierarchyOptions& options);

// The root revokes the issuing CA, or takes that back, on the list that the CA publishes.
enum class Standing { revoked, good };
void set_standing(const std::filesystem::path& ca_dir, const std::filesystem::path& root_dir,
                  Standing standing);

// One CA as it serves: read once at start, not changed later.
struct CaIdentity {
    std::filesystem::path dir{};
    std::string name{};
    std::string host{};
    UniqueX509 certificate{};
    UniqueKey key{};
    UniqueX509 root{};
    UniqueX509 exchange_certificate{};
    UniqueKey exchange_key{};
    std::string cdp_url{};
    std::string aia_url{};
};
CaIdentity load_identity(const std::filesystem::path& ca_dir);

struct RevokedSerial {
    std::string serial_hex{};
    std::time_t when = 0;
};
// Writes the CA's CRL atomically and returns it.
Bytes publish_crl(const CaIdentity& ca, const std::vector<RevokedSerial>& revoked);

UniqueKey make_key(KeyKind kind);
void write_atomically(const std::filesystem::path& path, View content, bool secret = false);
Bytes read_file(const std::filesystem::path& path);

}  // namespace ae::labca
