// Which certification authorities are asked for a template, in which order, and when the next one
// is
// ("CA choice" and "Next CA?" in RULES.md).
//
// Not for: trust in the CA's certificate, which needs the stores (pulse_enroll.h), or asking.
// Pure, any thread.
#pragma once

#include "engine/access_check.h"
#include "engine/directory.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ae::engine {

// Rule E10: the services that list the template, split by whether they let the account in (S12).
struct CaOffer {
    std::vector<const EnrollmentService*> open{};
    std::vector<std::string> closed{};  // one clause per service that lists it and is of no use
};
CaOffer cas_offering(const Template& wanted, const std::vector<EnrollmentService>& services,
                     const SidSet& account);

// Services of `site` first, the others after; each group in an order that depends on `seed` and on
// the template's name only, whatever order the directory answered in.
std::vector<const EnrollmentService*> order_of_cas(std::vector<const EnrollmentService*> services,
                                                   const std::string& template_name,
                                                   const std::string& site, std::uint64_t seed);

// What a failure at one CA means for the others.
enum class NextCa {
    ask,      // this CA's own trouble
    stop,     // every CA would answer the same
    unknown,  // it may have issued (W7): nobody else is asked, the key stays
};
NextCa next_ca(Hresult code);

}  // namespace ae::engine
