#include "stores/archive_cap_files.h"

#include "stores/archive_cap.h"
#include "stores/my_entry_files.h"

#include <utility>
#include <vector>

namespace ae::stores {
namespace {

Result<std::vector<ArchivedCertificate>> own_archived(const Folder& my) {
    Result<std::vector<NamedEntry>> entries = read_my_entries(my);
    if (!entries) {
        return pass(entries);
    }
    std::vector<ArchivedCertificate> archived;
    for (NamedEntry& one : *entries) {
        if (!one.facts || one.facts->archived == Archived::no || one.facts->origin != kOwnOrigin) {
            continue;
        }
        Result<engine::CertificateFacts> facts = my.open(one.thumbprint).and_then(read_certificate);
        if (facts) {
            archived.push_back({std::move(one.thumbprint), std::move(one.facts->template_name),
                                std::move(*facts)});
        }
    }
    return archived;
}

}  // namespace

std::size_t delete_beyond_cap(const StoreContext& context, engine::CertStore& certificates,
                              std::uint32_t keep) {
    Result<std::vector<ArchivedCertificate>> archived = own_archived(context.my());
    if (!archived) {
        context.warn(
            std::move(archived.error()).within("find the archived certificates").sentence());
        return 0;
    }
    std::size_t deleted = 0;
    for (const std::string& thumbprint : beyond_cap(std::move(*archived), keep)) {
        if (const Done removed = certificates.remove(thumbprint)) {
            ++deleted;
        } else {
            context.warn(removed.error().sentence());
        }
    }
    return deleted;
}

}  // namespace ae::stores
