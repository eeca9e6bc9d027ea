#include "engine/base/hresult_table.h"

#include <algorithm>
#include <cctype>

#include <catch2/catch.hpp>

namespace ae {

TEST_CASE("the table of result codes is sorted and has no duplicates", "[hresult]") {
    const auto rows = hresult_rows();
    REQUIRE(rows.size() > 100);
    for (std::size_t i = 1; i < rows.size(); ++i) {
        CAPTURE(rows[i].symbol);
        CHECK(value_of(rows[i - 1].code) < value_of(rows[i].code));
    }
    for (const HresultRow& row : rows) {
        CAPTURE(row.symbol);
        CHECK(std::ranges::count(rows, row.symbol, &HresultRow::symbol) == 1);
    }
}

TEST_CASE("each row reads well in the middle of a sentence", "[hresult]") {
    for (const HresultRow& row : hresult_rows()) {
        CAPTURE(row.symbol);
        REQUIRE_FALSE(row.meaning.empty());
        CHECK_FALSE(row.meaning.ends_with('.'));
        CHECK_FALSE(row.remedy.ends_with('.'));
        CHECK((row.remedy.empty() || std::isupper(static_cast<unsigned char>(row.remedy[0])) != 0));
        CHECK(find_hresult(row.code) == &row);
        CHECK((row.code == kOk || failed(row.code)));
    }
}

TEST_CASE("every code that has a name in the program is in the table", "[hresult]") {
    for (const Hresult code : {kOk,
                               kUnexpected,
                               kNoInterface,
                               kFileNotFound,
                               kAccessDenied,
                               kInvalidData,
                               kWriteFault,
                               kReadFault,
                               kNotSupported,
                               kInvalidArgument,
                               kDiskFull,
                               kBusy,
                               kServiceNotActive,
                               kOperationAborted,
                               kTimeout,
                               kTimeSkew,
                               kLogonFailure,
                               kNoSuchDomain,
                               kServerUnavailable,
                               kCallFailed,
                               kWriteProtected,
                               kNotDomainJoined,
                               kSecurityPackage,
                               kTargetUnknown,
                               kNoCredentials,
                               kNoKdc,
                               kContextExpired,
                               kSecurityInternal}) {
        CAPTURE(to_hex(code));
        CHECK(find_hresult(code) != nullptr);
    }
}

TEST_CASE("codes of a certification authority carry the symbols of the specification",
          "[hresult][MS-ERREF:2.1][MS-WCCE:2.2.4]") {
    struct Case {
        std::uint32_t code;
        const char* symbol;
    };
    for (const Case& row :
         {Case{0x80040154, "REGDB_E_CLASSNOTREG"}, Case{0x800706BA, "RPC_S_SERVER_UNAVAILABLE"},
          Case{0x800706BF, "RPC_S_CALL_FAILED_DNE"}, Case{0x80092013, "CRYPT_E_REVOCATION_OFFLINE"},
          Case{0x80094004, "CERTSRV_E_PROPERTY_EMPTY"}, Case{0x80094011, "CERTSRV_E_ENROLL_DENIED"},
          Case{0x80094012, "CERTSRV_E_TEMPLATE_DENIED"},
          Case{0x80094014, "CERTSRV_E_ADMIN_DENIED_REQUEST"},
          Case{0x80094800, "CERTSRV_E_UNSUPPORTED_CERT_TYPE"},
          Case{0x8009480F, "CERTSRV_E_SUBJECT_DNS_REQUIRED"},
          Case{0x80095004, "XENROLL_E_RESPONSE_KA_HASH_MISMATCH"},
          Case{0x800B0109, "CERT_E_UNTRUSTEDROOT"},
          Case{0x8010006E, "SCARD_W_CANCELLED_BY_USER"}}) {
        CAPTURE(row.symbol);
        const HresultRow* found = find_hresult(hresult(row.code));
        REQUIRE(found != nullptr);
        CHECK(found->symbol == row.symbol);
    }
}

TEST_CASE("a code is described by symbol, value and meaning", "[hresult]") {
    CHECK(to_hex(kServerUnavailable) == "0x800706BA");
    CHECK(to_hex(kOk) == "0x00000000");
    CHECK(describe(kNotDomainJoined) ==
          "NERR_SetupNotJoined (0x80070A84): this machine is not joined to a domain");
    CHECK(remedy_for(kNotDomainJoined) == "Join it to the domain");
}

TEST_CASE("a code that is not in the table is its value alone", "[hresult]") {
    for (const std::uint32_t code : {0x00000001U, 0x7FFFFFFFU, 0x8BADF00DU, 0xFFFFFFFFU}) {
        CHECK(find_hresult(hresult(code)) == nullptr);
        CHECK(describe(hresult(code)) == to_hex(hresult(code)));
        CHECK(remedy_for(hresult(code)).empty());
    }
    CHECK(describe(hresult(0x8BADF00D)) == "0x8BADF00D");
}

}  // namespace ae
