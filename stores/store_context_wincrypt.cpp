#include "stores/store_context_wincrypt.h"

#include "stores/store_entry_wincrypt.h"

#include <utility>

namespace ae::stores {

Result<std::unique_ptr<StoreContext>> StoreContext::open(engine::Scope scope, StoreUse use,
                                                         Warn warn, engine::Crypto& crypto) {
    const StoreAccess access = use == StoreUse::change ? StoreAccess::change : StoreAccess::read;
    std::unique_ptr<StoreContext> context(new StoreContext(scope, access, std::move(warn), crypto));
    if (use == StoreUse::change) {
        // What cannot be tidied up now does no harm, and the next opening tries again.
        if (const Done finished = context->finish_installs(); !finished) {
            context->warn(finished.error().sentence());
        }
    }
    return context;
}

void StoreContext::warn(std::string_view sentence) const {
    if (warn_) {
        warn_(sentence);
    }
}

// A crash between "the certificate appears in MY" and "its entry leaves REQUEST" leaves both.
Done StoreContext::finish_installs() const {
    auto store = my();
    if (!store) {
        return pass(store, "open MY");
    }
    std::vector<std::string> unfinished;
    UniqueCertContext each;
    while (next_certificate(*store, each)) {
        if (const auto note = note_of(each.get()); note && !note->installs.empty()) {
            unfinished.push_back(thumbprint_of(each.get()));
        }
    }
    for (const std::string& thumbprint : unfinished) {
        if (Done finished = finish_install(*this, *store, thumbprint); !finished) {
            return finished;
        }
    }
    return done();
}

}  // namespace ae::stores
