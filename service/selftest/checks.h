// The checks, by topic; each writes its findings into the notebook.  Internal to the selftest.
#pragma once

#include "service/selftest/notebook.h"

namespace ae::service {

void check_crypto(const SelftestParts& parts, Notebook& notes);
void check_policy(const SelftestParts& parts, Notebook& notes);
void check_stores(const SelftestParts& parts, Notebook& notes);
void check_trial_stores(const SelftestParts& parts, Notebook& notes);
void check_domain(const SelftestParts& parts, Notebook& notes);
void check_events(const SelftestParts& parts, Notebook& notes);
void check_control(const SelftestParts& parts, Notebook& notes);

}  // namespace ae::service
