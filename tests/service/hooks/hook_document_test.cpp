// What a hook is told, and what is kept of what it is still owed.
#include "service/hooks/hook_document.h"

#include "service/hooks/replacement.h"

#include "hook_sample.h"
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using test::sample_document;

engine::Enrolled enrolled(const std::string& replaced) {
    engine::Enrolled one;
    one.template_name = "CorpMachine";
    one.ca = {"ca1.corp.example.test", "Corp Issuing CA 1"};
    one.request_id = 17;
    one.replaced = replaced;
    one.where.thumbprint = "00112233445566778899aabbccddeeff00112233";
    one.where.path = "/var/lib/aeclient/machine/my/0011/cert.pem";
    one.where.live = "/var/lib/aeclient/machine/live/CorpMachine";
    one.facts.not_after = Time{std::chrono::seconds{1803902400}};  // 2027-03-01T12:00:00Z
    return one;
}

TEST_CASE("a hook is told of each certificate that the pulse brought, in their order", "[hooks]") {
    engine::PulseReport report;
    report.enrolled = {enrolled("ffeeddccbbaa99887766554433221100ffeeddcc"), enrolled("")};
    const auto documents = documents_of(report, engine::Scope::machine);
    REQUIRE(documents.size() == 2);
    CHECK(documents[0] == sample_document());
    CHECK(documents[1].event == "enrolled");
    CHECK(documents[1].replaced.empty());
}

TEST_CASE("a pulse that brought nothing tells no hook anything", "[hooks]") {
    CHECK(documents_of({}, engine::Scope::user).empty());
}

TEST_CASE("the document is one line of JSON with the members that docs/service.md lists",
          "[hooks]") {
    const std::string text = to_json(sample_document());
    CHECK(text.find('\n') == text.size() - 1);
    CHECK(nlohmann::json::parse(text) ==
          nlohmann::json{{"version", 1},
                         {"event", "renewed"},
                         {"context", "machine"},
                         {"template", "CorpMachine"},
                         {"ca", "ca1.corp.example.test\\Corp Issuing CA 1"},
                         {"request_id", 17},
                         {"thumbprint", "00112233445566778899aabbccddeeff00112233"},
                         {"replaced", "ffeeddccbbaa99887766554433221100ffeeddcc"},
                         {"path", "/var/lib/aeclient/machine/my/0011/cert.pem"},
                         {"live", "/var/lib/aeclient/machine/live/CorpMachine"},
                         {"not_after", "2027-03-01T12:00:00Z"}});
}

TEST_CASE("the document is ASCII, whatever the directory holds", "[hooks]") {
    HookDocument document = sample_document();
    document.template_name = "B\xC3\xBCro \xFF";
    const std::string text = to_json(document);
    CHECK(text.find("B\\u00fcro \\ufffd") != std::string::npos);
}

TEST_CASE("Windows is told of a renewal, and of nothing that is none", "[hooks][1001]") {
    HookDocument renewal{.event = "renewed",
                         .context = "machine",
                         .thumbprint = std::string(40, 'b'),
                         .replaced = std::string(40, 'A')};
    const std::string script = notify_script(renewal);
    CHECK(script.find("Get-Item -Force 'Cert:\\LocalMachine\\My\\" + renewal.replaced + "'") !=
          std::string::npos);
    CHECK(script.find("'Cert:\\LocalMachine\\My\\" + renewal.thumbprint + "'") !=
          std::string::npos);
    CHECK(script.find("-NotifyOnly") != std::string::npos);
    renewal.context = "user";
    CHECK(notify_script(renewal).find("Cert:\\CurrentUser\\My\\") != std::string::npos);
    SECTION("a new certificate") { renewal.event = "enrolled"; }
    SECTION("what is no thumbprint never reaches a script") {
        renewal.replaced = "'); Remove-Item C:\\ -Recurse; ('";
    }
    SECTION("nor one of another length") { renewal.thumbprint = std::string(38, 'b'); }
    CHECK(notify_script(renewal).empty());
}

TEST_CASE("what hooks are owed is read as it was written", "[hooks]") {
    const std::vector<OwedHook> owed{{"10-nginx", 3, sample_document()},
                                     {"20-cups", 0, sample_document()}};
    CHECK(owed_hooks_from_json(to_json(owed)) == owed);
    CHECK(owed_hooks_from_json(to_json(std::vector<OwedHook>{})) == std::vector<OwedHook>{});
}

TEST_CASE("what hooks were owed before there was a live folder is owed still", "[hooks]") {
    HookDocument before = sample_document();
    before.live.clear();
    std::string text = to_json(std::vector<OwedHook>{{"10-nginx", 3, before}});
    const std::string member = "\"live\":\"\",";
    REQUIRE(text.find(member) != std::string::npos);
    text.erase(text.find(member), member.size());
    CHECK(owed_hooks_from_json(text) == std::vector<OwedHook>{{"10-nginx", 3, before}});
}

TEST_CASE("a damaged list of what hooks are owed is told from an empty one", "[hooks]") {
    const std::string whole = to_json(std::vector<OwedHook>{{"10-nginx", 3, sample_document()}});
    for (const std::string& bad :
         {std::string(), whole.substr(0, whole.size() / 2), std::string("5"), std::string("[1]"),
          std::string(R"([{"hook":"a"}])"),
          std::string(R"([{"hook":1,"attempts":0,"document":{}}])"), std::string("\xFF\xFE"),
          std::string(100'000, '[')}) {
        CAPTURE(bad.substr(0, 40));
        CHECK(owed_hooks_from_json(bad) == std::nullopt);
    }
}

}  // namespace
}  // namespace ae::service
