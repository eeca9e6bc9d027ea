// Fetches what certificates name (port engine::UrlSource, which states the bounds): ldap: out of
// the directory that this run is bound to, http and https by http_fetch.h.
//
// A GET follows at most three redirects, all of one scheme, within the one time that all of it may
// take; a POST follows none.  Once the directory did not answer in time it is not asked again in
// this run.
// Whoever makes one keeps alive what its functions use.  One thread.
#pragma once

#include "engine/url_source.h"
#include "policy/fetch_url.h"
#include "policy/http_fetch.h"
#include "policy/search_answer.h"

#include <functional>
#include <memory>
#include <stop_token>

namespace ae::policy {

struct UrlSourceOptions {
    // LdapDirectory::look_up; nothing: no directory, kNotSupported.
    std::function<Result<SearchAnswer>(const LdapUrl&)> look_up{};
    std::stop_token stop{};
    std::function<Result<HttpAnswer>(const HttpRequest&, const HttpLimits&)> exchange =
        policy::exchange;
};

std::unique_ptr<engine::UrlSource> create_url_source(UrlSourceOptions options);

}  // namespace ae::policy
