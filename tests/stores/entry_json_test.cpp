#include "stores/entry_json.h"

#include "engine/base/hresult_table.h"
#include "stores/store_layout.h"

#include <catch2/catch.hpp>

namespace ae::stores {
namespace {

const Time kThen = *time_from_string("2026-06-01T12:00:00Z");

std::string without(std::string text, const std::string& part) {
    const auto at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.erase(at, part.size());
}

}  // namespace

TEST_CASE("an entry of MY is written as people can read it, and read back whole", "[entry]") {
    MyEntry entry;
    entry.friendly_name = "Corp machine";
    entry.template_name = "CorpMachine";
    entry.template_oid = "1.3.6.1.4.1.311.21.8.1";
    entry.ca = {"ca1.corp.example.test", "Corp \"Issuing\" CA 1"};
    entry.request_id = 4294967295U;
    entry.key_reference = "00112233445566778899aabbccddeeff";
    entry.origin = "autoenrollment";
    entry.installed = kThen;
    entry.predecessor = std::string(40, 'b');
    entry.archived = Archived::yes;
    const std::string text = to_json(entry);
    CHECK(text == R"({
  "version": 1,
  "friendly_name": "Corp machine",
  "template": "CorpMachine",
  "template_oid": "1.3.6.1.4.1.311.21.8.1",
  "ca_host": "ca1.corp.example.test",
  "ca_name": "Corp \"Issuing\" CA 1",
  "request_id": 4294967295,
  "key_reference": "00112233445566778899aabbccddeeff",
  "origin": "autoenrollment",
  "installed": "2026-06-01T12:00:00Z",
  "predecessor": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
  "archived": true
}
)");
    const Result<MyEntry> back = my_entry_from_json(text);
    REQUIRE(back);
    CHECK(to_json(*back) == text);
    // An older version of this program did not write it.
    const Result<MyEntry> older =
        my_entry_from_json(without(text, R"(  "predecessor": ")" + entry.predecessor + "\",\n"));
    REQUIRE(older);
    CHECK(older->predecessor.empty());
}

TEST_CASE("archiving changes one member of entry.json and keeps what is not known here",
          "[entry][X1]") {
    MyEntry entry;
    entry.template_name = "CorpMachine";
    entry.installed = kThen;
    std::string text = to_json(entry);
    text.insert(text.rfind("\n}"), ",\n  \"note\": [1, 2]");
    const std::string archived = archived_json(text);
    std::string wanted = text;
    wanted.replace(wanted.find("false"), 5, "true");
    CHECK(my_entry_from_json(archived)->archived == Archived::yes);
    CHECK(without(archived, archived.substr(archived.find("\"note\""))) ==
          without(wanted, wanted.substr(wanted.find("\"note\""))));
    CHECK(archived.find("\"note\"") != std::string::npos);
    CHECK(archived_json(archived) == archived);
    for (const char* lost : {"", "{", "[]", "{}", R"({"version": 2})"}) {
        INFO(lost);
        CHECK(my_entry_from_json(archived_json(lost))->archived == Archived::yes);
    }
}

TEST_CASE("a pending request without an id says null", "[entry][W7]") {
    engine::PendingRequest request{
        .template_name = "CorpMachine", .ca = {"h", "n"}, .submitted = kThen};
    const std::string text = to_json(request);
    CHECK(text.find("\"request_id\": null") != std::string::npos);
    REQUIRE(pending_from_json(text));
    CHECK_FALSE(pending_from_json(text)->request_id);
    request.request_id = 0;
    CHECK(pending_from_json(to_json(request))->request_id == 0U);
}

TEST_CASE("a pending renewal names what it replaces; files from before that say nothing",
          "[entry][N1]") {
    engine::PendingRequest request{.template_name = "CorpMachine", .submitted = kThen};
    request.predecessor = std::string(40, 'a');
    const std::string text = to_json(request);
    CHECK(pending_from_json(text)->predecessor == request.predecessor);
    const std::string older =
        without(text, ",\n  \"predecessor\": \"" + request.predecessor + "\"");
    REQUIRE(pending_from_json(older));
    CHECK(pending_from_json(older)->predecessor.empty());
    CHECK(pending_from_json(older)->template_name == "CorpMachine");
    std::string wrong = text;
    wrong.replace(wrong.find("\"" + request.predecessor), 42, "5");
    CHECK(pending_from_json(wrong).error().context.find("\"predecessor\"") != std::string::npos);
}

TEST_CASE("a name that is not UTF-8 is replaced, not refused", "[entry]") {
    engine::PendingRequest request{.template_name = "Corp\xFFMachine", .submitted = kThen};
    CHECK(pending_from_json(to_json(request))->template_name == "Corp\xEF\xBF\xBDMachine");
}

TEST_CASE("a damaged entry is an error that names the member", "[entry]") {
    const std::string good = to_json(engine::PendingRequest{.request_id = 7, .submitted = kThen});
    CHECK(pending_from_json(without(good, "\n")));
    struct Row {
        std::string text;
        const char* named;
    };
    for (const Row& row : {
             Row{"", "JSON object"},
             Row{"[]", "JSON object"},
             Row{good.substr(0, good.size() / 2), "JSON object"},
             Row{without(good, "  \"version\": 1,\n"), "\"version\""},
             Row{R"({"version": 2})", "version is not 1"},
             Row{R"({"version": "1"})", "\"version\""},
             Row{without(good, "  \"template\": \"\",\n"), "\"template\""},
             Row{R"({"version": 1, "template": 5})", "\"template\""},
             Row{without(good, "2026-06-01T"), "\"submitted\""},
         }) {
        const auto result = pending_from_json(row.text);
        INFO(row.text);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == kInvalidData);
        CHECK(result.error().context.find(row.named) != std::string::npos);
    }
    // 32 bits, boundary and one more.
    const auto with_id = [&](const char* id) {
        std::string text = good;
        return pending_from_json(text.replace(text.find(": 7"), 3, std::string(": ") + id));
    };
    CHECK(with_id("4294967295"));
    CHECK_FALSE(with_id("4294967296"));
    CHECK_FALSE(with_id("-1"));
    CHECK_FALSE(with_id("1.5"));
}

TEST_CASE("names of the layout are told apart exactly", "[entry]") {
    const std::string forty(40, 'a');
    CHECK(is_thumbprint(forty));
    CHECK_FALSE(is_thumbprint(forty + "a"));
    CHECK_FALSE(is_thumbprint(forty.substr(1)));
    CHECK_FALSE(is_thumbprint(std::string(39, 'a') + "A"));
    CHECK(is_key_id(std::string(32, '0')));
    CHECK_FALSE(is_key_id("../../../../../../../../../../etc"));
    CHECK(thumbprint_of_file(forty + ".pem") == forty);
    CHECK(thumbprint_of_file(forty).empty());
    CHECK(thumbprint_of_file("notes.pem").empty());
    CHECK(is_temporary(".tmp-0011"));
    CHECK_FALSE(is_temporary("tmp-0011"));
}

}  // namespace ae::stores
