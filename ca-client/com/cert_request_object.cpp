#include "ca-client/com/cert_request_object.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <array>

namespace ae::ca {
namespace {

// [MS-WCCE] 1.9.  No library of the toolchain has them.
constexpr CLSID kClass = {
    0xd99e6e74, 0xfc88, 0x11d0, {0xb4, 0x98, 0x00, 0xa0, 0xc9, 0x03, 0x12, 0xf3}};
constexpr IID kOlder = {
    0xd99e6e70, 0xfc88, 0x11d0, {0xb4, 0x98, 0x00, 0xa0, 0xc9, 0x03, 0x12, 0xf3}};
constexpr IID kNewer = {
    0x5422fd3a, 0xd4b8, 0x4cef, {0xa1, 0x2e, 0xe8, 0x7d, 0x4c, 0xa2, 0x2e, 0x90}};

// As for the other transport's answers.
constexpr std::size_t kMaxBlob = std::size_t{8} << 20;
constexpr std::size_t kMaxMessage = std::size_t{64} << 10;

// What a method fills in; ours to free.
class OutBlob {
  public:
    OutBlob() = default;
    ~OutBlob() { ::CoTaskMemFree(blob_.pb); }
    OutBlob(const OutBlob&) = delete;
    OutBlob& operator=(const OutBlob&) = delete;

    CERTTRANSBLOB* put() { return &blob_; }
    [[nodiscard]] bool sound(std::size_t most) const {
        return blob_.cb <= most && (blob_.cb == 0 || blob_.pb != nullptr);
    }
    [[nodiscard]] ByteView octets() const {
        return blob_.pb == nullptr ? ByteView{} : ByteView{blob_.pb, blob_.cb};
    }

  private:
    CERTTRANSBLOB blob_{};
};

struct OutBlobs {
    OutBlob full_response;
    OutBlob certificate;
    OutBlob message;
};

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

// [MS-WCCE] 2.2.2.2.1: terminated; a missing terminator is tolerated.
std::string text_of(ByteView units) {
    std::string text = utf8_from_utf16le(units).value_or("");
    return text.substr(0, text.find('\0'));
}

Result<CertificateAnswer> answer_of(HRESULT result, DWORD request_id, DWORD disposition,
                                    const OutBlobs& blobs) {
    if (!blobs.full_response.sound(kMaxBlob) || !blobs.certificate.sound(kMaxBlob) ||
        !blobs.message.sound(kMaxMessage)) {
        return fail(kInvalidData, "a part of the answer is too long or missing");
    }
    return CertificateAnswer{.request_id = request_id,
                             .disposition = disposition,
                             .full_response = copy(blobs.full_response.octets()),
                             .certificate = copy(blobs.certificate.octets()),
                             .message = text_of(blobs.message.octets()),
                             .result = static_cast<Hresult>(result)};
}

Result<ValueAnswer> value_answer(HRESULT result, const OutBlob& blob) {
    if (!blob.sound(kMaxBlob)) {
        return fail(kInvalidData, "the value is too long or missing");
    }
    return ValueAnswer{.result = static_cast<Hresult>(result), .value = copy(blob.octets())};
}

// A pointer for COM, or null for a text that is absent.
class OptionalText {
  public:
    explicit OptionalText(const std::optional<std::string>& utf8)
        : text_(utf8 ? wide(*utf8) : std::wstring()), present_(utf8.has_value()) {}
    [[nodiscard]] const wchar_t* get() const { return present_ ? text_.c_str() : nullptr; }

