// Who is asked for what a certificate names, and how often.
#include "policy/url_source.h"

#include "engine/base/hresult_table.h"
#include "tests/policy/support.h"

#include <deque>

#include <catch2/catch.hpp>

namespace ae::policy {
namespace {

using test::bytes;

constexpr const char* kWeb = "http://pki.corp.example.test/ca.crl";
constexpr const char* kDirectoryUrl =
    "ldap://elsewhere.example.test/CN=CDP?certificateRevocationList";

// Answers in the order that a test put them in; asked beyond that, the test fails.
struct World {
    std::deque<Result<HttpAnswer>> web{};
    std::deque<Result<SearchAnswer>> directory{};
    std::vector<HttpRequest> web_asked{};
    std::vector<LdapUrl> directory_asked{};
    std::vector<std::chrono::milliseconds> time_left{};
    std::unique_ptr<engine::UrlSource> source{};

    World() {
        UrlSourceOptions options;
        options.look_up = [this](const LdapUrl& url) {
            directory_asked.push_back(url);
            return next(directory);
        };
        options.exchange = [this](const HttpRequest& request, const HttpLimits& limits) {
            web_asked.push_back(request);
            time_left.push_back(limits.time);
            CHECK(limits.octets == 10 * 1024 * 1024);
            return next(web);
        };
        source = create_url_source(std::move(options));
    }

