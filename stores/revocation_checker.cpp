#include "stores/revocation_checker.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ocsp.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

namespace ae::stores {
namespace {

using engine::CertificateFacts;
using engine::ChainState;
using engine::ChainStatus;
using engine::Crl;
using engine::DeltaFit;
using engine::RevocationState;
using engine::RevocationVerdict;

// The later the worse (chain_checker.h).
int rank_of(Hresult problem) {
    constexpr std::array kRanks = {kNoRevocationCheck, kRevocationOffline, kRevocationFailure};
    return static_cast<int>(std::ranges::find(kRanks, problem) - kRanks.begin());
}

RevocationVerdict unknown(Hresult problem, std::string why) {
    return {RevocationState::unknown, problem, std::move(why)};
}

// Foreign text may have any length.
constexpr std::size_t kMostWords = 300;
std::string cut(std::string text) {
    if (text.size() > kMostWords) {
        text.resize(kMostWords);
        text += "...";
    }
    return text;
}

// More than any authority names; each may cost its time and its octets.
constexpr std::size_t kMostUrls = 8;

std::string words_of(const Error& error) { return error.context + " (" + to_hex(error.code) + ")"; }

// What several places said that could not tell: the worst of it, and all their reasons.
void add(RevocationVerdict& all, const std::string& url, const RevocationVerdict& one) {
    if (rank_of(one.problem) > rank_of(all.problem)) {
        all.problem = one.problem;
    }
    all.detail += (all.detail.empty() ? "" : "; ") + cut(printable(url)) + ": " + cut(one.detail);
}

}  // namespace

RevocationChecker::RevocationChecker(RevocationSources sources, engine::Crypto& crypto)
    : sources_(std::move(sources)), crypto_(crypto) {}

RevocationChecker::PathStatus RevocationChecker::check(const std::vector<Bytes>& path, Time now) {
    ChainStatus status;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const Verdict& verdict = verdict_on(path[i], path[i + 1], now);
        if (verdict.state == RevocationState::revoked) {
            return {{ChainState::revoked, cut(verdict.detail), {}}, i};
        }
        if (verdict.state == RevocationState::unknown &&
            (!status.revocation_problem ||
             rank_of(verdict.problem) > rank_of(*status.revocation_problem))) {
            status.revocation_problem = verdict.problem;
        }
    }
    return {std::move(status), {}};
}

const RevocationVerdict& RevocationChecker::verdict_on(const Bytes& certificate,
                                                       const Bytes& issuer, Time now) {
    Bytes name = crypto_.digest(engine::HashAlgorithm::sha256, certificate);
    const auto known = verdicts_.find(name);
    if (known != verdicts_.end()) {
        return known->second;
    }
    const auto facts = engine::parse_certificate(certificate);
    const auto issuer_facts = engine::parse_certificate(issuer);
    Verdict verdict;
    if (facts && issuer_facts) {
        verdict = ask(*facts, *issuer_facts, now);
        note(*issuer_facts, verdict);
    } else {
        verdict = unknown(kRevocationFailure, "a certificate of the chain cannot be read");
    }
    return verdicts_.emplace(std::move(name), std::move(verdict)).first->second;
}

RevocationVerdict RevocationChecker::ask(const CertificateFacts& certificate,
                                         const CertificateFacts& issuer, Time now) {
    RevocationVerdict all = unknown(kNoRevocationCheck, "");
    for (const std::string& url : certificate.ocsp_urls | std::views::take(kMostUrls)) {
        Verdict one = ask_responder(url, certificate, issuer, now);
        if (one.state != RevocationState::unknown) {
            return one;
        }
        add(all, url, one);
    }
    for (const std::string& url : certificate.crl_urls | std::views::take(kMostUrls)) {
        Verdict one = ask_list(url, certificate, issuer, now);
        if (one.state != RevocationState::unknown) {
            return one;
        }
        add(all, url, one);
    }
    return all;
}

RevocationVerdict RevocationChecker::ask_responder(const std::string& url,
                                                   const CertificateFacts& certificate,
                                                   const CertificateFacts& issuer, Time now) {
    const auto question = engine::make_ocsp_question(certificate, issuer, crypto_);
    auto octets = urls_.post(url, "application/ocsp-request", question.der);
    if (!octets) {
        return unknown(kRevocationOffline, words_of(octets.error()));
    }
    const auto answer = engine::parse_ocsp_answer(*std::move(octets));
    if (!answer) {
        if (answer.error().code == kServerUnavailable) {
            urls_.silence(url, answer.error());  // it would say so to the next question, too
        }
        return unknown(kRevocationOffline, words_of(answer.error()));
    }
    return verdict_by_answer(certificate, issuer, question, *answer, now, crypto_);
}

RevocationVerdict RevocationChecker::ask_list(const std::string& url,
                                              const CertificateFacts& certificate,
                                              const CertificateFacts& issuer, Time now) {
    auto list = lists_.list(url, issuer, now, sources_.refresh);
    if (!list) {
        return unknown(kRevocationOffline, words_of(list.error()));
    }
    Verdict alone = verdict_by_list(certificate, **list, nullptr, now);
    if (alone.state == RevocationState::unknown) {
        const Error* problem = lists_.problem_of(url);
        alone.detail += problem == nullptr ? "" : ", and no newer one came: " + words_of(*problem);
        return alone;
    }
    // A delta may also say that what was on hold is so no more.
    const Crl* delta = delta_to(**list, certificate, issuer, now);
    if (delta != nullptr && fit_of(**list, *delta, now) == DeltaFit::wants_newer_list) {
        // The issuer has made a complete list ahead of its time.
        if (list = lists_.list(url, issuer, now, Refresh::always); !list) {
            return alone;
        }
        delta = delta_to(**list, certificate, issuer, now);
    }
    return verdict_by_list(certificate, **list, delta, now);
}

// The first that fits, or else one that starts from a later list.  Where the list or the
// certificate names none: none.  One that cannot be had takes nothing from what the complete list
// says.
const Crl* RevocationChecker::delta_to(const Crl& list, const CertificateFacts& certificate,
                                       const CertificateFacts& issuer, Time now) {
    const Crl* later = nullptr;
    for (const auto* urls : {&certificate.freshest_crl_urls, &list.freshest_urls}) {
        for (const std::string& url : *urls | std::views::take(kMostUrls)) {
            const auto delta = lists_.list(url, issuer, now, sources_.refresh);
            const DeltaFit fit = delta ? fit_of(list, **delta, now) : DeltaFit::unusable;
            if (fit == DeltaFit::fits) {
                return *delta;
            }
            later = fit == DeltaFit::wants_newer_list ? *delta : later;
        }
    }
    return later;
}

// That a certificate names nobody to ask is its issuer's choice and no news.
void RevocationChecker::note(const CertificateFacts& issuer, const Verdict& verdict) {
    if (verdict.state != RevocationState::unknown || verdict.problem == kNoRevocationCheck ||
        !sources_.note || !noted_.insert(issuer.subject_der).second) {
        return;
    }
    sources_.note(Error{verdict.problem, "whether certificates of " + printable(issuer.subject) +
                                             " are revoked cannot be told: " + verdict.detail}
                      .sentence());
}

}  // namespace ae::stores
