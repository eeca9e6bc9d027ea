#include "stores/install_files.h"

#include "engine/base/hresult_table.h"
#include "stores/crypto.h"
#include "stores/key_files.h"
#include "stores/key_release_files.h"
#include "stores/my_entry_files.h"
#include "stores/store_layout.h"

#include <optional>
#include <utility>
#include <vector>

#include <sys/stat.h>

namespace ae::stores {
namespace {

constexpr mode_t kEntryFolder = 0755;
constexpr mode_t kPublicFile = 0644;

struct RequestKey {
    KeyFile file{};
    KeyRelease release = KeyRelease::never;
};

Result<RequestKey> key_of_request(const StoreContext& context, const std::string& reference,
                                  ByteView public_key_info) {
    Result<Folder> folder = context.open_request(reference);
    if (!folder) {
        return pass(folder);
    }
    Result<std::optional<KeyFile>> file = read_key_file(*folder);
    if (!file) {
        return pass(file);
    }
    // Check I5: a certificate for another key is useless here.
    if (const KeyProbe found = context.key_backends().probe(*file, public_key_info);
        found.state != engine::KeyState::usable) {
        return fail(kInvalidData,
                    folder->path() + " does not hold the certificate's key: " + found.detail);
    }
    const Result<KeyRelease> release = read_key_release(*folder);
    if (!release) {
        return tl::unexpected<Error>(release.error());
    }
    // Archives get a key once, with its request.
    const bool lasts = *release == KeyRelease::always;
    return RequestKey{std::move(**file), lasts ? KeyRelease::always : KeyRelease::never};
}

// RFC 8446 4.4.2: whoever checks a chain has its root already.
std::string full_chain(const Bytes& certificate, const std::vector<Bytes>& chain) {
    std::vector<Bytes> all{certificate};
    for (const Bytes& issuer : chain) {
        const Result<engine::CertificateFacts> facts = engine::parse_certificate(issuer);
        if (facts && facts->subject_der != facts->issuer_der) {
            all.push_back(issuer);
        }
    }
    return certificates_to_pem(all);
}

MyEntry facts_of(const engine::NewCertificate& entry) {
    MyEntry facts;
    facts.friendly_name = entry.template_name;
    facts.template_name = entry.template_name;
    facts.template_oid = entry.template_oid;
    facts.ca = entry.ca;
    facts.request_id = entry.request_id;
    facts.key_reference = entry.key_reference;
    facts.origin = kOwnOrigin;
    facts.installed = entry.installed;
    facts.predecessor = entry.predecessor;
    return facts;
}

Done write_entry(const Folder& folder, const engine::NewCertificate& entry, const MyEntry& facts,
                 const RequestKey& key, KeyReaders& readers) {
    const std::string certificate = certificates_to_pem({entry.certificate});
    const std::string chain = certificates_to_pem(entry.chain);
    const std::string full = full_chain(entry.certificate, entry.chain);
    const std::string json = to_json(facts);
    struct Part {
        std::string_view name;
        ByteView content;
        mode_t mode;
    };
    for (const Part& part : {Part{layout::kCertificate, as_bytes(certificate), kPublicFile},
                             Part{layout::kChain, as_bytes(chain), kPublicFile},
                             Part{layout::kFullChain, as_bytes(full), kPublicFile},
                             Part{layout::kEntry, as_bytes(json), kPublicFile}}) {
        if (Done written = folder.create_file(part.name, part.content, part.mode); !written) {
            return written;
        }
    }
    if (Done written = create_key_file(folder, key.file); !written) {
        return written;
    }
    if (Done noted = write_key_release(folder, key.release); !noted) {
        return noted;
    }
    readers.apply(folder, facts.template_name);
    return folder.sync();
}

}  // namespace

Done add_full_chain(const Folder& my, const Folder& entry) {
    const Result<std::optional<std::size_t>> there = entry.size_of(layout::kFullChain);
    if (!there) {
        return tl::unexpected<Error>(there.error());
    }
    if (*there) {
        return done();
    }
    const Result<engine::CertificateFacts> certificate = read_certificate(entry);
    if (!certificate) {
        return tl::unexpected<Error>(certificate.error());
    }
    const Result<std::optional<Bytes>> text = entry.read(layout::kChain);
    if (!text) {
        return tl::unexpected<Error>(text.error());
    }
    Result<std::vector<Bytes>> chain =
        certificates_from_pem(*text ? as_text(**text) : std::string_view{});
    if (!chain) {
        return pass(chain, entry.path_of(layout::kChain));
    }
    const std::string full = full_chain(certificate->der, *chain);
    return my.publish_file_in(entry, layout::kFullChain, as_bytes(full), kPublicFile)
        .and_then([&](auto) { return entry.sync(); });
}

Result<NewEntry> publish_entry(const StoreContext& context, engine::Crypto& crypto,
                               KeyReaders& readers, const engine::NewCertificate& entry) {
    Result<engine::CertificateFacts> certificate = engine::parse_certificate(entry.certificate);
    if (!certificate) {
        return pass(certificate);
    }
    Result<RequestKey> key =
        key_of_request(context, entry.key_reference, certificate->public_key_info);
    if (!key) {
        return pass(key);
    }
    const Folder& my = context.my();
    NewEntry made{thumbprint(crypto, entry.certificate), facts_of(entry)};
    const std::string temporary = temporary_name();
    Result<Folder> folder = my.create(temporary, kEntryFolder);
    Done published =
        folder ? write_entry(*folder, entry, made.facts, *key, readers) : Done(pass(folder));
    if (published) {
        published = my.rename(temporary, made.thumbprint);
        // The entry exists: a crash came between its publication and the CA's next answer, or its
        // key was lost.  The new one is whole, so it takes the place of the old.
        if (!published && my.open(made.thumbprint)) {
            published = my.exchange(temporary, made.thumbprint);
        }
    }
    if (published) {
        published = my.sync();
    }
    static_cast<void>(my.remove(temporary));
    if (!published) {
        return pass(published);
    }
    return made;
}

}  // namespace ae::stores