    template <class T>
    static T next(std::deque<T>& answers) {
        REQUIRE_FALSE(answers.empty());
        T answer = std::move(answers.front());
        answers.pop_front();
        return answer;
    }
};

HttpAnswer redirect_to(const std::string& location, int status = 302) {
    return {.status = status, .location = location};
}
SearchAnswer entry_with(const std::string& attribute, std::vector<Bytes> values) {
    LdapEntry entry{"CN=CDP", {}};
    entry.attributes[attribute] = std::move(values);
    return {.entries = {entry}};
}

TEST_CASE("http is fetched from the web and ldap from the bound directory", "[url-source]") {
    World world;
    world.web.emplace_back(HttpAnswer{.status = 200, .content = bytes("web")});
    world.directory.emplace_back(entry_with("certificateRevocationList", {bytes("list")}));
    CHECK(world.source->get(kWeb).value() == bytes("web"));
    CHECK(world.source->get(kDirectoryUrl).value() == bytes("list"));
    REQUIRE(world.directory_asked.size() == 1);
    CHECK(world.directory_asked[0].dn == "CN=CDP");
    CHECK(world.time_left.at(0) == std::chrono::seconds(5));
}

TEST_CASE("other schemes are refused without a question", "[url-source]") {
    World world;
    const std::string url =
        GENERATE(as<std::string>(), "file:///etc/passwd", "ftp://x/y", "ldaps:///CN=x", "", "x");
    const auto content = world.source->get(url);
    REQUIRE_FALSE(content);
    CHECK(content.error().code == kNotSupported);
}

TEST_CASE("three redirects are followed and a fourth is not", "[url-source]") {
    const int redirects = GENERATE(3, 4);
    World world;
    for (int i = 0; i < redirects; ++i) {
        world.web.emplace_back(redirect_to("/" + std::to_string(i)));
    }
    world.web.emplace_back(HttpAnswer{.status = 200, .content = bytes("web")});
    const auto content = world.source->get(kWeb);
    CHECK(content.has_value() == (redirects == 3));
    CHECK(world.web_asked.size() == 4);
    CHECK(world.web_asked[1].url == "http://pki.corp.example.test/0");
    CHECK(world.time_left[3] <= world.time_left[0]);
}

TEST_CASE("a redirect to another scheme asks nobody", "[url-source]") {
    World world;
    world.web.emplace_back(redirect_to(GENERATE(as<std::string>(), "file:///etc/shadow",
                                                "ldap:///CN=x?cACertificate", "https://x/", "")));
    CHECK_FALSE(world.source->get(kWeb));
    CHECK(world.web_asked.size() == 1);
    CHECK(world.directory_asked.empty());
}

TEST_CASE("a POST is sent as it is and follows no redirect", "[url-source][RFC6960:A.1]") {
    World world;
    world.web.emplace_back(HttpAnswer{.status = 200, .content = bytes("good")});
    world.web.emplace_back(redirect_to("/other", 307));
    const auto ask = [&](const char* url) {
        return world.source->post(url, "application/ocsp-request", bytes("who"));
    };
    CHECK(ask(kWeb).value() == bytes("good"));
    CHECK(world.web_asked.at(0).content == bytes("who"));
    CHECK(world.web_asked.at(0).media_type == "application/ocsp-request");
    CHECK_FALSE(ask(kWeb));
    CHECK(world.web_asked.size() == 2);
    CHECK(ask(kDirectoryUrl).error().code == kNotSupported);
    CHECK(world.directory_asked.empty());
}

TEST_CASE("the status says why there is nothing", "[url-source]") {
    struct Row {
        int status;
        Hresult code;
    };
    const auto row = GENERATE(values<Row>({{404, kFileNotFound},
                                           {410, kFileNotFound},
                                           {403, kAccessDenied},
                                           {401, kAccessDenied},
                                           {204, kProtocolError},
                                           {206, kProtocolError},
                                           {500, kProtocolError},
                                           {503, kProtocolError}}));
    World world;
    world.web.emplace_back(HttpAnswer{.status = row.status, .content = bytes("page")});
    const auto content = world.source->get(kWeb);
    CAPTURE(row.status);
    REQUIRE_FALSE(content);
    CHECK(content.error().code == row.code);
    CHECK(content.error().context.find(std::to_string(row.status)) != std::string::npos);
}

TEST_CASE("an entry without a value has nothing published", "[url-source][K4]") {
    World world;
    world.directory.emplace_back(
        GENERATE(SearchAnswer{}, entry_with("cn", {bytes("CDP")}),
                 entry_with("certificateRevocationList", {Bytes{0}}),
                 entry_with("certificateRevocationListX", {bytes("list")})));
    CHECK(world.source->get(kDirectoryUrl).error().code == kFileNotFound);
}

TEST_CASE("the binary option changes nothing", "[url-source][RFC4522]") {
    World world;
    world.directory.emplace_back(
        entry_with("certificaterevocationlist;binary", {Bytes{0}, bytes("list")}));
    CHECK(world.source->get(kDirectoryUrl).value() == bytes("list"));
}

TEST_CASE("a list of 10 MiB in the directory is taken and one octet more is not", "[url-source]") {
    constexpr std::size_t kMost = 10 * 1024 * 1024;
    World world;
    world.directory.emplace_back(entry_with("certificateRevocationList", {Bytes(kMost, 1)}));
    world.directory.emplace_back(entry_with("certificateRevocationList", {Bytes(kMost + 1, 1)}));
    CHECK(world.source->get(kDirectoryUrl));
    CHECK(world.source->get(kDirectoryUrl).error().code == kInvalidData);
}

TEST_CASE("a directory that does not answer is asked once", "[url-source]") {
    World world;
    world.directory.emplace_back(fail(GENERATE(kTimeout, kServerUnavailable), "silent"));
    CHECK_FALSE(world.source->get(kDirectoryUrl));
    CHECK_FALSE(world.source->get(kDirectoryUrl));
    CHECK(world.directory_asked.size() == 1);
}

TEST_CASE("an entry that is not there does not make the directory silent", "[url-source]") {
    World world;
    world.directory.emplace_back(fail(kFileNotFound, "no such entry"));
    world.directory.emplace_back(entry_with("certificateRevocationList", {bytes("list")}));
    CHECK(world.source->get(kDirectoryUrl).error().code == kFileNotFound);
    CHECK(world.source->get(kDirectoryUrl));
}

TEST_CASE("without a directory an LDAP URL is answered by nobody", "[url-source]") {
    const auto source = create_url_source({});
    CHECK(source->get(kDirectoryUrl).error().code == kNotSupported);
}

}  // namespace
}  // namespace ae::policy
