#include "stores/system_store_wincrypt.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::stores {
namespace {

constexpr std::size_t kSha1Size = 20;

DWORD flags_of(StoreAccess access) {
    return CERT_STORE_ENUM_ARCHIVED_FLAG |
           (access == StoreAccess::read
                ? DWORD{CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG}
                : DWORD{0});
}

const wchar_t* name_of(engine::TrustStore store) {
    switch (store) {
        case engine::TrustStore::root:
            return L"Root";
        case engine::TrustStore::intermediate:
            return L"CA";
        case engine::TrustStore::nt_auth:
            break;
    }
    return L"NTAuth";
}

Result<UniqueCertStore> empty_store() {
    UniqueCertStore store(::CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
    if (!store) {
        return fail(last_error("open an empty certificate store"));
    }
    return store;
}

Result<UniqueCertStore> failed_to_open(DWORD code, StoreAccess access, const std::string& what) {
    if (access == StoreAccess::read && code == ERROR_FILE_NOT_FOUND) {
        return empty_store();
    }
    return fail(win32_error(code, "open the certificate store " + what));
}

// The same registry key that the system's own provider for this location uses.
Result<UniqueCertStore> open_enterprise_key(const wchar_t* name, StoreAccess access) {
    const std::wstring path = std::wstring(L"SOFTWARE\\Microsoft\\EnterpriseCertificates\\") + name;
    const std::string what = "LocalMachine-Enterprise\\" + narrow(name);
    UniqueRegistryKey key;
    const LSTATUS status =
        access == StoreAccess::read
            ? ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, path.c_str(), 0, KEY_READ, key.put())
            : ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, path.c_str(), 0, nullptr, 0, KEY_ALL_ACCESS,
                                nullptr, key.put(), nullptr);
    if (status != ERROR_SUCCESS) {
        return failed_to_open(static_cast<DWORD>(status), access, what);
    }
    // The store keeps a handle of its own.  An existing key without certificates is empty, so the
    // flag that asks for an existing store must not stand here.
    const DWORD flags = flags_of(access) & ~DWORD{CERT_STORE_OPEN_EXISTING_FLAG};
    UniqueCertStore store(::CertOpenStore(CERT_STORE_PROV_REG, 0, 0, flags, key.get()));
    if (!store) {
        return failed_to_open(::GetLastError(), access, what);
    }
    return store;
}

}  // namespace

Result<UniqueCertStore> open_system_store(engine::Scope scope, const wchar_t* name,
                                          StoreAccess access) {
    const bool machine = scope == engine::Scope::machine;
    const DWORD location =
        machine ? CERT_SYSTEM_STORE_LOCAL_MACHINE : CERT_SYSTEM_STORE_CURRENT_USER;
    UniqueCertStore store(::CertOpenStore(CERT_STORE_PROV_SYSTEM_REGISTRY_W, 0, 0,
                                          location | flags_of(access), name));
    if (!store) {
        const DWORD code = ::GetLastError();
        return failed_to_open(code, access,
                              (machine ? "LocalMachine\\" : "CurrentUser\\") + narrow(name));
    }
    return store;
}

Result<UniqueCertStore> open_enterprise_store(engine::TrustStore store, StoreAccess access) {
    const wchar_t* const name = name_of(store);
    ::SetLastError(ERROR_SUCCESS);
    UniqueCertStore opened(
        ::CertOpenStore(CERT_STORE_PROV_SYSTEM_REGISTRY_W, 0, 0,
                        CERT_SYSTEM_STORE_LOCAL_MACHINE_ENTERPRISE | flags_of(access), name));
    if (opened) {
        return opened;
    }
    const DWORD code = ::GetLastError();
    if (code == ERROR_SUCCESS) {
        // This system does not know the location, and says so with no error at all.
        return open_enterprise_key(name, access);
    }
    return failed_to_open(code, access, "LocalMachine-Enterprise\\" + narrow(name));
}

Done commit(const UniqueCertStore& store) {
    // Forced: a store that thinks that nothing changed would drop a change of a mere property.
    if (::CertControlStore(store.get(), CERT_STORE_CTRL_COMMIT_FORCE_FLAG, CERT_STORE_CTRL_COMMIT,
                           nullptr) == 0) {
        return fail(last_error("write the certificate store"));
    }
    return done();
}

