#include "engine/intent.h"

namespace ae::engine {
namespace {

bool has(std::uint32_t flags, std::uint32_t bit) { return (flags & bit) != 0; }

}  // namespace

bool is_meant_for(const Template& wanted, const Account& account, const SidSet& sids,
                  const CaOffers& offers) {
    const bool for_machines = has(wanted.general_flags, general_flag::kMachineType);
    const bool for_authorities =
        has(wanted.general_flags, general_flag::kIsCa | general_flag::kIsCrossCa);
    if (wanted.schema_version == 1 || for_authorities ||
        for_machines != (account.scope == Scope::machine) || !wanted.security_descriptor) {
        return false;
    }
    const auto object = parse_security_descriptor(*wanted.security_descriptor);
    if (!object || !check_access(*object, Right::read, sids).granted) {
        return false;
    }
    if (check_access(*object, Right::autoenroll, sids).granted) {
        return true;
    }
    return has(wanted.enrollment_flags, enrollment_flag::kAutoEnrollment) &&
           check_access(*object, Right::enroll, sids).granted &&
           !offers.of(wanted.name).open.empty();
}

}  // namespace ae::engine
