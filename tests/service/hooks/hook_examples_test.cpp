// The examples of packaging/linux/hooks.d, run as hooks with stand-ins for what they call.
#include "service/hooks/hooks.h"

#include <cstdlib>

#include "hook_world.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

namespace fs = std::filesystem;
using test::HookWorld;
using test::read_text;
using test::sample_document;
using test::write_text;

const fs::path kExamples = fs::path(AE_SOURCE_DIR) / "packaging/linux/hooks.d";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    INFO("\"" << from << "\" is in the example");
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

struct ExampleWorld : HookWorld {
    fs::path fakes = temporary.path() / "bin";
    std::string calls = file("calls");

    ExampleWorld() {
        fs::create_directory(fakes);
        for (const char* name : {"systemctl", "nmcli"}) {
            fake(name, "echo " + std::string(name) + " \"$@\" >> " + calls);
        }
        fake("hostname", "echo ws1.corp.example.test");
    }
    void fake(const std::string& name, const std::string& script) const {
        write_text(fakes / name, "#!/bin/sh\n" + script + "\n");
        ::chmod((fakes / name).c_str(), 0755);
    }
    // As an administrator would install it; the stand-ins come first on its PATH.
    void install(const std::string& example) const {
        std::string text = read_text(kExamples / (example + ".example"));
        text = replaced(std::move(text), "#!/bin/sh\n",
                        "#!/bin/sh\nPATH=" + fakes.string() + ":$PATH\n");
        if (example == "30-cups") {
            text = replaced(std::move(text), "ssl=/etc/cups/ssl", "ssl=" + file("ssl"));
        }
        if (example == "40-haproxy") {
            text = replaced(std::move(text), "\nssl=/etc/haproxy/ssl", "\nssl=" + file("ssl"));
        }
        write_text(folder / example, text);
        ::chmod((folder / example).c_str(), 0755);
    }
    // Told of one certificate; what it said, and what it called.
    [[nodiscard]] std::string told(const HookDocument& document) const {
        for (const std::string& text : tell({document})) {
            CHECK(text.ends_with(": done"));
        }
        return fs::exists(calls) ? read_text(calls) : "";
    }
};

HookDocument document_for(const std::string& template_name, const std::string& live) {
    HookDocument document = sample_document();
    document.template_name = template_name;
    document.live = live;
    return document;
}

constexpr const char* kLive = "/var/lib/aeclient/machine/live/Workstation";

TEST_CASE("the examples of hooks are clean shell scripts", "[hooks][examples]") {
    for (const auto& item : fs::directory_iterator(kExamples)) {
        INFO(item.path());
        CHECK(item.path().extension() == ".example");
        CHECK(std::system(("shellcheck " + item.path().string()).c_str()) == 0);
    }
}

TEST_CASE("an example acts for its template", "[hooks][examples]") {
    struct Row {
        const char* example;
        const char* template_name;
        std::string calls;
    };
    for (const Row& row :
         {Row{"10-web-server", "WebServer", "systemctl try-reload-or-restart nginx.service\n"},
          Row{"20-network-manager-8021x", "Workstation",
              std::string("nmcli connection modify wired-8021x 802-1x.client-cert ") + kLive +
                  "/cert.pem 802-1x.private-key " + kLive +
                  "/key.pem 802-1x.private-key-password-flags 4\n"},
          Row{"21-wpa-supplicant-8021x", "Workstation",
              "systemctl kill --kill-who=main --signal=HUP "
              "wpa_supplicant-wired@eth0.service\n"}}) {
        INFO(row.example);
        const ExampleWorld world;
        world.install(row.example);
        CHECK(world.told(document_for("Other", kLive)).empty());
        CHECK(world.told(document_for(row.template_name, kLive)) == row.calls);
        CHECK(world.owed().empty());
    }
}

TEST_CASE("what an example calls and what fails is told again", "[hooks][examples]") {
    for (const char* example : {"10-web-server", "21-wpa-supplicant-8021x"}) {
        INFO(example);
        const ExampleWorld world;
        world.fake("systemctl", "echo \"Failed to connect to bus\" >&2; exit 1");
        world.install(example);
        const std::string name = example[0] == '1' ? "WebServer" : "Workstation";
        const auto said = world.tell({document_for(name, kLive)});
        REQUIRE(said.size() == 1);
        CHECK(said[0].find("Failed to connect to bus") != std::string::npos);
        CHECK(world.owed().size() == 1);
    }
}

TEST_CASE("CUPS gets a certificate and the key that belongs to it", "[hooks][examples]") {
    const ExampleWorld world;
    world.install("30-cups");
    const fs::path ssl = world.file("ssl");
    const fs::path entry = world.temporary.path() / "my";
    fs::create_directory(ssl);
    fs::create_directory(entry);
    write_text(entry / "fullchain.pem", "certificate, issuer");
    write_text(entry / "key.pem", "key");
    fs::create_directory_symlink("my", world.file("live"));
    CHECK(world.told(document_for("Other", world.file("live"))).empty());
    CHECK(fs::is_empty(ssl));
    CHECK(world.told(document_for("WebServer", world.file("live"))) ==
          "systemctl try-restart cups.service\n");
    CHECK(read_text(ssl / "ws1.corp.example.test.crt") == "certificate, issuer");
    CHECK(read_text(ssl / "ws1.corp.example.test.key") == "key");
    CHECK(std::distance(fs::directory_iterator(ssl), {}) == 2);
    CHECK((fs::status(ssl / "ws1.corp.example.test.key").permissions() & fs::perms::mask) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("HAProxy gets the chain and the key in one file, whole or not at all",
          "[hooks][examples]") {
    const ExampleWorld world;
    world.install("40-haproxy");
    const fs::path ssl = world.file("ssl");
    const fs::path entry = world.temporary.path() / "my";
    fs::create_directory(ssl);
    fs::create_directory(entry);
    write_text(entry / "fullchain.pem", "certificate, issuer\n");
    fs::create_directory_symlink("my", world.file("live"));
    const HookDocument document = document_for("WebServer", world.file("live"));
    SECTION("of its template") {
        write_text(entry / "key.pem", "key\n");
        CHECK(world.told(document_for("Other", world.file("live"))).empty());
        CHECK(fs::is_empty(ssl));
        CHECK(world.told(document) == "systemctl try-reload-or-restart haproxy.service\n");
        CHECK(read_text(ssl / "aeclient.pem") == "certificate, issuer\nkey\n");
        CHECK(std::distance(fs::directory_iterator(ssl), {}) == 1);
        CHECK((fs::status(ssl / "aeclient.pem").permissions() & fs::perms::mask) ==
              (fs::perms::owner_read | fs::perms::owner_write));
    }
    SECTION("and keeps the old one when the key cannot be read") {
        write_text(ssl / "aeclient.pem", "old");
        const auto said = world.tell({document});
        REQUIRE(said.size() == 1);
        CHECK(said[0].find("key.pem") != std::string::npos);
        CHECK(read_text(ssl / "aeclient.pem") == "old");
        CHECK_FALSE(fs::exists(world.calls));
        CHECK(world.owed().size() == 1);
    }
}

TEST_CASE("a certificate that is not the template's newest moves nobody's files",
          "[hooks][examples]") {
    for (const char* example : {"20-network-manager-8021x", "30-cups", "40-haproxy"}) {
        INFO(example);
        const ExampleWorld world;
        world.install(example);
        const std::string name = example[0] == '2' ? "Workstation" : "WebServer";
        CHECK(world.told(document_for(name, "")).empty());
        CHECK(world.owed().empty());
    }
}

}  // namespace
}  // namespace ae::service
