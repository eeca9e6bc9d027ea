// One number says what the method said, or why there is no answer ([MS-ERREF] 2.1).
#include "ca-client/com/com_outcome.h"

#include <catch2/catch.hpp>

using namespace ae;
using ae::ca::ComOutcome;
using ae::ca::outcome_of;

TEST_CASE("what the CA says of a request is an answer", "[com][outcome][MS-WCCE:2.2.4]") {
    for (const std::uint32_t code :
         {0x00000000U, 0x00000001U, 0x80094012U, 0x80094014U, 0x80094800U, 0x80070057U, 0x8007000DU,
          0x8009480FU, 0x80004005U,
          // Win32 errors between those of RPC: trust, the CA's own DC.
          0x800706F8U, 0x800706FDU, 0x80070718U, 0x8007054BU}) {
        INFO(std::hex << code);
        CHECK(outcome_of(hresult(code)) == ComOutcome::answered);
    }
}

TEST_CASE("only a word that the method did not run opens the way to another CA",
          "[com][outcome][W7]") {
    for (const std::uint32_t code :
         {0x80070005U, 0x800706BAU, 0x800706BBU, 0x800706BFU, 0x80010012U, 0x800706D9U}) {
        INFO(std::hex << code);
        CHECK(outcome_of(hresult(code)) == ComOutcome::not_run);
    }
    // The neighbours of the same words: it may have run.
    for (const std::uint32_t code :
         {0x800706BEU, 0x80010002U, 0x80010007U, 0x80010105U, 0x8007071AU, 0x80070721U, 0x800706F7U,
          0x8007000EU, 0x80090302U, 0xC0000005U}) {
        INFO(std::hex << code);
        CHECK(outcome_of(hresult(code)) == ComOutcome::unclear);
    }
}

TEST_CASE("an object that is gone may be activated afresh", "[com][outcome]") {
    for (const std::uint32_t code : {0x80010108U, 0x80010114U, 0x800401FDU}) {
        INFO(std::hex << code);
        CHECK(outcome_of(hresult(code)) == ComOutcome::gone);
    }
}
