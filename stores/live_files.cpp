#include "stores/live_files.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/store_layout.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace ae::stores {
namespace {

constexpr mode_t kPublicFolder = 0755;

bool is_safe(char c, bool first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || (c == '.' && !first);
}

bool is_candidate(const MyEntry& entry) {
    return entry.origin == kOwnOrigin && !entry.template_name.empty();
}

// Nothing: there is no such folder yet.
Result<std::optional<Folder>> existing_live(const StoreContext& context) {
    Result<Folder> live = context.folder().open(layout::kLive);
    if (live) {
        return std::optional<Folder>(std::move(*live));
    }
    if (live.error().code == kFileNotFound) {
        return std::nullopt;
    }
    return pass(live);
}

}  // namespace

std::string live_name(std::string_view template_name) {
    // The highest bit set: kept when all of the name can be shown.
    const bool readable = printable(template_name) == template_name;
    std::string name;
    for (const char c : template_name) {
        const bool ascii = (static_cast<unsigned char>(c) & 0x80U) == 0;
        if (ascii ? is_safe(c, name.empty()) : readable) {
            name += c;
        } else {
            name += '%' + to_hex(Bytes{static_cast<std::uint8_t>(c)});
        }
    }
    return name;
}

std::string LiveFiles::path_of(const MyEntry& entry) const {
    return context_.folder().path_of(layout::kLive) + '/' + live_name(entry.template_name);
}

Done LiveFiles::mend(const std::vector<NamedEntry>& entries) {
    std::set<std::string> unread;
    for (const NamedEntry& one : entries) {
        if (!one.facts) {
            unread.insert(one.thumbprint);
        } else if (is_candidate(*one.facts)) {
            candidates_[live_name(one.facts->template_name)].insert(
                candidate(one.thumbprint, *one.facts));
        }
    }
    Result<std::optional<Folder>> live = existing_live(context_);
    if (!live) {
        return pass(live);
    }
    if (!*live && candidates_.empty()) {
        return done();
    }
    if (!*live) {
        Result<Folder> made = context_.folder().open_or_create(layout::kLive, kPublicFolder);
        if (!made) {
            return pass(made);
        }
        live->emplace(std::move(*made));
    }
    if (Done removed = (*live)->remove_temporaries(); !removed) {
        return removed;
    }
    Done mended = done();  // one name that cannot be switched does not hold up the others
    for (const auto& [name, of_template] : candidates_) {
        if (const Result<std::string> named = entry_named(**live, name);
            named && unread.contains(*named)) {
            continue;
        }
        if (Result<bool> switched = switch_to_best(**live, name); !switched && mended) {
            mended = pass(switched);
        }
    }
    Done removed = remove_stale(**live, unread);
    return mended ? removed : mended;
}

Result<bool> LiveFiles::add(const std::string& thumbprint, const MyEntry& entry) {
    if (!is_candidate(entry)) {
        return false;
    }
    const std::string name = live_name(entry.template_name);
    forget(thumbprint);  // it may take the place of an archived one
    candidates_[name].insert(candidate(thumbprint, entry));
    Result<Folder> live = context_.folder().open_or_create(layout::kLive, kPublicFolder);
    if (!live) {
        return pass(live);
    }
    if (Result<bool> switched = switch_to_best(*live, name); !switched) {
        return switched;
    }
    return candidates_[name].rbegin()->thumbprint == thumbprint;
}

Done LiveFiles::archive(const std::string& thumbprint) {
    for (auto& [name, of_template] : candidates_) {
        const auto found = std::ranges::find(of_template, thumbprint, &Candidate::thumbprint);
        if (found != of_template.end()) {
            Candidate archived = *found;
            archived.rank = Rank::archived;
            of_template.erase(found);
            of_template.insert(std::move(archived));
        }
    }
    return pass_names_on(thumbprint);
}

Done LiveFiles::drop(const std::string& thumbprint) {
    forget(thumbprint);
    return pass_names_on(thumbprint);
}

LiveFiles::Candidate LiveFiles::candidate(const std::string& thumbprint, const MyEntry& entry) {
    return {entry.archived == Archived::yes ? Rank::archived : Rank::in_use, entry.installed,
            entry.request_id, thumbprint};
}

void LiveFiles::forget(const std::string& thumbprint) {
    for (auto& [name, of_template] : candidates_) {
        std::erase_if(of_template,
                      [&](const Candidate& one) { return one.thumbprint == thumbprint; });
    }
}

Done LiveFiles::pass_names_on(const std::string& thumbprint) const {
    Result<std::optional<Folder>> live = existing_live(context_);
    if (!live || !*live) {
        return live ? done() : pass(live);
    }
    const Result<std::vector<std::string>> names = (*live)->names();
    if (!names) {
        return tl::unexpected<Error>(names.error());
    }
    for (const std::string& name : *names) {
        const Result<std::string> named = entry_named(**live, name);
        if (!named || *named != thumbprint) {
            continue;
        }
        if (Result<bool> switched = switch_to_best(**live, name); !switched) {
            return pass(switched);
        }
    }
    return done();
}

// Without candidates: the name goes.  False: it was right already.
Result<bool> LiveFiles::switch_to_best(const Folder& live, const std::string& name) const {
    const auto found = candidates_.find(name);
    if (found == candidates_.end() || found->second.empty()) {
        Done removed = live.remove(name).and_then([&](auto) { return live.sync(); });
        return removed ? Result<bool>(true) : pass(removed);
    }
    const std::string& wanted = found->second.rbegin()->thumbprint;
    const Result<std::string> now = entry_named(live, name);
    if (!now) {
        return tl::unexpected<Error>(now.error());
    }
    if (*now == wanted) {
        return false;
    }
    Done published =
        live.publish_link(name, std::string(layout::kLiveTarget) + wanted).and_then([&](auto) {
            return live.sync();
        });
    return published ? Result<bool>(true) : pass(published);
}

Done LiveFiles::remove_stale(const Folder& live, const std::set<std::string>& unread) const {
    const Result<std::vector<std::string>> names = live.names();
    if (!names) {
        return tl::unexpected<Error>(names.error());
    }
    for (const std::string& name : *names) {
        const Result<std::string> named = entry_named(live, name);
        if (!named || named->empty() || unread.contains(*named) || candidates_.contains(name)) {
            continue;
        }
        if (Result<bool> removed = switch_to_best(live, name); !removed) {
            return pass(removed);
        }
    }
    return done();
}

// The thumbprint; empty for a missing link, and for one that the store did not make.
Result<std::string> LiveFiles::entry_named(const Folder& live, const std::string& name) const {
    const Result<std::optional<std::string>> target = live.link_target(name);
    if (!target) {
        return tl::unexpected<Error>(target.error());
    }
    if (!*target || !(*target)->starts_with(layout::kLiveTarget)) {
        return std::string();
    }
    std::string thumbprint = (*target)->substr(layout::kLiveTarget.size());
    return is_thumbprint(thumbprint) ? std::move(thumbprint) : std::string();
}

}  // namespace ae::stores
