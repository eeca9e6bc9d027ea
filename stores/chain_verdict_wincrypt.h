// What a chain that the system built is worth to us (chain_checker.h), whatever the system trusts.
// Internal to chain_checker_wincrypt.cpp.  Pure, any thread.
#pragma once

#include "engine/base/win32.h"
#include "engine/ports.h"

#include <span>
#include <vector>

#include <wincrypt.h>

namespace ae::stores {

// One certificate of a chain, the end of it last, and what the system says of it.
struct ChainLink {
    PCCERT_CONTEXT certificate = nullptr;
    DWORD errors = 0;  // CERT_TRUST_* error status
    bool is_self_signed = false;
};

// Whose certificates a chain may be made of: those that the caller gave, and no others.
struct KnownCertificates {
    const engine::Anchors& trust;
    const std::vector<Bytes>& extra;
};

engine::ChainStatus verdict_on(std::span<const ChainLink> chain, const KnownCertificates& known,
                               Time now);

}  // namespace ae::stores
