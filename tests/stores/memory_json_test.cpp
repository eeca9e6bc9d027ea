#include "stores/memory_json.h"

#include "engine/base/hresult_table.h"
#include "tests/contract/memory_store_contract.h"

#include <nlohmann/json.hpp>

namespace ae::test {
namespace {

using Json = nlohmann::ordered_json;

// The example of the capture format, with every member.
constexpr const char* kWhole = R"({
  "version": 1,
  "issued": [
    {
      "template": "CorpMachine",
      "reason": "missing",
      "when": "2026-06-01T12:00:00Z",
      "lifetime_seconds": 31536000
    }
  ],
  "refusals": [
    {
      "template": "CorpMachine",
      "version": "100.4",
      "ca": {
        "host": "ca1.corp.example.test",
        "name": "Corp Issuing CA 1"
      },
      "code": "0x80094012",
      "count": 2,
      "last": "2026-06-01T12:00:00Z"
    }
  ],
  "outages": [
    {
      "ca": {
        "host": "ca1.corp.example.test",
        "name": "Corp Issuing CA 1"
      },
      "when": "2026-06-01T12:00:00Z"
    }
  ],
  "empty_reads": [
    {
      "store": "nt_auth",
      "first": "2026-06-01T12:00:00Z"
    }
  ],
  "warned": [
    {
      "thumbprint": "a9993e364706816aba3e25717850c26c9cd0d89d",
      "when": "2026-06-01T12:00:00Z"
    }
  ]
}
)";

engine::Memory whole() {
    const engine::CaRef ca{"ca1.corp.example.test", "Corp Issuing CA 1"};
    return {.issued = {{"CorpMachine", "missing", kStoreNow, Seconds(31536000)}},
            .refusals = {{"CorpMachine", "100.4", ca, hresult(0x80094012), 2, kStoreNow}},
            .outages = {{ca, kStoreNow}},
            .empty_reads = {{engine::TrustStore::nt_auth, kStoreNow}},
            .warned = {{"a9993e364706816aba3e25717850c26c9cd0d89d", kStoreNow}}};
}

}  // namespace

TEST_CASE("a memory is written as people can read it, and read back whole", "[memory]") {
    CHECK(stores::to_json(whole()) == kWhole);
    CHECK(*stores::memory_from_json(kWhole) == whole());
    for (const engine::Memory& memory : {engine::Memory{}, full_memory()}) {
        CHECK(*stores::memory_from_json(stores::to_json(memory)) == memory);
    }
}

TEST_CASE("the lists alone are a value of a document with a version of its own", "[memory]") {
    const Json json = stores::json_of(whole());
    CHECK_FALSE(json.contains("version"));
    CHECK(json.size() == 5);
    CHECK(*stores::memory_of(json) == whole());
    CHECK(*stores::memory_of(Json::object()) == engine::Memory{});
    Json other_version = json;
    other_version["version"] = 7;
    CHECK(*stores::memory_of(other_version) == whole());
    CHECK(stores::memory_of(Json::array()).error().code == kInvalidData);
}

TEST_CASE("a member that is missing has its neutral value, an unknown one is skipped", "[memory]") {
    const auto read = [](const char* text) { return *stores::memory_from_json(text); };
    CHECK(read(R"({"version": 1, "later": [1, 2]})") == engine::Memory{});
    CHECK(read(R"({"version": 1, "issued": [{}], "refusals": [{"later": 1}], "warned": [{}],
                        "outages": [{"ca": {"name": "n"}}]})") ==
          engine::Memory{
              .issued = {{}}, .refusals = {{}}, .outages = {{{"", "n"}, Time{}}}, .warned = {{}}});
}

TEST_CASE("a memory that cannot be used is an error that names the member", "[memory]") {
    struct Row {
        const char* text;
        const char* named;
    };
    for (const Row& row : {
             Row{"", "JSON object"},
             Row{"[]", "JSON object"},
             Row{"{", "JSON object"},
             Row{"{}", "\"version\""},
             Row{R"({"version": 0})", "version is not 1"},
             Row{R"({"version": 2})", "version is not 1"},
             Row{R"({"version": "1"})", "\"version\""},
             Row{R"({"version": 1, "issued": {}})", "\"issued\""},
             Row{R"({"version": 1, "issued": [{}, 5]})", "\"issued[1]\""},
             Row{R"({"version": 1, "issued": [{"template": 5}]})", "\"issued[0].template\""},
             Row{R"({"version": 1, "issued": [{"when": "yesterday"}]})", "\"issued[0].when\""},
             Row{R"({"version": 1, "issued": [{"when": 0}]})", "\"issued[0].when\""},
             Row{R"({"version": 1, "refusals": [{"ca": "ca1"}]})", "\"refusals[0].ca\""},
             Row{R"({"version": 1, "refusals": [{"ca": {"host": 1}}]})", "\"refusals[0].ca.host\""},
             Row{R"({"version": 1, "empty_reads": [{"store": "Root"}]})",
                 "\"empty_reads[0].store\""},
             Row{R"({"version": 1, "empty_reads": [{}]})", "\"empty_reads[0].store\""},
         }) {
        const auto result = stores::memory_from_json(row.text);
        INFO(row.text);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == kInvalidData);
        CHECK(result.error().context.find(row.named) != std::string::npos);
    }
}

TEST_CASE("numbers and codes: the ends of what is taken, and one more", "[memory]") {
    struct Row {
        const char* member;
        const char* value;
        bool taken;
    };
    for (const Row& row : {
             Row{"count", "0", true},
             Row{"count", "4294967295", true},
             Row{"count", "4294967296", false},
             Row{"count", "-1", false},
             Row{"count", "1.5", false},
             Row{"code", "\"0x00000000\"", true},
             Row{"code", "\"0xffffFFFF\"", true},
             Row{"code", "\"0x8009401\"", false},
             Row{"code", "\"0x800940120\"", false},
             Row{"code", "\"0x8009401g\"", false},
             Row{"code", "\"0x-8009401\"", false},
             Row{"code", "\"2148089874\"", false},
             Row{"code", "5", false},
         }) {
        const std::string text = std::string(R"({"version": 1, "refusals": [{")") + row.member +
                                 "\": " + row.value + "}]}";
        INFO(text);
        CHECK(stores::memory_from_json(text).has_value() == row.taken);
    }
    for (const auto& [value, taken] :
         {std::pair{"9223372036854775807", true}, std::pair{"9223372036854775808", false},
          std::pair{"-9223372036854775808", true}, std::pair{"0.5", false}}) {
        const std::string text =
            std::string(R"({"version": 1, "issued": [{"lifetime_seconds": )") + value + "}]}";
        INFO(text);
        CHECK(stores::memory_from_json(text).has_value() == taken);
    }
}

TEST_CASE("a template name that is not UTF-8 is replaced, not refused", "[memory]") {
    const engine::Memory memory{.issued = {{"Corp\xFFMachine", "missing", kStoreNow, Seconds(1)}}};
    CHECK(stores::memory_from_json(stores::to_json(memory))->issued.at(0).template_name ==
          "Corp\xEF\xBF\xBDMachine");
}

}  // namespace ae::test
