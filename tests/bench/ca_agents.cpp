// Requests to the lab's CA, timed inside a process that has started and has its ticket.  Run inside
// the lab with KRB5CCNAME set (bench.sh).
//   ca_agents write FILE                 a request for CorpMachine, for other clients to send too
//   ca_agents once FILE COUNT            COUNT lines, from connect to certificate: seconds, and of
//                                        them the processor's for this process
//   ca_agents many FILE AGENTS COUNT     AGENTS at a time until COUNT: {"requests", "errors",
//   "seconds"}
#include "ca-client/ca_client.h"
#include "stores/crypto.h"
#include "stores/private_key_openssl.h"

#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>
#include <vector>

namespace ae {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};
constexpr auto kFormat = engine::EncodedRequest::Format::cmc;

int complain(const Error& error) {
    std::cerr << error.sentence() << '\n';
    return 1;
}

ca::CaClientOptions options() {
    return {.fallback = ca::Fallback::none, .machine_fqdn = "ws1.corp.example.test"};
}

// As it stands in the lab's directory.
engine::Template corp_machine() {
    engine::Template wanted;
    wanted.name = "CorpMachine";
    wanted.oid = "1.3.6.1.4.1.311.21.8.4711001.1202303.3404505.4606707.5808909.42.1.1";
    wanted.schema_version = 2;
    wanted.major_version = 100;
    wanted.minor_version = 1;
    wanted.key_usage = {0xA0, 0x00};
    wanted.critical_extensions = {"2.5.29.15"};
    return wanted;
}

int write_request(const char* file) {
    auto made = stores::generate_key({});
    if (!made) {
        return complain(made.error());
    }
    auto key = stores::make_private_key(std::move(*made), "bench");
    if (!key) {
        return complain(key.error());
    }
    const engine::Template wanted = corp_machine();
    const engine::Account account{.sam_account_name = "WS1$", .domain_dns = "corp.example.test"};
    const engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
    const auto crypto = stores::make_crypto();
    const auto request =
        ca::create_ca_client(options(), *crypto)
            ->build({.wanted = wanted, .account = account, .server = server, .key = **key});
    if (!request) {
        return complain(request.error());
    }
    if (request->format != kFormat) {
        std::cerr << "the request is of another form than this program sends\n";
        return 1;
    }
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(request->octets.data()),
               static_cast<std::streamsize>(request->octets.size()));
    return 0;
}

engine::EncodedRequest read_request(const char* file) {
    std::ifstream in(file, std::ios::binary);
    return {.format = kFormat, .octets = {std::istreambuf_iterator<char>(in), {}}};
}

// One agent's whole visit to the CA.
Done enroll(engine::Crypto& crypto, const engine::EncodedRequest& request) {
    const auto client = ca::create_ca_client(options(), crypto);
    auto reply = client->submit(kCa, request);
    if (!reply) {
        return pass(reply);
    }
    if (reply->disposition != engine::Disposition::issued || reply->certificate.empty()) {
        return fail(reply->code, "no certificate came: " + reply->message);
    }
    client->disconnect();
    return done();
}

int once(const engine::EncodedRequest& request, int count) {
    const auto crypto = stores::make_crypto();
    for (int number = 0; number < count; ++number) {
        const auto start = Clock::now();
        const std::clock_t processor = std::clock();
        if (auto enrolled = enroll(*crypto, request); !enrolled) {
            return complain(enrolled.error());
        }
        std::cout << Seconds(Clock::now() - start).count() << ' '
                  << static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC << '\n';
    }
    return 0;
}

int many(const engine::EncodedRequest& request, int agents, int count) {
    std::atomic<int> left = count;
    std::atomic<int> errors = 0;
    const auto start = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (int agent = 0; agent < agents; ++agent) {
            threads.emplace_back([&] {
                const auto crypto = stores::make_crypto();
                while (left-- > 0) {
                    if (auto enrolled = enroll(*crypto, request); !enrolled) {
                        ++errors;
                        complain(enrolled.error());
                    }
                }
            });
        }
    }
    std::cout << "{\"requests\": " << count << ", \"errors\": " << errors
              << ", \"seconds\": " << Seconds(Clock::now() - start).count() << "}\n";
    return errors == 0 ? 0 : 1;
}

int run(const std::vector<std::string>& words) {
    if (words.size() == 2 && words[0] == "write") {
        return write_request(words[1].c_str());
    }
    if (words.size() == 3 && words[0] == "once") {
        return once(read_request(words[1].c_str()), std::stoi(words[2]));
    }
    if (words.size() == 4 && words[0] == "many") {
        return many(read_request(words[1].c_str()), std::stoi(words[2]), std::stoi(words[3]));
    }
    std::cerr << "usage: ca_agents write FILE | once FILE COUNT | many FILE AGENTS COUNT\n";
    return 2;
}

}  // namespace
}  // namespace ae

int main(int argc, char** argv) { return ae::run({argv + 1, argv + argc}); }
