// Which certification authorities are asked for a template, in which order, and when the next one
// is ("CA choice" and "Next CA?" in RULES.md).
//
// Not for: checking the CA's certificate, which needs the stores (gather.h), or asking.
// Pure, any thread.
#pragma once

#include "engine/access_check.h"
#include "engine/snapshot.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace ae::engine {

struct ClosedDoor {
    const EnrollmentService* service = nullptr;
    std::string reason{};  // AccessAnswer::reason
};

// Rule E10: the services that list a template, split by whether they let the account in (S12).
struct CaOffer {
    std::vector<const EnrollmentService*> open{};
    std::vector<std::string> closed{};  // one clause per service that lists it and is of no use
    // Those of `closed` whose security does not let the account in (S12), with the deciding entry.
    std::vector<ClosedDoor> refusing{};
};

// What every CA offers to one account, looked up once.  The services must outlive it.
class CaOffers {
  public:
    CaOffers(const std::vector<EnrollmentService>& services, const SidSet& account);
    [[nodiscard]] CaOffer of(const std::string& template_name) const;

  private:
    struct Entry {
        const EnrollmentService* service = nullptr;
        std::string obstacle{};  // empty: it lets the account in
        bool by_security = false;
    };
    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_template_;
};

// "Choice 2" and "choice 3": its chain holds and nothing in it is revoked.  A chain without a CRL
// to look at, or with one that is out of reach, is believed (0x80092012, 0x80092013).
bool is_trusted(const ChainStatus& chain);

// Services of the host's site first, the others after; in each group those that answered lately
// first [P].  Otherwise the order depends on the seed and on the template's name only, whatever
// order the directory answered in.
std::vector<const EnrollmentService*> order_of_cas(std::vector<const EnrollmentService*> services,
                                                   const std::string& template_name,
                                                   const Snapshot& world);

// What a failure at one CA means for the others.
enum class NextCa {
    ask,      // this CA's own trouble
    stop,     // every CA would answer the same
    unknown,  // it may have issued (W7): nobody else is asked, the key stays
};
NextCa next_ca(Hresult code);

// A CA's word that a renewal cannot be had in the way in which it was asked for, while a new
// certificate can: 0x8009400E (it does not accept the old certificate in the request), 0x80094816
// (it wants the old key, and got another).  The requirement is then asked for once more, as if
// nothing were held; a second refusal is final.
bool may_renew_anew(Hresult code);

}  // namespace ae::engine
