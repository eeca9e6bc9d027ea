// Everything that the engine asks of the outside.  Adapters implement these; tests fake them.
// All calls block, are made from one worker thread, one at a time, and never throw.
#pragma once

#include "engine/directory.h"
#include "engine/events.h"
#include "engine/snapshot.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
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
    // Takes exactly these values out of the account's userCertificate (rule X2); a value that is
    // gone already is success.  kAccessDenied: the account may not.
    virtual Done unpublish(const std::vector<Bytes>& certificates) = 0;
};

enum class KeyAlgorithm { rsa, ecdsa_p256, ecdsa_p384, ecdsa_p521 };

// [MS-CRTD] 2.14 pKIDefaultKeySpec.  Only keys of legacy providers have one.
enum class KeySpec { none, exchange, signature };
enum class KeyExport { refused, allowed };

// What a template asks for.  A store ignores what it has no use for.
struct KeyRequest {
    KeyAlgorithm algorithm = KeyAlgorithm::rsa;
    unsigned bits = 2048;  // RSA only
    std::string template_name{};
    std::string provider{};  // the first of the template's list that will do; empty: any
    KeySpec spec = KeySpec::none;
    KeyExport exportable = KeyExport::refused;
    std::optional<std::uint32_t> cng_usage{};  // [MS-CRTD] msPKI-Key-Usage; nothing: the provider's
    std::string security_descriptor{};         // SDDL: who may use the key besides its owner
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
    // The key of an entry of MY, to sign with: the entry keeps it.
    virtual Result<std::unique_ptr<PrivateKey>> open_held(const std::string& thumbprint) = 0;
    // The same key once more as an entry of REQUEST, for a renewal with the same key; erase() of
    // that entry never touches the original.
    virtual Result<std::unique_ptr<PrivateKey>> reuse(const std::string& thumbprint) = 0;
    // Of an entry of REQUEST, whatever it is: for an answer that comes later (rule N1).
    virtual Result<std::unique_ptr<PrivateKey>> open_pending(const std::string& reference) = 0;
    // The providers that templates may name here (Abilities::providers).
    virtual std::vector<std::string> providers() = 0;
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
    std::string predecessor{};  // renewal: thumbprint of the certificate that it replaces
};

struct InstalledCertificate {
    std::string thumbprint{};
    std::string path{};
};

struct StoreChange {
    std::size_t added = 0;
    std::size_t removed = 0;
};

class CertStore {
  public:
    virtual ~CertStore() = default;
    // MY without archived entries, foreign ones included; `chain` is not filled.
    virtual Result<std::vector<HeldCertificate>> held() = 0;
    // An entry of REQUEST is known by its key_reference.
    virtual Result<std::vector<PendingRequest>> pending() = 0;     // REQUEST
    virtual Done save_pending(const PendingRequest& request) = 0;  // its key exists already
    virtual Done drop_pending(const PendingRequest& request) = 0;  // key stays; missing: success
    // Moves key and certificate into MY so that a reader sees all of it or nothing.
    virtual Result<InstalledCertificate> install(const NewCertificate& entry) = 0;
    // Out of sight, key kept (rule X1).  Missing or archived already: success.
    virtual Done archive(const std::string& thumbprint) = 0;
    // Deletes the certificate, and its key unless another certificate of the context, archived ones
    // included, has the same public key (rule X4).  Missing: success.
    virtual Done remove(const std::string& thumbprint) = 0;
    // What a trust store holds now.
    virtual Result<std::vector<Bytes>> trusted(TrustStore store) = 0;
    // Makes the store equal the set (rule K2).
    virtual Result<StoreChange> replace(TrustStore store,
                                        const std::vector<Bytes>& certificates) = 0;
};

// The replica's trust as it stands after this pulse's update, so that a preview and a pulse agree.
struct Anchors {
    std::vector<Bytes> roots{};
    std::vector<Bytes> intermediates{};
};

class ChainChecker {
  public:
    virtual ~ChainChecker() = default;
    // Chain from `certificate` to one of `trust.roots`, or to a root of the administrator's own
    // that the checker knows; nothing else is trusted.  `extra` may help to build it.
    virtual ChainStatus check(ByteView certificate, const std::vector<Bytes>& extra,
                              const Anchors& trust, Time now) = 0;
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
    enum class Format { pkcs10, pkcs7 };
    Format format = Format::pkcs10;
    Bytes octets{};
};

// A certificate of MY that vouches for a request, with its key.
struct Signer {
    Bytes certificate{};  // DER
    std::unique_ptr<PrivateKey> key{};
};

struct RequestParts {
    const Template& wanted;
    const Account& account;
    const DirectoryServer& server;
    PrivateKey& key;                      // of the certificate to be issued
    const Signer* predecessor = nullptr;  // renewal: the certificate that is replaced
    const Signer* authority = nullptr;    // an own certificate that vouches for it (rule E6)
};

class CaClient {
  public:
    virtual ~CaClient() = default;
    // PKCS #10 with the Microsoft attributes for a new certificate ([MS-WCCE] 3.1.1.4.3.1.1); the
    // same inside PKCS #7, signed by the predecessor, for a renewal (3.1.1.4.3.1.2).
    virtual Result<EncodedRequest> build(const RequestParts& parts) = 0;
    // Sends one request and waits for the answer.  Does not retry and does not choose another CA.
    // Under submission and denial are replies.  Errors: kServerUnavailable and the other transport
    // codes when the request did not go out; kCallFailed when it went out and no answer came: the
    // CA may have acted (W7), so nobody else may be asked.
    virtual Result<CaReply> submit(const CaRef& ca, const EncodedRequest& request) = 0;
    // What became of a request that this CA put under submission (rules N1-N4, N8).  Asking changes
    // nothing there, so any error means: ask again another time.
    virtual Result<CaReply> retrieve(const CaRef& ca, std::uint32_t request_id) = 0;
};

class MemoryStore {
  public:
    virtual ~MemoryStore() = default;
    // Nothing saved yet, or what was saved cannot be read (the adapter says so): empty.
    virtual Memory load() = 0;
    virtual Done save(const Memory& memory) = 0;
};

// Rules R-UI1 and R-UI4: one question for all templates that need somebody's agreement.
enum class Consent { given, declined, cancelled };
class User {
  public:
    virtual ~User() = default;
    virtual Consent ask_to_begin(const std::vector<std::string>& templates) = 0;
    virtual Consent ask_for(const std::string& template_name) = 0;
};

class EventSink {
  public:
    virtual ~EventSink() = default;
    virtual void record(const Event& event) = 0;
    virtual void step(const Step&) {}  // most sinks do not care
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
    MemoryStore& memory;
    User* user = nullptr;  // nobody can be asked (rule R-UI5)
};

}  // namespace ae::engine
