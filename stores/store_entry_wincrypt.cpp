#include "stores/store_entry_wincrypt.h"

#include "engine/base/hresult_table.h"
#include "stores/dummy_certificate.h"

// windows.h first.
#include <bcrypt.h>

namespace ae::stores {
namespace {

constexpr std::size_t kSerialSize = 16;

Result<Bytes> random_octets(std::size_t count) {
    Bytes octets(count);
    const NTSTATUS status = ::BCryptGenRandom(
        nullptr, octets.data(), static_cast<ULONG>(octets.size()), BCRYPT_USE_SYSTEM_PREFERRED_RNG);
    if (status < 0) {
        return fail(kUnexpected, "draw a random number");
    }
    return octets;
}

Time now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

Done describe_request(PCCERT_CONTEXT entry, const KeyLocation& where,
                      const std::string& template_name, const StoreNote& note) {
    if (Done kept = set_key_location(entry, where); !kept) {
        return kept;
    }
    if (!template_name.empty()) {
        for (const DWORD id :
             {DWORD{CERT_AUTO_ENROLL_PROP_ID}, DWORD{CERT_FRIENDLY_NAME_PROP_ID}}) {
            if (Done kept = set_text_property(entry, id, template_name); !kept) {
                return kept;
            }
        }
    }
    // For people only, and not every system keeps it.
    static_cast<void>(set_text_property(entry, CERT_REQUEST_ORIGINATOR_PROP_ID, own_dns_name()));
    return set_note(entry, note);
}

// The texts stand behind the structure and are pointed to from inside it.  Empty: no such property.
std::vector<CRYPT_KEY_PROV_INFO> key_info_of(PCCERT_CONTEXT certificate) {
    DWORD size = 0;
    if (::CertGetCertificateContextProperty(certificate, CERT_KEY_PROV_INFO_PROP_ID, nullptr,
                                            &size) == 0 ||
        size < sizeof(CRYPT_KEY_PROV_INFO)) {
        return {};
    }
    std::vector<CRYPT_KEY_PROV_INFO> room(size / sizeof(CRYPT_KEY_PROV_INFO) + 1);
    if (::CertGetCertificateContextProperty(certificate, CERT_KEY_PROV_INFO_PROP_ID, room.data(),
                                            &size) == 0) {
        return {};
    }
    return room;
}

}  // namespace

std::string own_dns_name() {
    DWORD size = 0;
    ::GetComputerNameExW(ComputerNameDnsFullyQualified, nullptr, &size);
    std::wstring name(size, L'\0');
    if (::GetComputerNameExW(ComputerNameDnsFullyQualified, name.data(), &size) == 0) {
        return {};
    }
    name.resize(size);
    return narrow(name);
}

std::optional<StoreNote> note_of(PCCERT_CONTEXT certificate) {
    const std::string text = text_property_of(certificate, CERT_DESCRIPTION_PROP_ID);
    return text.empty() ? std::nullopt : note_from_json(text);
}

Done set_note(PCCERT_CONTEXT certificate, const StoreNote& note) {
    return note == StoreNote{}
               ? clear_property(certificate, CERT_DESCRIPTION_PROP_ID)
               : set_text_property(certificate, CERT_DESCRIPTION_PROP_ID, to_json(note));
}

std::string container_of(PCCERT_CONTEXT certificate) {
    const auto room = key_info_of(certificate);
    return room.empty() || room.front().pwszContainerName == nullptr
               ? std::string()
               : narrow(room.front().pwszContainerName);
}

std::optional<KeyLocation> key_location_of(PCCERT_CONTEXT certificate) {
    const auto room = key_info_of(certificate);
    if (room.empty()) {
        return std::nullopt;
    }
    const CRYPT_KEY_PROV_INFO& info = room.front();
    if (info.pwszContainerName == nullptr || info.pwszProvName == nullptr) {
        return std::nullopt;
    }
    return KeyLocation{.provider = narrow(info.pwszProvName),
                       .container = narrow(info.pwszContainerName),
                       .provider_type = info.dwProvType,
                       .spec = info.dwKeySpec,
                       .scope = (info.dwFlags & CRYPT_MACHINE_KEYSET) != 0 ? engine::Scope::machine
                                                                           : engine::Scope::user};
}

Done set_key_location(PCCERT_CONTEXT certificate, const KeyLocation& where) {
    std::wstring container = wide(where.container);
    std::wstring provider = wide(where.provider);
    CRYPT_KEY_PROV_INFO info{};
    info.pwszContainerName = container.data();
    info.pwszProvName = provider.data();
    info.dwProvType = where.provider_type;
    info.dwFlags = where.scope == engine::Scope::machine ? CRYPT_MACHINE_KEYSET : 0;
    info.dwKeySpec = where.spec;
    if (::CertSetCertificateContextProperty(certificate, CERT_KEY_PROV_INFO_PROP_ID, 0, &info) ==
        0) {
        return fail(last_error("note the key of a certificate"));
    }
    return done();
}

bool is_archived(PCCERT_CONTEXT certificate) {
    if (property_of(certificate, CERT_ARCHIVED_PROP_ID)) {
        return true;
    }
    const auto note = note_of(certificate);
    return note && note->archived;
}

bool is_autoenrolled(PCCERT_CONTEXT certificate) {
    return property_of(certificate, CERT_AUTO_ENROLL_PROP_ID).has_value();
}

Result<std::string> add_request(const StoreContext& context, const KeyLocation& where,
                                ProviderKey& key, const std::string& template_name,
                                const StoreNote& note) {
    auto serial = random_octets(kSerialSize);
    if (!serial) {
        return pass(serial);
    }
    auto der =
        make_dummy_certificate({.common_name = template_name.empty() ? "aeclient" : template_name,
                                .serial = std::move(*serial),
                                .not_before = now()},
                               key);
    if (!der) {
        return pass(der);
    }
    auto entry = certificate_from_der(*der);
    if (!entry) {
        return pass(entry);
    }
    if (Done described = describe_request(entry->get(), where, template_name, note); !described) {
        return pass(described);
    }
    auto requests = context.request();
    if (!requests) {
        return pass(requests);
    }
    // With all its properties at once: a crash leaves all of it or nothing.
    if (Done added = add_certificate(*requests, entry->get(), Existing::kept); !added) {
        return pass(added);
    }
    return thumbprint_of(entry->get());
}

Result<UniqueCertContext> find_request(const UniqueCertStore& requests,
                                       const std::string& reference) {
    UniqueCertContext found = find_certificate(requests, reference);
    if (!found) {
        return fail(kFileNotFound, "REQUEST has no key \"" + reference + "\"");
    }
    return found;
}

Done delete_request(const UniqueCertStore& requests, const std::string& reference) {
    UniqueCertContext found = find_certificate(requests, reference);
    return found ? delete_certificate(std::move(found)) : done();
}

std::optional<engine::PendingRequest> pending_of(PCCERT_CONTEXT request) {
    const auto property = property_of(request, CERT_ENROLLMENT_PROP_ID);
    if (!property || !is_autoenrolled(request)) {
        return std::nullopt;
    }
    auto enrollment = enrollment_property_from(*property);
    if (!enrollment) {
        return std::nullopt;
    }
    const auto note = note_of(request);
    const auto facts = engine::parse_certificate(der_of(request));
    engine::PendingRequest found;
    found.key_reference = thumbprint_of(request);
    found.template_name = text_property_of(request, CERT_AUTO_ENROLL_PROP_ID);
    found.ca = std::move(enrollment->ca);
    if (enrollment->request_id != 0) {
        found.request_id = enrollment->request_id;
    }
    if (note && note->submitted) {
        found.submitted = *note->submitted;
        found.predecessor = note->predecessor;
        found.archived_key_hash = note->archived_key_hash;
    } else if (facts) {
        found.submitted = facts->not_before;  // another client's: made right before it was sent
    }
    return found;
}

Result<bool> has_certificate_of(const UniqueCertStore& store, ByteView public_key_info) {
    UniqueCertContext each;
    while (next_certificate(store, each)) {
        auto facts = engine::parse_certificate(der_of(each.get()));
        if (!facts) {
            return pass(facts, "certificate " + thumbprint_of(each.get()) +
                                   " cannot be read and may be the key's");
        }
        if (equal(facts->public_key_info, public_key_info)) {
            return true;
        }
    }
    return false;
}

Done finish_install(const StoreContext& context, const UniqueCertStore& my,
                    const std::string& thumbprint) {
    const UniqueCertContext certificate = find_certificate(my, thumbprint);
    if (!certificate) {
        return done();
    }
    StoreNote note = note_of(certificate.get()).value_or(StoreNote{});
    auto requests = context.request();
    if (!requests) {
        return pass(requests);
    }
    if (Done deleted = delete_request(*requests, note.installs); !deleted) {
        return deleted;
    }
    note.installs.clear();
    if (Done noted = set_note(certificate.get(), note); !noted) {
        return noted;
    }
    return commit(my);
}

}  // namespace ae::stores