bool next_certificate(const UniqueCertStore& store, UniqueCertContext& current) {
    current.reset(::CertEnumCertificatesInStore(store.get(), current.release()));
    return static_cast<bool>(current);
}

UniqueCertContext find_certificate(const UniqueCertStore& store, const std::string& thumbprint) {
    std::optional<Bytes> hash = from_hex(thumbprint);
    if (!hash || hash->size() != kSha1Size) {
        return {};
    }
    CRYPT_HASH_BLOB wanted{static_cast<DWORD>(hash->size()), hash->data()};
    return UniqueCertContext(::CertFindCertificateInStore(store.get(), X509_ASN_ENCODING, 0,
                                                          CERT_FIND_SHA1_HASH, &wanted, nullptr));
}

Result<UniqueCertContext> certificate_from_der(ByteView der) {
    UniqueCertContext context(::CertCreateCertificateContext(X509_ASN_ENCODING, der.data(),
                                                             static_cast<DWORD>(der.size())));
    if (!context) {
        return fail(last_error("read the certificate"));
    }
    return context;
}

ByteView der_of(PCCERT_CONTEXT certificate) {
    return {certificate->pbCertEncoded, certificate->cbCertEncoded};
}

std::string thumbprint_of(PCCERT_CONTEXT certificate) {
    return to_hex(property_of(certificate, CERT_SHA1_HASH_PROP_ID).value_or(Bytes{}));
}

Done add_certificate(const UniqueCertStore& store, PCCERT_CONTEXT certificate, Existing existing) {
    const DWORD how = existing == Existing::replaced ? CERT_STORE_ADD_REPLACE_EXISTING
                                                     : CERT_STORE_ADD_USE_EXISTING;
    if (::CertAddCertificateContextToStore(store.get(), certificate, how, nullptr) == 0) {
        return fail(last_error("add a certificate to its store"));
    }
    return commit(store);
}

Done delete_certificate(UniqueCertContext certificate) {
    const UniqueCertStore store(::CertDuplicateStore(certificate.get()->hCertStore));
    // Frees the context, whatever it returns.
    if (::CertDeleteCertificateFromStore(certificate.release()) == 0) {
        return fail(last_error("delete a certificate from its store"));
    }
    return commit(store);
}

std::optional<Bytes> property_of(PCCERT_CONTEXT certificate, DWORD id) {
    DWORD size = 0;
    if (::CertGetCertificateContextProperty(certificate, id, nullptr, &size) == 0) {
        return std::nullopt;
    }
    Bytes value(size);
    if (size != 0 &&
        ::CertGetCertificateContextProperty(certificate, id, value.data(), &size) == 0) {
        return std::nullopt;
    }
    value.resize(size);
    return value;
}

Done set_property(PCCERT_CONTEXT certificate, DWORD id, ByteView value) {
    Bytes octets(value.begin(), value.end());
    const CRYPT_DATA_BLOB blob{static_cast<DWORD>(octets.size()), octets.data()};
    if (::CertSetCertificateContextProperty(certificate, id, 0, &blob) == 0) {
        return fail(last_error("set property " + std::to_string(id) + " of a certificate"));
    }
    return done();
}

Done clear_property(PCCERT_CONTEXT certificate, DWORD id) {
    if (::CertSetCertificateContextProperty(certificate, id, 0, nullptr) == 0) {
        return fail(last_error("clear property " + std::to_string(id) + " of a certificate"));
    }
    return done();
}

std::string text_property_of(PCCERT_CONTEXT certificate, DWORD id) {
    const std::optional<Bytes> value = property_of(certificate, id);
    std::string text = value ? utf8_from_utf16le(*value).value_or(std::string()) : std::string();
    return text.substr(0, text.find('\0'));
}

Done set_text_property(PCCERT_CONTEXT certificate, DWORD id, const std::string& text) {
    Bytes value = utf16le_from_utf8(text);
    value.insert(value.end(), {0, 0});
    return set_property(certificate, id, value);
}

}  // namespace ae::stores
