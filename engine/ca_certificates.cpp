#include "engine/ca_certificates.h"

#include "engine/base/text.h"
#include "engine/ca_choice.h"

#include <algorithm>

namespace ae::engine {
namespace {

// A CA renews a handful of times in its life; what is more is not looked at.
constexpr std::size_t kMaxOwn = 32;

const CertificateFacts* first_of(const std::vector<CertificateFacts>& list,
                                 const CaCertificates::Match& match) {
    const auto at = std::ranges::find_if(list, match);
    return at == list.end() ? nullptr : &*at;
}

}  // namespace

const CertificateFacts* CaCertificates::find(const Match& match) {
    read_listed();
    if (const CertificateFacts* listed = first_of(listed_, match)) {
        return listed;
    }
    read_own();
    const CertificateFacts* own = first_of(own_, match);
    if (own != nullptr) {
        note_ = printable(ca_.ref().config()) +
                " renewed its certificate, and the directory does not list it yet";
    }
    return own;
}

void CaCertificates::read_listed() {
    if (known_ != Known::nothing) {
        return;
    }
    known_ = Known::listed;
    for (const Bytes& octets : ca_.certificates) {
        if (auto facts = parse_certificate(octets)) {
            listed_.push_back(*std::move(facts));
        }
    }
}

void CaCertificates::read_own() {
    if (known_ == Known::all || !ask_) {
        return;
    }
    known_ = Known::all;
    auto all = ask_();
    if (!all) {
        problem_ = all.error().code;
        why_not_ = "; the CA does not tell its own certificates: " + all.error().sentence();
        return;
    }
    all->resize(std::min(all->size(), kMaxOwn));
    for (const Bytes& octets : *all) {
        auto facts = parse_certificate(octets);
        if (facts && believed(*facts, *all)) {
            own_.push_back(*std::move(facts));
        }
    }
}

bool CaCertificates::believed(const CertificateFacts& own, const std::vector<Bytes>& all) const {
    const bool same_name = first_of(listed_, [&](const CertificateFacts& listed) {
                               return listed.subject_der == own.subject_der;
                           }) != nullptr;
    return same_name && own.is_ca && is_trusted(chains_.check(own.der, all, anchors_, now_));
}

}  // namespace ae::engine
