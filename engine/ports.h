// Everything that the engine asks of the outside.  Adapters implement these; tests fake them.
// All calls block, are made from one worker thread, one at a time, and never throw.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/base/secret.h"
#include "engine/directory.h"
#include "engine/events.h"
#include "engine/full_response.h"
#include "engine/snapshot.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

enum class HashAlgorithm { sha1, sha256, sha384, sha512 };

// How a signature is made.  RSA: RSASSA-PKCS1-v1_5, or RSASSA-PSS with MGF1 of the same digest and
// a salt of its length (RFC 4055), where a template wants the alternate format.  Elliptic curves:
// Ecdsa-Sig-Value, whatever the padding.
enum class RsaPadding { pkcs1, pss };
struct SignatureScheme {
    HashAlgorithm hash{};
    RsaPadding padding = RsaPadding::pkcs1;
    // NOLINTNEXTLINE(google-explicit-constructor): a digest alone names the usual scheme
    SignatureScheme(HashAlgorithm the_hash, RsaPadding the_padding = RsaPadding::pkcs1)
        : hash(the_hash), padding(the_padding) {}
};

// Ciphers for the content of EnvelopedData, all in CBC mode with the padding of RFC 5652 6.3.
enum class ContentCipher { triple_des, aes128, aes192, aes256 };

// Digest, signature check, random and encryption: native on each platform.
class Crypto {
  public:
    virtual ~Crypto() = default;
    virtual Bytes digest(HashAlgorithm algorithm, ByteView message) = 0;
    // Unpredictable octets, for keys and initialization vectors.
    virtual Result<Bytes> random(std::size_t count) = 0;
    // RSAES-PKCS1-v1_5 to an RSA SubjectPublicKeyInfo.  kNotSupported: another kind of key.
    virtual Result<Bytes> encrypt_key(ByteView public_key_info, ByteView secret) = 0;
    virtual Result<Bytes> encrypt_content(ContentCipher cipher, ByteView key, ByteView vector,
                                          ByteView message) = 0;
    // `public_key_info` is a SubjectPublicKeyInfo.  False: the signature is wrong.  Error: the key
    // or its algorithm is not understood.
    virtual Result<bool> verify(ByteView public_key_info, const SignatureScheme& scheme,
                                ByteView message, ByteView signature) = 0;
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
// What the key is for: an agreement key (ECDH) does not sign in every provider.
enum class KeyPurpose { signature, agreement };
// Private-key archival: the provider must give the key out once, exportable or not.
enum class KeyArchival { none, once };

// What a template asks for.  A store ignores what it has no use for.
struct KeyRequest {
    KeyAlgorithm algorithm = KeyAlgorithm::rsa;
    unsigned bits = 2048;  // RSA only
    std::string template_name{};
    // Of the template's list those that will do, in its order: the first that makes the key has it.
    // Empty: any.
    std::vector<std::string> providers{};
    KeySpec spec = KeySpec::none;
    KeyPurpose purpose = KeyPurpose::signature;
    KeyExport exportable = KeyExport::refused;
    KeyArchival archival = KeyArchival::none;
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
    // kNotSupported: the provider does not know the scheme, or the key does not sign at all.
    virtual Result<Bytes> sign(const SignatureScheme& scheme, ByteView message) = 0;
    // False for a key that only agrees on other keys: its request has no signature of its own
    // ([MS-WCCE] 2.2.2.6.5).
    [[nodiscard]] virtual bool signs() const { return true; }
    // Of a key that does not sign: that its secret half fits its public half.
    virtual Done probe_agreement() {
        return fail(kNotSupported, "this key signs; nobody agrees on keys with it");
    }
    // The whole key as the private key BLOB of [MS-WCCE] 2.2.2.9.1, for archival and nothing else.
    // kNotSupported: no RSA key, or it was not made for archival or export.
    virtual Result<Secret> archival_blob() {
        return fail(kNotSupported, "the key store does not give this key out");
    }
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
    std::string live{};  // the template's own place, the same for its next certificate; may be none
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

// [MS-WCCE] 3.1.1.4.3.
enum class Disposition { issued, pending, denied, failed };

struct CaReply {
    Disposition disposition = Disposition::failed;
    std::uint32_t request_id = 0;        // kept on every outcome (W4)
    Hresult code{};                      // why, when denied or failed
    std::string message{};               // the CA's own words, for people only (W5)
    Bytes certificate{};                 // issued: the leaf, DER
    std::vector<Bytes> chain{};          // issued: the other certificates of the answer
    std::optional<FullResponse> full{};  // of a request in CMC; checks I2-I4 and I12 are for it
    // Why `full` is missing although it was asked for, or came and cannot be read; empty otherwise.
    std::string full_problem{};
};

struct EncodedRequest {
    enum class Format { pkcs10, pkcs7, cmc };
    Format format = Format::pkcs10;
    Bytes octets{};
    Bytes archived_key_hash{};  // archival: what the answer must repeat (check I12)
};

// The certificate of a CA to which keys are encrypted for archival ([MS-WCCE] 3.1.1.4.3.6).
struct ExchangeCertificate {
    Bytes certificate{};         // DER
    std::vector<Bytes> chain{};  // the other certificates that came with it
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
    ByteView exchange_certificate{};      // archival: of the CA that is asked; empty: no archival
};

class CaClient {
  public:
    virtual ~CaClient() = default;
    // The form that the template's version asks for ([MS-WCCE] 3.1.2.4.2.1): version 1 PKCS #10,
    // and inside PKCS #7 for a renewal; later ones a full CMC request, with one more signer for a
    // predecessor or an authority.
    virtual Result<EncodedRequest> build(const RequestParts& parts) = 0;
    // Sends one request and waits for the answer.  Does not retry and does not choose another CA.
    // Under submission and denial are replies.  Errors: kServerUnavailable and the other transport
    // codes when the request did not go out; kCallFailed when it went out and no answer came: the
    // CA may have acted (W7), so nobody else may be asked.
    virtual Result<CaReply> submit(const CaRef& ca, const EncodedRequest& request) = 0;
    // What became of a request that this CA put under submission (rules N1-N4, N8).  Asking changes
    // nothing there, so any error means: ask again another time.
    virtual Result<CaReply> retrieve(const CaRef& ca, std::uint32_t request_id) = 0;
    // The CA's own certificates as it tells them itself, newest first (check I8); not checked here.
    virtual Result<std::vector<Bytes>> signing_certificates(const CaRef& ca) = 0;
    // Not checked here (exchange_check.h).
    virtual Result<ExchangeCertificate> exchange_certificate(const CaRef& ca) = 0;
    // Lets every connection go, so that the next call proves anew who asks.
    virtual void disconnect() = 0;
};

// The tickets with which this run proves who it is (Kerberos; the logon session on Windows).
class LogonSession {
  public:
    virtual ~LogonSession() = default;
    // Every SID that a CA sees in them, sorted, unique.  kNotSupported: they cannot be read here.
    virtual Result<std::vector<Sid>> sids() = 0;
    // Throws them away and gets new ones, with today's groups.
    virtual Done renew() = 0;
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
    User* user = nullptr;             // nobody can be asked (rule R-UI5)
    LogonSession* session = nullptr;  // none: tickets are never renewed
};

}  // namespace ae::engine
