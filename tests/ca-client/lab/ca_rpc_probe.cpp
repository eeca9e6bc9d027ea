// Asks a CA for a certificate over the transport rpc, with the tickets of the session that it runs
// in:  ca_rpc_probe ping|request negotiate|kerberos HOST "CA NAME"
// Prints one line of what came of it and ends with 0 when it was what was wanted.  Used by
// tests/lab/windows_rpc_lab_test.py under Wine; runs on Windows as it is.
#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "stores/crypto.h"
#include "tests/ca-client/lab/bcrypt_key.h"

#include <iostream>
#include <vector>

using namespace ae;
using namespace ae::ca;

namespace {

engine::Template corp_machine() {  // as tests/lab/ldif has it
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

Result<std::string> outcome(const engine::CaReply& reply, const engine::PrivateKey& key) {
    if (reply.disposition != engine::Disposition::issued) {
        return fail(reply.code, "request " + std::to_string(reply.request_id) + ": not issued");
    }
    const auto leaf = engine::parse_certificate(reply.certificate);
    if (!leaf || !equal(leaf->public_key_info, key.public_key_info())) {
        return fail(kInvalidData, "the certificate is not for the key");
    }
    return "issued " + std::to_string(reply.request_id) + ' ' + std::to_string(reply.chain.size());
}

Result<std::string> request(const CaClientOptions& options, const engine::CaRef& ca) {
    const auto crypto = stores::make_crypto();
    const auto client = create_ca_client(options, *crypto);
    const engine::Template wanted = corp_machine();
    const engine::Account account{.sam_account_name = "WS1$", .domain_dns = "corp.example.test"};
    const engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
    auto key = BcryptKey::create();
    if (!key) {
        return pass(key);
    }
    auto encoded =
        client->build({.wanted = wanted, .account = account, .server = server, .key = *key});
    if (!encoded) {
        return pass(encoded);
    }
    auto reply = client->submit(ca, *encoded);
    return reply ? outcome(*reply, *key) : pass(reply);
}

Result<std::string> ping(const CaClientOptions& options, const engine::CaRef& ca) {
    return ping_ca(options, ca).map([](auto) { return std::string("alive"); });
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv, argv + argc);
    if (words.size() != 5) {
        std::cerr << "ca_rpc_probe ping|request negotiate|kerberos HOST NAME\n";
        return 2;
    }
    const CaClientOptions options{
        .transport = Transport::dcom,
        .machine_fqdn = "ws1.corp.example.test",
        .mechanism = words[2] == "kerberos" ? Mechanism::kerberos : Mechanism::spnego,
        .timeouts = {.connect = std::chrono::seconds(5)}};
    const engine::CaRef ca{words[3], words[4]};
    const auto result = words[1] == "ping" ? ping(options, ca) : request(options, ca);
    std::cout << (result ? *result : result.error().sentence()) << std::endl;
    return result ? 0 : 1;
}
