#include "tests/support/revocation_messages.h"

#include "engine/base/der.h"
#include "engine/x509_extensions.h"

#include <algorithm>
#include <stdexcept>

namespace ae::test {
namespace {

using der::Tag;

constexpr auto kEnumerated = static_cast<Tag>(0x0A);

Bytes enumerated(int number) {
    return der::write(kEnumerated, Bytes{static_cast<std::uint8_t>(number)});
}

Bytes extensions_of(const std::vector<Bytes>& all) {
    return der::write(Tag::sequence, joined(all));
}

Bytes generalized_time(Time time) {
    std::string text = ae::to_string(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
    return der::write(Tag::generalized_time, as_bytes(text));
}

Bytes entry(const CrlEntrySpec& spec) {
    std::vector<Bytes> extensions = spec.extensions;
    if (spec.reason) {
        extensions.push_back(
            extension("2.5.29.21", Criticality::not_critical, enumerated(*spec.reason)));
    }
    return der::sequence({der::integer(spec.serial), utc_time(spec.revoked),
                          extensions.empty() ? Bytes() : extensions_of(extensions)});
}

Bytes state_of(const OcspSpec& spec) {
    switch (spec.state) {
        case engine::OcspState::good:
            return der::write(der::context(0), Bytes());
        case engine::OcspState::unknown:
            return der::write(der::context(2), Bytes());
        case engine::OcspState::revoked:
            break;
    }
    const Bytes reason =
        spec.reason ? der::write(der::context_constructed(0), enumerated(*spec.reason)) : Bytes();
    return der::write(der::context_constructed(1), {generalized_time(spec.revoked), reason});
}

Bytes optional_extensions(const std::vector<Bytes>& all) {
    return all.empty() ? Bytes() : der::write(der::context_constructed(1), extensions_of(all));
}

Bytes single(const OcspSpec& spec) {
    const Bytes id = der::sequence({der::sequence({der::oid(spec.id.hash_oid), der::null()}),
                                    der::octet_string(spec.id.issuer_name_hash),
                                    der::octet_string(spec.id.issuer_key_hash),
                                    der::write(Tag::integer, spec.id.serial)});
    const Bytes next = spec.next_update ? der::write(der::context_constructed(0),
                                                     generalized_time(*spec.next_update))
                                        : Bytes();
    return der::sequence({id, state_of(spec), generalized_time(spec.this_update), next,
                          optional_extensions(spec.single_extensions)});
}

template <class T>
T given(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().sentence());
    }
    return *std::move(result);
}

}  // namespace

Bytes make_crl(const CrlSpec& spec, engine::PrivateKey& key) {
    std::vector<Bytes> entries;
    for (const CrlEntrySpec& one : spec.entries) {
        entries.push_back(entry(one));
    }
    const Bytes body = der::sequence(
        {der::integer(1), signature_algorithm(key), common_name(spec.issuer),
         utc_time(spec.this_update), spec.next_update ? utc_time(*spec.next_update) : Bytes(),
         entries.empty() ? Bytes() : der::write(Tag::sequence, joined(entries)),
         spec.extensions.empty()
             ? Bytes()
             : der::write(der::context_constructed(0), extensions_of(spec.extensions))});
    return der::write(Tag::sequence, joined(signed_parts(body, key)));
}

Bytes make_ocsp_answer(const OcspSpec& spec, engine::PrivateKey& key) {
    const Bytes responder =
        spec.responder_name.empty()
            ? der::write(der::context_constructed(2), der::octet_string(spec.responder_key_hash))
            : der::write(der::context_constructed(1), common_name(spec.responder_name));
    const Bytes body =
        der::sequence({responder, generalized_time(spec.produced.value_or(spec.this_update)),
                       der::sequence({single(spec)}), optional_extensions(spec.extensions)});
    std::vector<Bytes> parts = signed_parts(body, key);
    if (!spec.certificates.empty()) {
        parts.push_back(der::write(der::context_constructed(0),
                                   der::write(Tag::sequence, joined(spec.certificates))));
    }
    const Bytes basic = der::write(Tag::sequence, joined(parts));
    return der::sequence({enumerated(0), der::write(der::context_constructed(0),
                                                    der::sequence({der::oid("1.3.6.1.5.5.7.48.1.1"),
                                                                   der::octet_string(basic)}))});
}

Bytes make_ocsp_refusal(std::uint8_t status) { return der::sequence({enumerated(status)}); }

Bytes nonce_extension(ByteView nonce) {
    return extension("1.3.6.1.5.5.7.48.1.2", Criticality::not_critical, der::octet_string(nonce));
}

engine::OcspQuestion read_ocsp_question(ByteView request) {
    engine::OcspQuestion question{.der = copy(request)};
    auto body = given(given(engine::whole_sequence(request)).enter(Tag::sequence));
    auto list = given(body.enter(Tag::sequence));
    auto wanted = given(list.enter(Tag::sequence));
    auto id = given(wanted.enter(Tag::sequence));
    auto algorithm = given(id.enter(Tag::sequence));
    question.id.hash_oid = given(algorithm.next_oid());
    question.id.issuer_name_hash = copy(given(id.expect(Tag::octet_string)).content);
    question.id.issuer_key_hash = copy(given(id.expect(Tag::octet_string)).content);
    question.id.serial = copy(given(id.expect(Tag::integer)).content);
    if (!body.at_end() || !wanted.at_end()) {
        throw std::runtime_error("the question has extensions");
    }
    return question;
}

Bytes distribution_points(const std::vector<std::string>& urls) {
    std::vector<Bytes> points;
    for (const std::string& url : urls) {
        const Bytes names =
            der::write(der::context_constructed(0), der::write(der::context(6), as_bytes(url)));
        points.push_back(der::sequence({der::write(der::context_constructed(0), names)}));
    }
    return der::write(Tag::sequence, joined(points));
}

Bytes crl_number(std::int64_t number) {
    return extension("2.5.29.20", Criticality::not_critical, der::integer(number));
}
Bytes delta_indicator(std::int64_t base) {
    return extension("2.5.29.27", Criticality::critical, der::integer(base));
}
Bytes crl_points(const std::vector<std::string>& urls) {
    return extension("2.5.29.31", Criticality::not_critical, distribution_points(urls));
}
Bytes freshest_points(const std::vector<std::string>& urls) {
    return extension("2.5.29.46", Criticality::not_critical, distribution_points(urls));
}
Bytes responder_at(const std::string& url) {
    return extension("1.3.6.1.5.5.7.1.1", Criticality::not_critical,
                     der::sequence({der::sequence({der::oid("1.3.6.1.5.5.7.48.1"),
                                                   der::write(der::context(6), as_bytes(url))})}));
}
Bytes next_publish_at(Time time) {
    return extension("1.3.6.1.4.1.311.21.4", Criticality::not_critical, utc_time(time));
}
Bytes key_usage(std::uint8_t bits) {
    return extension("2.5.29.15", Criticality::critical, der::named_bit_string(Bytes{bits}));
}
Bytes extended_key_usage(const std::string& oid) {
    return extension("2.5.29.37", Criticality::not_critical, der::sequence({der::oid(oid)}));
}

}  // namespace ae::test
