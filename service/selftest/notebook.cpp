#include "service/selftest/notebook.h"

#include "engine/base/hresult_table.h"

#include <algorithm>

namespace ae::service {

void Notebook::ok(std::string id, std::string sentence) {
    add({std::move(id), Verdict::ok, std::move(sentence), {}, {}});
}

void Notebook::note(std::string id, std::string sentence, std::string remedy) {
    add({std::move(id), Verdict::note, std::move(sentence), {}, std::move(remedy)});
}

void Notebook::skip(std::string id, std::string sentence) {
    add({std::move(id), Verdict::skip, std::move(sentence), {}, {}});
}

void Notebook::failure(std::string id, const Error& error) {
    const std::string what = error.context + ": " + describe(error.code);
    if (const Gap* gap = gap_of(id)) {
        add({std::move(id), Verdict::skip, gap->reason + " (" + what + ")", error.code, {}});
        return;
    }
    add({std::move(id), Verdict::fail, what, error.code,
         error.remedy.empty() ? std::string(remedy_for(error.code)) : error.remedy});
}

void Notebook::result(std::string id, const Done& done, std::string sentence) {
    if (done) {
        ok(std::move(id), std::move(sentence));
    } else {
        failure(std::move(id), done.error());
    }
}

void Notebook::skip_all(std::initializer_list<const char*> ids, std::string_view missing) {
    for (const char* id : ids) {
        skip(id, "needs " + std::string(missing));
    }
}

const Gap* Notebook::gap_of(std::string_view id) const {
    const auto gap = std::ranges::find_if(gaps_, [&](const Gap& one) {
        return id == one.id || (id.starts_with(one.id) && id[one.id.size()] == '.');
    });
    return gap == gaps_.end() ? nullptr : &*gap;
}

Error not_as_expected(std::string sentence) {
    return {kUnexpected, std::move(sentence),
            "This is a fault of this build or of its host: report it"};
}

Done expect(bool holds, const char* otherwise) {
    return holds ? done() : fail(not_as_expected(otherwise));
}

}  // namespace ae::service
