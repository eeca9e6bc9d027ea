#include "engine/crl.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate_extensions.h"
#include "engine/distinguished_name.h"
#include "engine/x509_extensions.h"

#include <algorithm>
#include <array>

namespace ae::engine {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

constexpr auto kEnumerated = static_cast<Tag>(0x0A);

struct ReasonName {
    RevocationReason reason;
    std::string_view text;
};
constexpr std::array kReasons = {
    ReasonName{RevocationReason::unspecified, "no reason given"},
    ReasonName{RevocationReason::key_compromise, "key compromise"},
    ReasonName{RevocationReason::ca_compromise, "CA compromise"},
    ReasonName{RevocationReason::affiliation_changed, "affiliation changed"},
    ReasonName{RevocationReason::superseded, "superseded"},
    ReasonName{RevocationReason::cessation_of_operation, "cessation of operation"},
    ReasonName{RevocationReason::certificate_hold, "certificate hold"},
    ReasonName{RevocationReason::remove_from_crl, "removed from the list"},
    ReasonName{RevocationReason::privilege_withdrawn, "privilege withdrawn"},
    ReasonName{RevocationReason::aa_compromise, "AA compromise"},
};

bool is_before(ByteView left, ByteView right) {
    return std::ranges::lexicographical_compare(left, right);
}

void refuse(Crl& crl, std::string why) {
    if (crl.not_understood.empty()) {
        crl.not_understood = std::move(why);
    }
}

// INTEGER, not negative, without zeros in front.
Result<Bytes> read_number(ByteView value) {
    Reader outer(value);
    auto number = outer.expect(Tag::integer);
    if (!number) {
        return pass(number);
    }
    ByteView octets = number->content;
    if (octets.empty() || (octets.front() & 0x80U) != 0 || !outer.at_end()) {
        return fail(kInvalidData, "it is no number");
    }
    while (!octets.empty() && octets.front() == 0) {
        octets = octets.subspan(1);
    }
    return Bytes(octets.begin(), octets.end());
}

Result<Time> read_whole_time(ByteView value) {
    Reader outer(value);
    auto time = outer.any().and_then(der::read_time);
    if (!time) {
        return time;
    }
    return outer.finish().map([&](auto) { return *time; });
}

Result<RevocationReason> read_reason(ByteView value) {
    Reader outer(value);
    const auto number = outer.expect(kEnumerated).and_then([](const Element& element) {
        return der::read_integer(element.content);
    });
    if (!number || !outer.at_end()) {
        return fail(kInvalidData, "it is no reason");
    }
    const auto reason = revocation_reason(*number);
    return reason ? Result<RevocationReason>(*reason) : fail(kInvalidData, "it is no reason");
}

// RFC 5280 5.3: a critical one that is not understood spoils the whole list.
Done read_entry_extensions(ByteView octets, RevokedEntry& entry, Crl& crl) {
    const auto list = read_extension_list(octets);
    if (!list) {
        return fail(list.error());
    }
    for (const Extension& extension : *list) {
        if (extension.oid == "2.5.29.21") {
            if (auto read = keep(read_reason(extension.value), entry.reason); !read) {
                return pass(read, "the reason of an entry");
            }
        } else if (extension.critical) {
            refuse(crl,
                   "a critical extension of an entry, " + extension.oid + ", is not understood");
        }
    }
    return done();
}

Done read_entry(Reader fields, Crl& crl) {
    const auto serial = fields.expect(Tag::integer);
    if (!serial) {
        return fail(serial.error());
    }
    const auto time = fields.any().and_then(der::read_time);
    if (!time) {
        return fail(time.error());
    }
    RevokedEntry entry{serial->content, *time, RevocationReason::unspecified};
    if (const auto extensions = fields.optional(Tag::sequence)) {
        if (auto read = read_entry_extensions(extensions->whole, entry, crl); !read) {
            return read;
        }
    }
    crl.entries.push_back(entry);
    return fields.finish();
}

Done read_entries(Reader list, Crl& crl) {
    while (!list.at_end()) {
        auto read = list.enter(Tag::sequence).and_then([&](Reader fields) {
            return read_entry(fields, crl);
        });
        if (!read) {
            return pass(read, "entry " + std::to_string(crl.entries.size() + 1));
        }
    }
    std::ranges::stable_sort(crl.entries, is_before, &RevokedEntry::serial);
    return done();
}

// DistributionPointName ::= CHOICE { [0] fullName, [1] nameRelativeToCRLIssuer }
Done read_scope_name(ByteView content, CrlScope& scope) {
    Reader choice(content);
    auto name = choice.any();
    if (!name) {
        return pass(name);
    }
    scope.is_named = true;
    if (name->tag == der::context_constructed(0)) {
        if (auto read = keep(read_uris(name->content), scope.urls); !read) {
            return read;
        }
    }
    return choice.finish();
}

Result<bool> read_flag(Reader& fields, unsigned number) {
    const auto flag = fields.optional(der::context(number));
    return flag ? der::read_boolean(flag->content) : Result<bool>(false);
}

Done read_scope(ByteView value, Crl& crl) {
    auto fields = whole_sequence(value);
    if (!fields) {
        return pass(fields);
    }
    CrlScope& scope = crl.scope;
    if (const auto name = fields->optional(der::context_constructed(0))) {
        if (auto read = read_scope_name(name->content, scope); !read) {
            return read;
        }
    }
    auto users = read_flag(*fields, 1);
    auto authorities = read_flag(*fields, 2);
    scope.only_some_reasons = fields->optional(der::context(3)).has_value();
    auto indirect = read_flag(*fields, 4);
    auto attributes = read_flag(*fields, 5);
    for (auto* flag : {&users, &authorities, &indirect, &attributes}) {
        if (!*flag) {
            return pass(*flag);
        }
    }
    scope.only_users = *users;
    scope.only_authorities = *authorities;
    scope.only_attributes = *attributes;
    if (*indirect) {
        refuse(crl, "it is an indirect list, which may speak of other issuers' certificates");
    }
    return fields->finish();
}

Done read_crl_extension(const Extension& extension, Crl& crl) {
    const std::string_view oid = extension.oid;
    if (oid == "2.5.29.20") {
        return keep(read_number(extension.value), crl.number);
    }
    if (oid == "2.5.29.27") {
        auto base = read_number(extension.value);
        if (!base) {
            return pass(base);
        }
        crl.base_number = *std::move(base);
        return done();
    }
    if (oid == "2.5.29.28") {
        return read_scope(extension.value, crl);
    }
    if (oid == "2.5.29.35") {
        return keep(read_authority_key(extension.value), crl.authority_key);
    }
    if (oid == "2.5.29.46") {
        return keep(read_distribution_points(extension.value), crl.freshest_urls);
    }
    if (oid == "1.3.6.1.4.1.311.21.4") {
        auto next = read_whole_time(extension.value);
        if (!next) {
            return pass(next);
        }
        crl.next_publish = *next;
        return done();
    }
    if (extension.critical) {
        refuse(crl, "its critical extension " + extension.oid + " is not understood");
    }
    return done();
}

Done read_crl_extensions(ByteView octets, Crl& crl) {
    const auto list = read_extension_list(octets);
    if (!list) {
        return fail(list.error());
    }
    for (const Extension& extension : *list) {
        if (auto read = read_crl_extension(extension, crl); !read) {
            return pass(read, "extension " + extension.oid);
        }
    }
    return done();
}

Done read_issuer(Reader& fields, Crl& crl) {
    const auto name = fields.expect(Tag::sequence);
    if (!name) {
        return fail(name.error());
    }
    crl.issuer_der.assign(name->whole.begin(), name->whole.end());
    return keep(distinguished_name_text(name->content), crl.issuer);
}

Done read_dates(Reader& fields, Crl& crl) {
    const auto this_update = fields.any().and_then(der::read_time);
    if (!this_update) {
        return fail(this_update.error());
    }
    crl.this_update = *this_update;
    if (fields.next_is(Tag::utc_time) || fields.next_is(Tag::generalized_time)) {
        const auto next_update = fields.any().and_then(der::read_time);
        if (!next_update) {
            return fail(next_update.error());
        }
        crl.next_update = *next_update;
    }
    return done();
}

// RFC 5280 5.1, TBSCertList.
Done read_body(Reader fields, Crl& crl) {
    if (const auto version = fields.optional(Tag::integer)) {
        if (der::read_integer(version->content) != 1) {
            return fail(kInvalidData, "the version is none that RFC 5280 knows");
        }
    }
    if (auto algorithm = fields.expect(Tag::sequence); !algorithm) {
        return pass(algorithm);
    }
    if (auto issuer = read_issuer(fields, crl); !issuer) {
        return pass(issuer, "issuer");
    }
    if (auto dates = read_dates(fields, crl); !dates) {
        return pass(dates, "its dates");
    }
    if (const auto entries = fields.optional(Tag::sequence)) {
        if (auto read = read_entries(Reader(entries->content), crl); !read) {
            return read;
        }
    }
    if (const auto extensions = fields.optional(der::context_constructed(0))) {
        if (auto read = read_crl_extensions(extensions->content, crl); !read) {
            return read;
        }
    }
    return fields.finish();
}

// RFC 5280 5.1, CertificateList.
Done read_crl(Crl& crl) {
    auto parts = whole_sequence(crl.der);
    if (!parts) {
        return pass(parts);
    }
    const auto body = parts->expect(Tag::sequence);
    if (!body) {
        return fail(body.error());
    }
    auto algorithm = parts->expect(Tag::sequence).and_then([](const Element& element) {
        return read_algorithm(element.content);
    });
    if (!algorithm) {
        return pass(algorithm);
    }
    const auto signature = parts->expect(Tag::bit_string).and_then([](const Element& bits) {
        return der::read_bit_string(bits.content);
    });
    if (!signature) {
        return fail(signature.error());
    }
    crl.signed_part = body->whole;
    crl.algorithm = *std::move(algorithm);
    crl.signature = *signature;
    if (auto end = parts->finish(); !end) {
        return end;
    }
    return read_body(Reader(body->content), crl);
}

}  // namespace

std::string_view to_string(RevocationReason reason) {
    return std::ranges::find(kReasons, reason, &ReasonName::reason)->text;
}

std::optional<RevocationReason> revocation_reason(std::int64_t number) {
    for (const ReasonName& each : kReasons) {
        if (static_cast<std::int64_t>(each.reason) == number) {
            return each.reason;
        }
    }
    return std::nullopt;
}

const RevokedEntry* Crl::find(ByteView serial) const {
    const auto at = std::ranges::lower_bound(entries, serial, is_before, &RevokedEntry::serial);
    return at != entries.end() && equal(at->serial, serial) ? &*at : nullptr;
}

Result<Crl> parse_crl(Bytes octets) {
    Crl crl;
    crl.der = std::move(octets);
    if (auto read = read_crl(crl); !read) {
        return pass(read, "these octets are no list of revoked certificates");
    }
    return crl;
}

}  // namespace ae::engine
