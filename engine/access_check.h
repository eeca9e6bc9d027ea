// May this account read, enroll for, autoenroll for the object?  Rules S1-S9, from
// [MS-ADTS] 5.1.3.3 and [MS-CRTD] 2.5, and which entry of the DACL decided it, for people.
//
// Not for: collecting the account's SIDs (rule S9, S10: the Directory port does) or the CA's own
// final decision, which uses the Kerberos ticket (rule S11).
// Deviations: rule S7, callback entries count only where they deny.  Pure, any thread.
#pragma once

#include "engine/security_descriptor.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::engine {

enum class Right { read, enroll, autoenroll };
std::string_view to_string(Right right);  // "Read", "Enroll", "Autoenroll"

// The SIDs of one account, sorted once so that thousands of checks are quick.
class SidSet {
  public:
    explicit SidSet(std::vector<Sid> sids);
    [[nodiscard]] bool contains(const Sid& sid) const;

  private:
    std::vector<Sid> sids_;
};

struct AccessAnswer {
    bool granted = false;
    std::string reason{};  // "allow object ACE 3 for S-1-5-21-1-2-3-515 grants Autoenroll"
    bool denied = false;   // an entry denies it: to grant it elsewhere would not help
};

AccessAnswer check_access(const SecurityDescriptor& object, Right right, const SidSet& account);

}  // namespace ae::engine
