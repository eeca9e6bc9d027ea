#include "policy/ldap_sealing.h"

#include "engine/base/hresult_table.h"

namespace ae::policy {

Result<Sealing> judge_sealing(const SealingFacts& facts) {
    if (facts.in_effect.has_value() && !*facts.in_effect) {
        return fail(kSecurityPackage, "the connection is not sealed");
    }
    if (!facts.package.empty() && facts.package != "Kerberos" && !facts.explicit_member) {
        return fail(kSecurityPackage, "the system chose " + facts.package + " and not Kerberos",
                    "Check that the domain controller's name and clock are right, and that this "
                    "computer's account is: nltest /sc_verify:DOMAIN.");
    }
    if (facts.demanded || facts.in_effect.has_value()) {
        return Sealing::assured;
    }
    if (facts.explicit_member) {
        return Sealing::not_shown;
    }
    return fail(kSecurityPackage,
                "the LDAP library neither takes the demand to seal nor says whether it does",
                "Run this on Windows; a test under Wine needs --as-member.");
}

}  // namespace ae::policy
