#include "tests/lab/ca/pac.h"

#include "tests/lab/ca/ndr.h"
#include "tests/lab/ca/sid.h"

namespace ae::labca {
namespace {

constexpr std::uint32_t kMaxGroups = 4096;

struct StringHead {
    std::uint16_t bytes = 0;
    bool present = false;
};

StringHead string_head(NdrReader& in) {
    StringHead head;
    head.bytes = in.u16();
    in.u16();
    head.present = in.pointer();
    return head;
}

// The deferred part of an RPC_UNICODE_STRING: not terminated, so NdrReader::string does not fit.
std::string string_body(NdrReader& in, const StringHead& head) {
    if (!head.present) {
        return {};
    }
    const std::uint32_t maximum = in.u32();
    const std::uint32_t offset = in.u32();
    const std::uint32_t actual = in.u32();
    if (offset != 0 || actual > maximum || actual * 2ULL != head.bytes) {
        throw ParseError("an RPC_UNICODE_STRING has impossible counts");
    }
    const View raw = in.take(head.bytes);
    std::u16string text;
    for (std::size_t i = 0; i + 1 < raw.size(); i += 2) {
        text.push_back(static_cast<char16_t>(raw[i] | (raw[i + 1] << 8)));
    }
    return to_utf8(text);
}

std::string sid_body(NdrReader& in) {
    const std::uint32_t sub_authorities = in.max_count(4);
    if (sub_authorities > 15) {
        throw ParseError("a SID with more than 15 sub-authorities");
    }
    return sid_text(in.take(8 + std::size_t{sub_authorities} * 4));
}

std::vector<std::uint32_t> rid_array(NdrReader& in, std::uint32_t count) {
    if (count > kMaxGroups) {
        throw ParseError("too many groups in the PAC");
    }
    in.conformance(count, 8);
    std::vector<std::uint32_t> rids;
    for (std::uint32_t i = 0; i < count; ++i) {
        rids.push_back(in.u32());
        in.u32();  // attributes
    }
    return rids;
}

std::string with_rid(const std::string& domain, std::uint32_t rid) {
    return domain + "-" + std::to_string(rid);
}

}  // namespace

PacLogon read_logon_info(View bytes) {
    NdrReader in(open_type1(bytes));
    if (!in.pointer()) {
        throw ParseError("an empty logon info");
    }
    in.take(6 * 8);  // six times
    std::array<StringHead, 6> names;
    for (StringHead& head : names) {
        head = string_head(in);
    }
    in.u16();  // logon count
    in.u16();  // bad password count
    const std::uint32_t user_rid = in.u32();
    const std::uint32_t primary_rid = in.u32();
    const std::uint32_t group_count = in.u32();
    const bool has_groups = in.pointer();
    in.u32();     // user flags
    in.take(16);  // session key
    const StringHead server = string_head(in);
    const StringHead domain = string_head(in);
    const bool has_domain_sid = in.pointer();
    in.take(8);  // reserved
    PacLogon logon;
    logon.account_control = in.u32();
    in.take(4 + 8 + 8 + 4 + 4);
    const std::uint32_t extra_count = in.u32();
    const bool has_extra = in.pointer();
    const bool has_resource_domain = in.pointer();
    const std::uint32_t resource_count = in.u32();
    const bool has_resource = in.pointer();

    logon.account = string_body(in, names[0]);
    for (std::size_t i = 1; i < names.size(); ++i) {
        in.align(4);
        string_body(in, names[i]);
    }
    in.align(4);
    const auto groups = has_groups ? rid_array(in, group_count) : std::vector<std::uint32_t>{};
    string_body(in, server);
    in.align(4);
    string_body(in, domain);
    in.align(4);
    if (!has_domain_sid) {
        throw ParseError("logon info without the domain SID");
    }
    const std::string domain_sid = sid_body(in);
    logon.sids.push_back(with_rid(domain_sid, user_rid));
    logon.sids.push_back(with_rid(domain_sid, primary_rid));
    for (const std::uint32_t rid : groups) {
        logon.sids.push_back(with_rid(domain_sid, rid));
    }
    if (has_extra) {
        if (extra_count > kMaxGroups) {
            throw ParseError("too many extra SIDs in the PAC");
        }
        in.conformance(extra_count, 8);
        std::uint32_t present = 0;
        for (std::uint32_t i = 0; i < extra_count; ++i) {
            present += in.pointer() ? 1U : 0U;
            in.u32();
        }
        for (std::uint32_t i = 0; i < present; ++i) {
            logon.sids.push_back(sid_body(in));
        }
    }
    if (has_resource_domain) {
        const std::string resource_domain = sid_body(in);
        if (has_resource) {
            for (const std::uint32_t rid : rid_array(in, resource_count)) {
                logon.sids.push_back(with_rid(resource_domain, rid));
            }
        }
    }
    return logon;
}

}  // namespace ae::labca
