// Everything that the engine asks of the outside.  Adapters implement these; tests fake them.
// All calls block, are made from one worker thread, one at a time, and never throw.
#pragma once

#include "engine/directory.h"
#include "engine/events.h"
#include "engine/snapshot.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ae::engine {

enum class HashAlgorithm { sha1, sha256, sha384, sha512 };

// Digest and signature check: native on each platform.
class Crypto {
  public:
    virtual ~Crypto() = default;
    virtual Bytes digest(HashAlgorithm algorithm, ByteView message) = 0;
    // `public_key_info` is a SubjectPublicKeyInfo.  False: the signature is wrong.  Error: the key
    // or its algorithm is not understood.
    virtual Result<bool> verify(ByteView public_key_info, HashAlgorithm algorithm, ByteView message,
                                ByteView signature) = 0;
};

class PolicySource {
  public:
    virtual ~PolicySource() = default;
    // Read at the start of each pulse, never cached (rule C3).  Absent value: empty optional, not
    // an error.  Error: a source exists and cannot be trusted or parsed; then the pulse does
    // nothing.
    virtual Result<AutoenrollPolicy> read(Scope scope) = 0;
};

class Directory {
  public:
    virtual ~Directory() = default;
    // Finds a domain controller, binds with Kerberos, sealed, and reads the account.  Tries the
    // next controller after 5 s.  Errors: kNoSuchDomain when none answers.
    virtual Result<Account> read_account(Scope scope) = 0;
    // On the same connection.  A failed trust container is reported inside the replica (rule K3);
    // failed templates or enrollment services are an error.
    virtual Result<Replica> read_replica() = 0;
};

enum class KeyAlgorithm { rsa, ecdsa_p256, ecdsa_p384, ecdsa_p521 };

struct KeyRequest {
    KeyAlgorithm algorithm = KeyAlgorithm::rsa;
    unsigned bits = 2048;  // RSA only
    std::string template_name{};
};

// A private key whose secret half never leaves the key store.
class PrivateKey {
  public:
    virtual ~PrivateKey() = default;
    [[nodiscard]] virtual const std::string& reference() const = 0;  // finds it again in its store
    [[nodiscard]] virtual ByteView public_key_info() const = 0;      // SubjectPublicKeyInfo, DER
    [[nodiscard]] virtual KeyAlgorithm algorithm() const = 0;
    // RSASSA-PKCS1-v1_5 for RSA, Ecdsa-Sig-Value for elliptic curves.
    virtual Result<Bytes> sign(HashAlgorithm hash, ByteView message) = 0;
};

class KeyStore {
  public:
    virtual ~KeyStore() = default;
    // The key is on stable storage when this returns: a pending request with a lost key is useless
    // (W6).  Error leaves nothing behind.
    virtual Result<std::unique_ptr<PrivateKey>> create(const KeyRequest& request) = 0;
    // A key of REQUEST that an earlier pulse left (rule W7) and that is what `wanted` asks for. Any
    // error: the engine makes a new key.
    virtual Result<std::unique_ptr<PrivateKey>> open(const std::string& reference,
                                                     const KeyRequest& wanted) = 0;
    // Deletes a key that no certificate uses (rule X4).  Missing: success.  kBusy: a certificate of
    // the context has the same public key, so the key stays.
    virtual Done erase(const std::string& reference) = 0;
};

struct NewCertificate {
    std::string template_name{};
    std::string template_oid{};
    CaRef ca{};
    std::uint32_t request_id = 0;
    Bytes certificate{};
    std::vector<Bytes> chain{};  // issuer first, root last or absent
    std::string key_reference{};
    Time installed{};
};

struct InstalledCertificate {
    std::string thumbprint{};
    std::string path{};
};

enum class TrustStore { root, intermediate, nt_auth };
std::string_view to_string(TrustStore store);

struct StoreChange {
    std::size_t added = 0;
    std::size_t removed = 0;
};

class CertStore {
  public:
    virtual ~CertStore() = default;
    virtual Result<std::vector<HeldCertificate>> held() = 0;  // MY without archived entries
    // An entry of REQUEST is known by its key_reference.
    virtual Result<std::vector<PendingRequest>> pending() = 0;     // REQUEST
    virtual Done save_pending(const PendingRequest& request) = 0;  // its key exists already
    virtual Done drop_pending(const PendingRequest& request) = 0;  // key stays; missing: success
    // Moves key and certificate into MY so that a reader sees all of it or nothing.
    virtual Result<InstalledCertificate> install(const NewCertificate& entry) = 0;
    // Makes the store equal the set (rule K2).
    virtual Result<StoreChange> replace(TrustStore store,
                                        const std::vector<Bytes>& certificates) = 0;
};

class ChainChecker {
  public:
    virtual ~ChainChecker() = default;
    // Chain from `certificate` to the replicated Root store only; `extra` may help to build it.
    virtual ChainStatus check(ByteView certificate, const std::vector<Bytes>& extra, Time now) = 0;
};

// [MS-WCCE] 3.1.1.4.3 and wcce-client outcome table.
enum class Disposition { issued, pending, denied, failed };

struct CaReply {
    Disposition disposition = Disposition::failed;
    std::uint32_t request_id = 0;  // kept on every outcome (W4)
    Hresult code{};                // why, when denied or failed
    std::string message{};         // the CA's own words, for people only (W5)
    Bytes certificate{};           // issued: the leaf, DER
    std::vector<Bytes> chain{};    // issued: the other certificates of the answer
};

struct EncodedRequest {
    enum class Format { pkcs10 };
    Format format = Format::pkcs10;
    Bytes octets{};
};

class CaClient {
  public:
    virtual ~CaClient() = default;
    // PKCS #10 with the Microsoft attributes for a new certificate ([MS-WCCE] 3.1.1.4.3.1.1).
    virtual Result<EncodedRequest> build(const Template& wanted, const Account& account,
                                         const DirectoryServer& server, PrivateKey& key) = 0;
    // Sends one request and waits for the answer.  Does not retry and does not choose another CA.
    // Under submission and denial are replies.  Errors: kServerUnavailable and the other transport
    // codes when the request did not go out; kCallFailed when it went out and no answer came: the
    // CA may have acted (W7), so nobody else may be asked.
    virtual Result<CaReply> submit(const CaRef& ca, const EncodedRequest& request) = 0;
};

class EventSink {
  public:
    virtual ~EventSink() = default;
    virtual void record(const Event& event) = 0;
};

struct Ports {
    PolicySource& policy;
    Directory& directory;
    KeyStore& keys;
    CertStore& certificates;
    ChainChecker& chains;
    Crypto& crypto;
    CaClient& ca;
    EventSink& events;
};

}  // namespace ae::engine
