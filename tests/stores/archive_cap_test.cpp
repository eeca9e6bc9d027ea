#include "stores/archive_cap.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::stores {
namespace {

using namespace test;
using Thumbprints = std::vector<std::string>;

ArchivedCertificate archived(const std::string& thumbprint, int days_old,
                             const std::string& of = "CorpMachine", Bytes key_usage = {0x80}) {
    engine::CertificateFacts facts;
    facts.not_before = kNow - days_old * kDay;
    facts.not_after = facts.not_before + 365 * kDay;
    facts.key_usage = std::move(key_usage);
    return {thumbprint, of, std::move(facts)};
}

}  // namespace

TEST_CASE("of each template the newest stay, in whatever order they come", "[archive-cap]") {
    const std::vector<ArchivedCertificate> all{archived("b", 2), archived("c", 3), archived("a", 1),
                                               archived("w", 9, "CorpWeb")};
    CHECK(beyond_cap(all, 0) == Thumbprints{"w", "c", "b", "a"});
    CHECK(beyond_cap(all, 1) == Thumbprints{"c", "b"});
    CHECK(beyond_cap(all, 2) == Thumbprints{"c"});
    CHECK(beyond_cap(all, 3).empty());
    CHECK(beyond_cap({}, 0).empty());
}

TEST_CASE("names of templates compare without case", "[archive-cap]") {
    CHECK(beyond_cap({archived("a", 1, "CorpMachine"), archived("b", 2, "CORPMACHINE")}, 1) ==
          Thumbprints{"b"});
}

TEST_CASE("keys that may decrypt something stay, and take nobody's place", "[archive-cap][X1]") {
    struct Row {
        const char* what;
        Bytes key_usage;
        bool stays;
    };
    for (const Row& row :
         {Row{"no extension: every use", {}, true}, Row{"digitalSignature", {0x80}, false},
          Row{"digitalSignature, nonRepudiation", {0xC0}, false},
          Row{"keyEncipherment", {0xA0}, true}, Row{"dataEncipherment", {0x10}, true},
          Row{"keyAgreement", {0x88}, true}, Row{"keyCertSign", {0x04}, false}}) {
        CAPTURE(row.what);
        CHECK(beyond_cap({archived("a", 1, "CorpMachine", row.key_usage)}, 0).empty() == row.stays);
    }
    CHECK(beyond_cap(
              {archived("secret", 1, "CorpMachine", {0x20}), archived("a", 2), archived("b", 3)},
              1) == Thumbprints{"b"});
}

TEST_CASE("certificates of one moment go in an order that is always the same", "[archive-cap]") {
    CHECK(beyond_cap({archived("a", 1), archived("b", 1)}, 1) == Thumbprints{"a"});
    CHECK(beyond_cap({archived("b", 1), archived("a", 1)}, 1) == Thumbprints{"a"});
}

}  // namespace ae::stores
