#include "engine/x509_extensions.h"

#include "engine/base/hresult_table.h"

#include <set>

namespace ae::engine {
namespace {

using der::Reader;
using der::Tag;

Result<Extension> read_extension(Reader fields) {
    auto oid = fields.next_oid();
    if (!oid) {
        return pass(oid);
    }
    bool critical = false;
    if (const auto flag = fields.optional(Tag::boolean)) {
        auto read = der::read_boolean(flag->content);
        if (!read) {
            return pass(read);
        }
        critical = *read;
    }
    auto value = fields.expect(Tag::octet_string);
    if (!value) {
        return pass(value);
    }
    return fields.finish().map([&](auto) {
        return Extension{*std::move(oid), critical, value->content};
    });
}

// DistributionPoint ::= SEQUENCE { [0] name OPTIONAL, [1] reasons OPTIONAL, [2] cRLIssuer OPTIONAL
// }
Done add_point(Reader fields, std::vector<std::string>& urls) {
    const auto name = fields.optional(der::context_constructed(0));
    const auto reasons = fields.optional(der::context(1));
    const auto issuer = fields.optional(der::context_constructed(2));
    if (auto end = fields.finish(); !end) {
        return end;
    }
    if (!name || reasons || issuer) {
        return done();
    }
    Reader choice(name->content);
    if (!choice.next_is(der::context_constructed(0))) {
        return done();  // relative to the issuer's name: no place to fetch from
    }
    const auto full = choice.expect(der::context_constructed(0));
    if (!full) {
        return fail(full.error());
    }
    auto found = read_uris(full->content);
    if (!found) {
        return pass(found);
    }
    urls.insert(urls.end(), found->begin(), found->end());
    return choice.finish();
}

}  // namespace

Result<Reader> whole_sequence(ByteView octets) {
    Reader outer(octets);
    auto inner = outer.enter(Tag::sequence);
    if (!inner) {
        return inner;
    }
    if (auto end = outer.finish(); !end) {
        return pass(end);
    }
    return inner;
}

Result<std::vector<Extension>> read_extension_list(ByteView octets) {
    auto list = whole_sequence(octets);
    if (!list) {
        return pass(list);
    }
    std::vector<Extension> extensions;
    std::set<std::string> seen;
    while (!list->at_end()) {
        auto extension = list->enter(Tag::sequence).and_then(read_extension);
        if (!extension) {
            return pass(extension);
        }
        if (!seen.insert(extension->oid).second) {
            return fail(kInvalidData, "extension " + extension->oid + " stands there twice");
        }
        extensions.push_back(*std::move(extension));
    }
    return extensions;
}

Result<std::vector<std::string>> read_uris(ByteView names) {
    Reader list(names);
    std::vector<std::string> uris;
    while (!list.at_end()) {
        auto element = list.any();
        if (!element) {
            return pass(element);
        }
        if (element->tag != der::context(6)) {
            continue;
        }
        auto uri = der::read_string({Tag::ia5_string, element->content, element->whole});
        if (!uri) {
            return pass(uri);
        }
        uris.push_back(*std::move(uri));
    }
    return uris;
}

Result<std::vector<std::string>> read_distribution_points(ByteView value) {
    auto list = whole_sequence(value);
    if (!list) {
        return pass(list);
    }
    std::vector<std::string> urls;
    while (!list->at_end()) {
        auto added = list->enter(Tag::sequence).and_then([&](Reader fields) {
            return add_point(fields, urls);
        });
        if (!added) {
            return pass(added);
        }
    }
    return urls;
}

Result<Bytes> read_authority_key(ByteView value) {
    auto fields = whole_sequence(value);
    if (!fields) {
        return pass(fields);
    }
    const auto key = fields->optional(der::context(0));
    return key ? Bytes(key->content.begin(), key->content.end()) : Bytes();
}

}  // namespace ae::engine
