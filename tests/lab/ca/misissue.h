// Certificates and answers that are wrong on purpose (faults.h).
//
// For: enrollment.cpp, which makes the right ones.  Pure but for random keys.  Threads: a StrangeCa
// is read only after it was made.
#pragma once

#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/enrollment.h"
#include "tests/lab/ca/faults.h"

namespace ae::labca {

// A CA with the name of ours below a root that nobody knows.
struct StrangeCa {
    UniqueX509 root{};
    UniqueX509 certificate{};
    UniqueKey key{};
};
StrangeCa make_strange_ca(X509* model);
UniqueX509 issued_by_stranger(CertificatePlan plan, const StrangeCa& stranger);

CertificatePlan spoiled(CertificatePlan plan, const Faults& faults, const CaIdentity& ca);
void spoil(Outcome& outcome, const Faults& faults);
UniqueX509 unknown_root();

}  // namespace ae::labca
