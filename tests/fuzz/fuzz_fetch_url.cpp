// Whatever a certificate or a server names: what is let through stays within the rules of
// policy/fetch_url.h, and a redirect keeps its scheme.
#include "engine/base/bytes.h"
#include "policy/fetch_url.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using ae::fuzz::must_hold;
    const auto text = ae::as_text({data, size});
    if (const auto url = ae::policy::parse_ldap_url(text)) {
        must_hold(ae::policy::scheme_of(text) == "ldap", "an LDAP URL has its scheme");
        must_hold(!url->dn.empty() && url->attribute.find_first_of(";,*") == std::string::npos,
                  "one entry and one attribute are named");
        must_hold(url->filter.starts_with('('), "a filter has its parentheses");
    }
    if (ae::policy::check_http_url(text)) {
        const auto scheme = ae::policy::scheme_of(text);
        must_hold(scheme == "http" || scheme == "https", "nothing else is fetched");
        must_hold(text.find_first_of("\r\n ") == std::string_view::npos, "it is one word");
    }
    const std::string base = "http://pki.corp.example.test/a/b?c";
    if (const auto target = ae::policy::redirected(base, text)) {
        must_hold(ae::policy::scheme_of(*target) == "http", "the scheme stays");
        must_hold(ae::policy::check_http_url(*target).has_value(), "the target may be fetched");
    }
    return 0;
}
