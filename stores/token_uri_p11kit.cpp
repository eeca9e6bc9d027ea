#include "stores/token_uri_p11kit.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace ae::stores {
namespace {

Error uri_error(std::string what) {
    return {kInvalidData, std::move(what),
            "Write it as RFC 7512 has it, such as pkcs11:token=HSM;?pin-source=file:/etc/pin"};
}

// A part of CK_TOKEN_INFO that a URI does not name is all zero.
template <std::size_t kSize>
bool may_agree(const CK_UTF8CHAR (&one)[kSize], const CK_UTF8CHAR (&other)[kSize]) {
    return one[0] == 0 || other[0] == 0 || std::ranges::equal(one, other);
}

template <typename Octets>
bool may_agree(const Octets& one, const Octets& other) {
    return one.empty() || other.empty() || one == other;
}

}  // namespace

Result<TokenUri> TokenUri::parse(std::string_view text) {
    UniqueUri uri(p11_kit_uri_new());
    if (!uri || p11_kit_uri_parse(std::string(text).c_str(), P11_KIT_URI_FOR_ANY, uri.get()) !=
                    P11_KIT_URI_OK) {
        return fail(uri_error("this is no PKCS #11 URI"));
    }
    if (p11_kit_uri_any_unrecognized(uri.get()) != 0) {
        return fail(uri_error("the PKCS #11 URI has an attribute that is not known here"));
    }
    if (p11_kit_uri_get_pin_value(uri.get()) != nullptr) {
        return fail(kInvalidData, "the PKCS #11 URI has a PIN in it",
                    "Write the PIN into a file of root's own (0600) and name it as pin-source");
    }
    return TokenUri(std::move(uri));
}

Result<TokenUri> TokenUri::of_token(const TokenUri& from, const CK_TOKEN_INFO& token) {
    UniqueUri uri(p11_kit_uri_new());
    if (!uri) {
        return fail(kUnexpected, "there is no memory for a URI");
    }
    CK_TOKEN_INFO* const info = p11_kit_uri_get_token_info(uri.get());
    std::copy_n(token.label, sizeof info->label, info->label);
    std::copy_n(token.manufacturerID, sizeof info->manufacturerID, info->manufacturerID);
    std::copy_n(token.model, sizeof info->model, info->model);
    std::copy_n(token.serialNumber, sizeof info->serialNumber, info->serialNumber);
    TokenUri made(std::move(uri));
    made.take_access_of(from);
    return made;
}

void TokenUri::take_access_of(const TokenUri& other) {
    if (const char* path = p11_kit_uri_get_module_path(other.uri_.get()); path != nullptr) {
        p11_kit_uri_set_module_path(uri_.get(), path);
    }
    if (const char* source = p11_kit_uri_get_pin_source(other.uri_.get()); source != nullptr) {
        p11_kit_uri_set_pin_source(uri_.get(), source);
    }
}

void TokenUri::set_key(ByteView id, const std::string& label) {
    CK_OBJECT_CLASS type = CKO_PRIVATE_KEY;
    Bytes octets(id.begin(), id.end());
    std::string name = label;
    CK_ATTRIBUTE attributes[] = {{CKA_CLASS, &type, sizeof type},
                                 {CKA_ID, octets.data(), octets.size()},
                                 {CKA_LABEL, name.data(), name.size()}};
    for (CK_ATTRIBUTE& one : attributes) {
        p11_kit_uri_set_attribute(uri_.get(), &one);
    }
}

Result<std::string> TokenUri::text() const {
    char* text = nullptr;
    if (p11_kit_uri_format(uri_.get(), P11_KIT_URI_FOR_ANY, &text) != P11_KIT_URI_OK) {
        return fail(kUnexpected, "the token's name cannot be written as a URI");
    }
    const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
    return std::string(text);
}

bool TokenUri::matches(const CK_TOKEN_INFO& token) const {
    return p11_kit_uri_match_token_info(uri_.get(), &token) == 1;
}

bool TokenUri::agrees_with(const TokenUri& other) const {
    return p11_kit_uri_match_token_info(uri_.get(), p11_kit_uri_get_token_info(other.uri_.get())) ==
           1;
}

bool TokenUri::may_name_key_of(const TokenUri& other) const {
    const CK_TOKEN_INFO& mine = *p11_kit_uri_get_token_info(uri_.get());
    const CK_TOKEN_INFO& theirs = *p11_kit_uri_get_token_info(other.uri_.get());
    return may_agree(mine.label, theirs.label) &&
           may_agree(mine.manufacturerID, theirs.manufacturerID) &&
           may_agree(mine.model, theirs.model) &&
           may_agree(mine.serialNumber, theirs.serialNumber) &&
           may_agree(key_id(), other.key_id()) && may_agree(key_label(), other.key_label());
}

Bytes TokenUri::attribute(CK_ATTRIBUTE_TYPE type) const {
    const CK_ATTRIBUTE* const found = p11_kit_uri_get_attribute(uri_.get(), type);
    if (found == nullptr || found->pValue == nullptr) {
        return {};
    }
    const auto* const octets = static_cast<const std::uint8_t*>(found->pValue);
    return {octets, octets + found->ulValueLen};
}

Bytes TokenUri::key_id() const { return attribute(CKA_ID); }

std::string TokenUri::key_label() const {
    const Bytes octets = attribute(CKA_LABEL);
    return std::string(as_text(octets));
}

std::string TokenUri::module_path() const {
    const char* const path = p11_kit_uri_get_module_path(uri_.get());
    return path != nullptr ? path : "";
}

std::string TokenUri::pin_source() const {
    const char* const source = p11_kit_uri_get_pin_source(uri_.get());
    return source != nullptr ? source : "";
}

}  // namespace ae::stores
