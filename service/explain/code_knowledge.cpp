#include "service/explain/knowledge.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

constexpr std::array kCodes = {
    CodeKnowledge{0x80040154,
                  "the host is no CA any more, and its enrollment service object stayed", "NET4"},
    CodeKnowledge{0x80070002, "the CA lacks a file or an object that the request needs", "REF11"},
    CodeKnowledge{0x80070005,
                  "the account may not launch or activate the CA's DCOM class; the call was not "
                  "encrypted; the clock is off; the CA refuses the account",
                  "NET2 NET3 ENV3 ENV6"},
    CodeKnowledge{0x8007000D, "the CA could not read the request", "REF11"},
    CodeKnowledge{0x80070057,
                  "the directory calls the CA otherwise than the CA calls itself, or the CA does "
                  "not know the property",
                  "NET6"},
    CodeKnowledge{0x80070490,
                  "the template, CA, certificate or request that a command names is not there: a "
                  "display name for a name, another context (--user), or it has gone since",
                  ""},
    CodeKnowledge{0x8007052E, "the machine's password differs from the one that the domain has",
                  "ENV6"},
    CodeKnowledge{0x8007054B,
                  "no network yet (VPN), DNS without the domain's SRV records, a firewall before "
                  "LDAP or Kerberos",
                  "ENV2 TRG3"},
    CodeKnowledge{0x800706BA,
                  "slow to come: the host is down or a firewall drops TCP 135 or the dynamic "
                  "ports; quick to come: DCOM refused the caller's authentication",
                  "NET1 NET2"},
    CodeKnowledge{0x800706BB, "the CA has more calls than it can serve", "NET1"},
    CodeKnowledge{0x800706BE, "the connection broke after the request went out", "NET1"},
    CodeKnowledge{0x800706BF, "the connection broke before the CA took the call", "NET1"},
    CodeKnowledge{0x80080005, "the certificate service is stopped or cannot start", "NET5"},
    CodeKnowledge{0x80090003, "the key is damaged, or another program changed it", "HAV7 KEY2"},
    CodeKnowledge{0x8009000D, "the key was deleted, or belongs to another account", "HAV7 KEY2"},
    CodeKnowledge{0x8009000F, "a key container of the same name is left from before", "KEY2"},
    CodeKnowledge{0x80090010, "the account may not write to the place of its keys", "KEY2"},
    CodeKnowledge{0x80090016, "the key container was removed, or its permissions changed",
                  "HAV7 KEY2"},
    CodeKnowledge{0x8009001D, "the provider is damaged or its driver does not run", "KEY2"},
    CodeKnowledge{0x8009001E, "the template names a provider that is not installed here",
                  "KEY1 KEY2"},
    CodeKnowledge{0x80090022, "the key's protection asks a person at each use", "KEY2 KEY4"},
    CodeKnowledge{0x80090023, "the smart card is full", "KEY2 KEY3"},
    CodeKnowledge{0x80090027, "the provider does not make keys of that size", "KEY1 KEY2"},
    CodeKnowledge{0x80090029, "the provider does not know the algorithm", "KEY1 KEY2"},
    CodeKnowledge{0x80090030, "the TPM is off, not owned, or locked; a token was taken out",
                  "KEY2"},
    CodeKnowledge{0x80091004, "the request's flags and its format do not agree", "REF11"},
    CodeKnowledge{0x80092004, "an object that was expected is not there", ""},
    CodeKnowledge{0x8009200E, "the request is a CMC message without a signature", "REF11"},
    CodeKnowledge{0x80092010, "the CA's certificate, or one above it, was revoked", "CAS3"},
    CodeKnowledge{0x80092012, "a certificate names no revocation list; tolerated for a CA's chain",
                  "CAS3"},
    CodeKnowledge{0x80092013, "the list's server is out of reach; tolerated for a CA's chain",
                  "CAS3"},
    CodeKnowledge{0x80094001,
                  "a name of the account is too long or has characters that the CA refuses",
                  "REF11"},
    CodeKnowledge{0x80094003, "the request was decided, or taken out of the CA's database", "PND1"},
    CodeKnowledge{0x80094004, "the CA has no such request: its database was replaced or cleaned",
                  "PND1"},
    CodeKnowledge{0x80094005, "the CA's certificate has ended or cannot be read", "CAS2"},
    CodeKnowledge{0x80094006, "a restore of the CA's database runs", "REF11"},
    CodeKnowledge{0x8009400A, "the template asks for archival, and the CA does none", "REF11"},
    CodeKnowledge{0x8009400B, "the certificates of all key recovery agents have ended", "REF11"},
    CodeKnowledge{0x8009400C, "the CA could not open the archived key", "REF11"},
    CodeKnowledge{0x8009400E, "the CA does not accept the old certificate in the request", "INS2"},
    CodeKnowledge{0x8009400F, "too many clients at once", "REF11"},
    CodeKnowledge{0x80094011,
                  "the account lacks Request Certificates on the CA, or the CA takes no remote "
                  "requests",
                  "RGT6 REF2"},
    CodeKnowledge{0x80094012,
                  "the account lacks Enroll; or a group that grants it is newer than the Kerberos "
                  "ticket",
                  "RGT4 RGT5 REF1"},
    CodeKnowledge{0x80094013, "the CA's own domain controller does not sign LDAP", "REF11"},
    CodeKnowledge{0x80094014, "a person denied the pending request", "PND1 REF9"},
    CodeKnowledge{0x80094800, "the template is not published on that CA, or the CA may not read it",
                  "CAS1 REF3"},
    CodeKnowledge{0x80094801, "the request names no template", "REF11"},
    CodeKnowledge{0x80094802, "the request names two templates", "REF11"},
    CodeKnowledge{0x80094804, "the template demands archival, and the request holds no key",
                  "REF10"},
    CodeKnowledge{0x80094806, "the certificate to renew belongs to another account", "INS2"},
    CodeKnowledge{0x80094807,
                  "the template was changed, and the CA's domain controller has not heard of it",
                  "RGT7 REF4"},
    CodeKnowledge{0x80094809, "the template demands an authorized signature", "RGT2 REF7"},
    CodeKnowledge{0x8009480A, "the template demands more signatures than the request has",
                  "RGT2 REF7"},
    CodeKnowledge{0x8009480B, "the signing certificate is not good enough for the CA", "RGT2 REF7"},
    CodeKnowledge{0x8009480C, "the signing certificate lacks an issuance policy", "RGT2 REF7"},
    CodeKnowledge{0x8009480D, "userPrincipalName of the account is empty", "REF6"},
    CodeKnowledge{0x8009480E, "the CA cannot read the account's object", "REF6"},
    CodeKnowledge{0x8009480F, "dNSHostName of the account is empty", "REF6"},
    CodeKnowledge{0x80094810, "the request holds a key, and the template forbids archival",
                  "REF10"},
    CodeKnowledge{0x80094811,
                  "the CA's copy of the template asks for a longer key than the client's",
                  "RGT7 REF5"},
    CodeKnowledge{0x80094812, "mail of the account is empty", "REF6"},
    CodeKnowledge{0x80094813, "the template was deleted, and stayed on the CA's list", "CAS1"},
    CodeKnowledge{0x80094814, "the CA shortens the validity below the template's renewal period",
                  "REF8"},
    CodeKnowledge{0x80094815, "the request has more signatures than the template takes", "RGT2"},
    CodeKnowledge{0x80094816, "the template demands the same key, and the request has a new one",
                  "INS2"},
    CodeKnowledge{0x80094817, "the CA does not know the TPM's endorsement key", "KEY2 REF11"},
    CodeKnowledge{0x8009481A, "the CA could not verify the statement of the TPM", "KEY2 REF10"},
    CodeKnowledge{0x80095002, "the answer does not confirm the key that was archived", "INS1"},
    CodeKnowledge{0x80095003, "the answer confirms a key that was not sent", "INS1"},
    CodeKnowledge{0x80095004, "the answer confirms another key", "INS1"},
    CodeKnowledge{0x800B0101, "a certificate has ended or has not begun; the clock is off",
                  "CAS2 ENV3"},
    CodeKnowledge{0x800B0109,
                  "the root is not among the directory's authorities, or the replica is old",
                  "CAS2"},
    CodeKnowledge{0x800B010A, "an intermediate certificate is missing in the directory (AIA)",
                  "CAS2"},
    CodeKnowledge{0x800B010C, "the CA's certificate, or one above it, was revoked", "CAS3"},
    CodeKnowledge{0x800B0112, "a certificate of the chain is distrusted", "CAS2"},
    CodeKnowledge{0x8010002E, "no reader is connected, or its service does not run", "KEY3"},
    CodeKnowledge{0x8010006E, "somebody closed the dialog of the smart card", "KEY3"},
};

static_assert(std::ranges::adjacent_find(kCodes, std::ranges::greater_equal{},
                                         &CodeKnowledge::code) == kCodes.end());

}  // namespace

std::span<const CodeKnowledge> code_knowledge() { return kCodes; }

const CodeKnowledge* knowledge_of(Hresult code) {
    const auto at = std::ranges::lower_bound(kCodes, value_of(code), {}, &CodeKnowledge::code);
    return at != kCodes.end() && at->code == value_of(code) ? &*at : nullptr;
}

}  // namespace ae::service
