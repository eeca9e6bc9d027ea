#include "engine/base/result.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae {
namespace {

Result<int> refused() { return fail(kServerUnavailable, "connect"); }

Result<std::string> outer() {
    auto inner = refused();
    if (!inner) {
        return pass(inner, "submit to CA01\\Lab-CA");
    }
    return std::string("unreachable");
}

}  // namespace

TEST_CASE("a code is negative when it means failure", "[result][MS-ERREF:2.1]") {
    CHECK_FALSE(failed(kOk));
    CHECK_FALSE(failed(hresult(1)));
    CHECK(failed(hresult(0x80000000)));
    CHECK(value_of(hresult(0x80094012)) == 0x80094012U);
}

TEST_CASE("each layer adds its part in front of the context", "[result]") {
    const auto result = outer();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == kServerUnavailable);
    CHECK(result.error().context == "submit to CA01\\Lab-CA: connect");

    auto again = refused();
    const Result<std::string> same = pass(again);
    CHECK(same.error().context == "connect");
    CHECK(Error{kBusy, "", ""}.within("pulse").context == "pulse");
}

TEST_CASE("an error is one sentence with code and remedy", "[result]") {
    CHECK(Error{kNotDomainJoined, "pulse", ""}.sentence() ==
          "pulse: NERR_SetupNotJoined (0x80070A84): this machine is not joined to a domain. "
          "Join it to the domain.");
    CHECK(Error{kNotDomainJoined, "", ""}.with_remedy("Ask.").sentence() ==
          "NERR_SetupNotJoined (0x80070A84): this machine is not joined to a domain. Ask.");
    CHECK(Error{hresult(0x8BADF00D), "pulse", ""}.sentence() == "pulse: 0x8BADF00D.");
}

TEST_CASE("done is success without a value", "[result]") {
    CHECK(done());
    CHECK_FALSE(Done(fail(Error{kBusy, "", ""})));
}

}  // namespace ae
