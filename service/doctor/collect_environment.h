// Gathers what the environment stage judges: who we are, which domain controller answers, its
// clock, whether the account can sign in.  Asks and changes nothing but the tickets of this
// process.  Blocks on the network, each step with its own bound; half a minute in all.
// No errors: what fails is one of the facts.  One thread.
#pragma once

#include "service/cli/options.h"
#include "service/doctor/examination.h"

namespace ae::service {

// `sources` are resolved() ones.
EnvironmentFacts look_at_environment(const Sources& sources, Time now);

// Why nothing that needs the domain is worth asking for; nothing: it may be asked.
std::optional<Error> out_of_reach(const EnvironmentFacts& facts);

}  // namespace ae::service
