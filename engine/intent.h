// Did somebody mean this account to have certificates of a template?  A forest has dozens of
// templates that are none of an account's business; only of the others is it news that they cannot
// be enrolled [P].
//
// It is meant: for this kind of account and not for authorities; the account may read it; and may
// either autoenroll for it, or enroll for it where the template asks for autoenrollment (0x20) and
// a CA offers it to the account.  Version 1 is never meant: nobody can choose autoenrollment for it
// (rule E1), and what every forest brings along grants more than anybody asked for.
// Not for: deciding what is requested (candidate.h, rules E1-E10).  Pure, any thread.
#pragma once

#include "engine/ca_choice.h"
#include "engine/snapshot.h"

namespace ae::engine {

// `sids` are those of `account`; `offers` is what the CAs offer to them.
bool is_meant_for(const Template& wanted, const Account& account, const SidSet& sids,
                  const CaOffers& offers);

}  // namespace ae::engine
