// Where everything lies in the directory store of one machine or user, and with which modes.
// Names only: nothing here touches a disk.  Portable, pure, any thread.
//
//   <root>/                      machine: /var/lib/aeclient   user: $XDG_DATA_HOME/aeclient
//     version                    "1": this layout.  A higher number is refused, never guessed at.
//     machine/ or user/          one context
//       lock                     flock() is held on it while a program has the context open
//       my/<thumbprint>/         one certificate with its key, published by one rename
//         cert.pem               the certificate
//         chain.pem              its issuers, nearest first, as the authority sent them, for the
//                                programs that use the certificate; may be empty
//         fullchain.pem          the certificate and its issuers, without the root
//         key.pem                PKCS #8, or what a TPM wrapped (TSS2 PRIVATE KEY); a file of the
//                                entry's own, also where several certificates have the same key
//         key.uri                in its place: where the key is on a token (RFC 7512); never a PIN
//         entry.json             template, CA, request id, dates, archived: entry_json.h
//         release                "export": the template lets the key be exported; else missing
//       live/<template>          a link to ../my/<thumbprint>: the newest certificate of that
//                                template that this agent enrolled for and that is not archived;
//                                the newest archived one while nothing has replaced it.
//                                For the programs that use it: their configuration never changes.
//                                One rename switches all of its files together; who opens the
//                                folder first and the files in it gets what belongs together.
//                                Gone when none of the template is left (live_files.h)
//       request/<key id>/        a key without certificate (REQUEST)
//         key.pem or key.uri
//         entry.json             exists once the request is pending
//         copy_of                exists when the key is that of a certificate of MY, whose
//                                thumbprint it names: a renewal with the same key is under way
//         release                "archival" or "export": who may have the key whole besides its
//                                owner; missing: nobody
//       root/<thumbprint>.pem          replica of CN=Certification Authorities
//       intermediate/<thumbprint>.pem  replica of CN=AIA
//       ntauth/<thumbprint>.pem        replica of CN=NTAuthCertificates
//       memory.json              what one pulse leaves for the next: memory_json.h
//       memory.json.bad          one that could not be read, kept for people
//       refused-pin-<token>      which state of its PIN's file a token refused, so that it is not
//                                tried again: token_pin_files.h.  No PIN.  Of no use to a backup
//       cache/                   lists of revoked certificates, while they are fresh:
//                                crl_cache_folder.h.  Of no use to a backup
//       run.json, events*.jsonl, hooks.json, replica.tar, system-trust, state.lock, .new-*
//                                of the service: service/state_folder.h
//     .tmp-*                     in any folder: half of a change that a crash cut off; never read,
//                                removed the next time that the context is opened
//
// <thumbprint> is the SHA-1 of the certificate, 40 lower-case hex digits (rule K5).  <key id> is 32
// random hex digits, and is what ports.h calls the key's reference.
// Modes: certificates are public, so that a web server's own account may read them: folders 0755,
// files 0644.  request/ holds nothing but keys in the making: 0700.  Every key.pem and key.uri is
// 0600 from the moment that it exists, a key.pem 0640 in MY with the group that the policy lets
// read the keys of its template (key_readers_files.h); memory.json is 0600, for it is nobody else's
// business.  The owner is the account that runs the agent (root for the machine). Everything is
// plain files and, in live/, links that stay inside: `tar` makes a true copy while the lock is held
// (README.md).
#pragma once

#include "engine/ports.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace ae::stores {

inline constexpr std::string_view kLayoutVersion = "1\n";
inline constexpr std::string_view kMachineRoot = "/var/lib/aeclient";

namespace layout {
inline constexpr std::string_view kVersion = "version";
inline constexpr std::string_view kLock = "lock";
inline constexpr std::string_view kMy = "my";
inline constexpr std::string_view kLive = "live";
inline constexpr std::string_view kLiveTarget = "../my/";  // and the thumbprint
inline constexpr std::string_view kRequest = "request";
inline constexpr std::string_view kRoot = "root";
inline constexpr std::string_view kIntermediate = "intermediate";
inline constexpr std::string_view kNtAuth = "ntauth";
inline constexpr std::string_view kCertificate = "cert.pem";
inline constexpr std::string_view kChain = "chain.pem";
inline constexpr std::string_view kFullChain = "fullchain.pem";
inline constexpr std::string_view kKey = "key.pem";
inline constexpr std::string_view kKeyUri = "key.uri";
inline constexpr std::string_view kEntry = "entry.json";
inline constexpr std::string_view kCopyOf = "copy_of";
inline constexpr std::string_view kRelease = "release";
inline constexpr std::string_view kCache = "cache";
inline constexpr std::string_view kMemory = "memory.json";
inline constexpr std::string_view kBadMemory = "memory.json.bad";
inline constexpr std::string_view kRefusedPin = "refused-pin-";  // and its serial number, in hex
inline constexpr std::string_view kPemSuffix = ".pem";
inline constexpr std::string_view kTemporary = ".tmp-";
}  // namespace layout

constexpr std::string_view folder_of(engine::Scope scope) {
    return scope == engine::Scope::machine ? "machine" : "user";
}

constexpr std::string_view folder_of(engine::TrustStore store) {
    switch (store) {
        case engine::TrustStore::root:
            return layout::kRoot;
        case engine::TrustStore::intermediate:
            return layout::kIntermediate;
        case engine::TrustStore::nt_auth:
            return layout::kNtAuth;
    }
    return {};
}

constexpr bool is_lower_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}
constexpr bool is_thumbprint(std::string_view name) { return is_lower_hex(name, 40); }
constexpr bool is_key_id(std::string_view name) { return is_lower_hex(name, 32); }
constexpr bool is_temporary(std::string_view name) { return name.starts_with(layout::kTemporary); }

// The thumbprint in "<thumbprint>.pem"; empty for any other name.
constexpr std::string_view thumbprint_of_file(std::string_view name) {
    if (!name.ends_with(layout::kPemSuffix)) {
        return {};
    }
    name.remove_suffix(layout::kPemSuffix.size());
    return is_thumbprint(name) ? name : std::string_view{};
}

}  // namespace ae::stores
