#include "ca-client/rpc/fault.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

TEST_CASE("a fault becomes the code that Windows shows", "[fault][MS-ERREF:2.2]") {
    struct Row {
        std::uint32_t status;
        std::uint32_t code;
    };
    const auto row = GENERATE(values<Row>({
        {5, 0x80070005},           // access denied
        {0x721, 0x80070721},       // security package error
        {0x6f7, 0x800706f7},       // bad stub data
        {0x1c010002, 0x800706d1},  // operation out of range
        {0x1c010003, 0x800706b5},  // unknown interface
        {0x1c010014, 0x800706bb},  // server too busy
        {0x1c00001b, 0x8007000e},  // out of memory
        {0x80010110, 0x80010110},  // COM's own codes stay
        {0x80010114, 0x80010114},
        {0x80000000, 0x80000000},
        {0x7fffffff, 0x800706be},
        {0xffff, 0x8007ffff},
        {0x10000, 0x800706be},
        {0, 0x800706be},  // a fault is never success
    }));
    CAPTURE(row.status);
    CHECK(to_hex(hresult_of_fault(row.status)) == to_hex(hresult(row.code)));
}

TEST_CASE("a refused bind is an unknown authentication service or an unavailable server",
          "[fault][MS-RPCE:2.2.2.5]") {
    CHECK(hresult_of_bind_nak(8) == hresult(0x800706d3));
    CHECK(hresult_of_bind_nak(0) == kServerUnavailable);
    CHECK(hresult_of_bind_nak(4) == kServerUnavailable);
}

TEST_CASE("the sentence of a fault names its status", "[fault]") {
    CHECK(error_of_fault({.status = 5}).context ==
          "the server refused the call with fault 0x00000005");
    CHECK(error_of_fault({.status = 0x1c010003, .did_not_execute = true}).context ==
          "the server refused the call with fault 0x1C010003 before running it");
}
