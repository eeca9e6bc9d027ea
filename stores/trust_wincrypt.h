// One trust store of the replica as a set of certificates.  Internal to *_wincrypt.cpp.
// One thread.  Errors: those of system_store_wincrypt.h.
#pragma once

#include "stores/system_store_wincrypt.h"

#include <vector>

namespace ae::stores {

// In the order of their thumbprints.
std::vector<Bytes> read_trusted(const UniqueCertStore& store);
// Adds and deletes what differs, and nothing else.  Additions first: a crash between the two leaves
// a superset, which the next pulse trims.
Result<engine::StoreChange> make_equal(const UniqueCertStore& store,
                                       const std::vector<Bytes>& certificates);

}  // namespace ae::stores
