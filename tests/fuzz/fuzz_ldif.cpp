// Whatever is taken for LDIF can be written, and what was written is the same entries again.
#include "policy/ldif.h"
#include "tests/fuzz/property.h"

namespace {

using ae::fuzz::must_hold;
using ae::policy::LdapEntry;

std::vector<LdapEntry> entries_of(const std::vector<ae::policy::LdifRecord>& records) {
    std::vector<LdapEntry> entries;
    std::size_t line = 0;
    for (const auto& record : records) {
        must_hold(record.line > line, "records stand one after the other");
        line = record.line;
        entries.push_back(record.entry);
    }
    return entries;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto records = ae::policy::parse_ldif(ae::as_text({data, size}));
    if (!records) {
        must_hold(records.error().context.starts_with("line "), "a refusal names its line");
        return 0;
    }
    const auto entries = entries_of(*records);
    const auto text = ae::policy::write_ldif(entries);
    const auto again = ae::policy::parse_ldif(text);
    must_hold(again && entries_of(*again) == entries, "what was written reads back");
    must_hold(ae::policy::write_ldif(entries_of(*again)) == text,
              "the same entries, the same text");
    return 0;
}