  private:
    std::wstring text_;
    bool present_;
};

Error error_of(HRESULT result, std::string_view doing) {
    Error error = win32_error(static_cast<DWORD>(result), doing);
    if (remedy_for(error.code).empty()) {
        error.remedy =
            "Look at the DCOM settings and the system log of this machine and of the certification "
            "authority's host";
    }
    return error;
}

template <class Interface>
void take(MULTI_QI& from, ComPointer<Interface>& to) {
    to.reset(static_cast<Interface*>(from.pItf));
}

}  // namespace

Result<CertRequestObject> CertRequestObject::activate(const std::string& host, Mechanism mechanism,
                                                      const ComOptions& com) {
    const Protection protection = protection_for(host, mechanism);
    COAUTHINFO security = activation_security(protection);
    std::wstring name = wide(host);
    COSERVERINFO server{
        .dwReserved1 = 0, .pwszName = name.data(), .pAuthInfo = &security, .dwReserved2 = 0};
    // The one that each has comes first: Wine lets the first decide about the whole object.
    std::array<MULTI_QI, 2> wanted = {MULTI_QI{&kOlder, nullptr, S_OK},
                                      MULTI_QI{&kNewer, nullptr, S_OK}};
    const HRESULT result = ::CoCreateInstanceEx(kClass, nullptr, com.place, &server,
                                                static_cast<DWORD>(wanted.size()), wanted.data());
    CertRequestObject object;
    take(wanted[0], object.older_);
    take(wanted[1], object.newer_);
    if (FAILED(result)) {
        return fail(error_of(result, "CoCreateInstanceEx"));
    }
    // Lacking the newer interface is the one reason to take the older.
    if (!object.newer_ && wanted[1].hr != E_NOINTERFACE) {
        return fail(error_of(wanted[1].hr, "ask for ICertRequestD2"));
    }
    if (!object.newer_ && !object.older_) {
        return fail(error_of(wanted[0].hr, "ask for ICertRequestD"));
    }
    if (Done safe = object.protect(protection, com.set_blanket); !safe) {
        return pass(safe);
    }
    return object;
}

Done CertRequestObject::protect(const Protection& protection, const SetBlanket& set_blanket) {
    IUnknown* const any = newer_ ? static_cast<IUnknown*>(newer_.get()) : older_.get();
    HRESULT result = any->QueryInterface(IID_IUnknown, reinterpret_cast<void**>(identity_.put()));
    for (IUnknown* pointer : {identity_.get(), static_cast<IUnknown*>(older_.get()),
                              static_cast<IUnknown*>(newer_.get())}) {
        if (SUCCEEDED(result) && pointer != nullptr) {
            result = set_blanket(pointer, protection);
        }
    }
    return SUCCEEDED(result) ? done()
                             : fail(error_of(result, "ask for sealed calls (CoSetProxyBlanket)"));
}

Result<CertificateAnswer> CertRequestObject::request(const CertificateRequest& call) {
    const std::wstring authority = wide(call.authority);
    const OptionalText serial(call.serial_number);
    const OptionalText attributes(call.attributes);
    // COM reads from it only.
    const CERTTRANSBLOB octets{.cb = static_cast<ULONG>(call.octets.size()),
                               .pb = const_cast<BYTE*>(call.octets.data())};
    // An answer in full is the newer interface's alone ([MS-WCCE] 3.2.1.4.3.1.1).
    const DWORD flags = second() ? call.flags : call.flags & ~kFullResponse;
    DWORD request_id = call.request_id;
    DWORD disposition = 0;
    OutBlobs out;
    const HRESULT result =
        second() ? newer_.get()->Request2(authority.c_str(), flags, serial.get(), &request_id,
                                          &disposition, attributes.get(), &octets,
                                          out.full_response.put(), out.certificate.put(),
                                          out.message.put())
                 : older_.get()->Request(flags, authority.c_str(), &request_id, &disposition,
                                         attributes.get(), &octets, out.full_response.put(),
                                         out.certificate.put(), out.message.put());
    auto answer = answer_of(result, request_id, disposition, out);
    if (answer) {
        answer->method = second() ? AnswerMethod::request2 : AnswerMethod::older;
    }
    return answer;
}

Hresult CertRequestObject::ping(const std::string& authority) {
    const std::wstring name = wide(authority);
    return static_cast<Hresult>(second() ? newer_.get()->Ping2(name.c_str())
                                         : older_.get()->Ping(name.c_str()));
}

Result<ValueAnswer> CertRequestObject::property(const std::string& authority,
                                                const PropertyQuery& query) {
    const std::wstring name = wide(authority);
    OutBlob value;
    if (second()) {
        return value_answer(newer_.get()->GetCAProperty(name.c_str(), static_cast<LONG>(query.id),
                                                        static_cast<LONG>(query.index),
                                                        static_cast<LONG>(query.type), value.put()),
                            value);
    }
    const auto selector = get_ca_cert_query(query);
    return selector
               ? value_answer(older_.get()->GetCACert(*selector, name.c_str(), value.put()), value)
               : ValueAnswer{.result = kNotSupported};
}

Result<ValueAnswer> CertRequestObject::property_info(const std::string& authority) {
    if (!second()) {
        return ValueAnswer{.result = kNotSupported};
    }
    const std::wstring name = wide(authority);
    LONG count = 0;
    OutBlob list;
    const HRESULT result = newer_.get()->GetCAPropertyInfo(name.c_str(), &count, list.put());
    auto answer = value_answer(result, list);
    if (answer) {
        answer->count = static_cast<std::uint32_t>(count);
    }
    return answer;
}

}  // namespace ae::ca
