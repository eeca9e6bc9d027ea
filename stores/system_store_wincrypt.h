// The system certificate stores of Windows with owners for their handles.  Internal to
// *_wincrypt.cpp.
//
// Not for: what the entries mean (request_entry_wincrypt.h, cert_store.h).
// A store that is opened to read and does not exist is empty.  Each open sees what is stored at
// that moment, so callers open per operation.  A change reaches the registry with commit(): without
// it a context that somebody still holds keeps a change in memory ([windows-build] "Stores"). MY
// and REQUEST are opened as the one physical store that they are ("System Store Locations" of the
// platform's documentation: only .Default), so that nothing of another location shows through.
// One thread per handle.  Errors: kAccessDenied; the system's own codes.
#pragma once

#include "engine/base/win32.h"
#include "engine/ports.h"

#include <optional>
#include <string>

#include <wincrypt.h>

namespace ae::stores {

struct CertStoreTraits {
    using value_type = HCERTSTORE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type store) noexcept { ::CertCloseStore(store, 0); }
};
using UniqueCertStore = UniqueHandle<CertStoreTraits>;

struct CertContextTraits {
    using value_type = PCCERT_CONTEXT;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type context) noexcept { ::CertFreeCertificateContext(context); }
};
using UniqueCertContext = UniqueHandle<CertContextTraits>;

enum class StoreAccess { read, change };

// "MY", "REQUEST", "CA" of CurrentUser or LocalMachine; archived entries are seen.
Result<UniqueCertStore> open_system_store(engine::Scope scope, const wchar_t* name,
                                          StoreAccess access);
// Root, CA and NTAuth of LocalMachine-Enterprise, where Windows keeps the replica of the directory.
Result<UniqueCertStore> open_enterprise_store(engine::TrustStore store, StoreAccess access);
// After every change.
Done commit(const UniqueCertStore& store);

// The enumeration frees the context that it is handed, so this is the one place that hands it over.
bool next_certificate(const UniqueCertStore& store, UniqueCertContext& current);
// Empty: none has this thumbprint, or it is no thumbprint.
UniqueCertContext find_certificate(const UniqueCertStore& store, const std::string& thumbprint);
Result<UniqueCertContext> certificate_from_der(ByteView der);
ByteView der_of(PCCERT_CONTEXT certificate);
std::string thumbprint_of(PCCERT_CONTEXT certificate);  // lower-case hex

enum class Existing { kept, replaced };
// With the properties that `certificate` carries.
Done add_certificate(const UniqueCertStore& store, PCCERT_CONTEXT certificate, Existing existing);
Done delete_certificate(UniqueCertContext certificate);

// Properties (wincrypt.h CERT_*_PROP_ID).  Absent: nothing.
std::optional<Bytes> property_of(PCCERT_CONTEXT certificate, DWORD id);
Done set_property(PCCERT_CONTEXT certificate, DWORD id, ByteView value);
Done clear_property(PCCERT_CONTEXT certificate, DWORD id);
// UTF-16 with a final NUL, as Windows keeps texts.  Absent: empty.
std::string text_property_of(PCCERT_CONTEXT certificate, DWORD id);
Done set_text_property(PCCERT_CONTEXT certificate, DWORD id, const std::string& text);

}  // namespace ae::stores
