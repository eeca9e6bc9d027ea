// What a CA that says nothing, or only little by little, can cost the client: its deadlines, no
// more.  They are minutes in the product and seconds here.  tests/lab/hostile_lab_test.py has what
// needs no waiting.  Runs inside the lab (tests/lab) as WS1; AE_LABCA names the CA's program.
#include "ca-client/ca_client.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/lab/lab_ca.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace ae;
using namespace ae::ca;
using namespace ae::ca::test;
using namespace std::chrono_literals;
using engine::Disposition;
using Clock = std::chrono::steady_clock;

namespace {

const engine::CaRef kCa{"ca1.corp.example.test", "Corp Issuing CA 1"};

constexpr Timeouts kShort{.connect = 2s, .leg = 2s, .call = 2s, .request = 2s};
// A whole enrollment takes far less than a second; on a busy machine this much more than a deadline
// is still no second deadline.
constexpr auto kSlack = 1500ms;

struct Ended {
    Result<engine::CaReply> reply;
    std::chrono::milliseconds took{};
};

class Member {
  public:
    explicit Member(std::stop_token stop = {}) {
        run("kinit -k -c " + cache_ + " 'WS1$'");
        client_ = create_ca_client({.transport = Transport::dcom,
                                    .fallback = Fallback::none,
                                    .credential_cache = cache_,
                                    .machine_fqdn = "ws1.corp.example.test",
                                    .timeouts = kShort,
                                    .stop = std::move(stop)},
                                   crypto_);
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    ~Member() {
        client_.reset();
        std::error_code ignored;
        std::filesystem::remove(ticket_file_, ignored);
    }

    Ended submit() {
        const engine::Template wanted = corp_machine();
        const engine::Account account{.sam_account_name = "WS1$",
                                      .domain_dns = "corp.example.test"};
        const engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
        const auto request =
            client_->build({.wanted = wanted, .account = account, .server = server, .key = key_});
        if (!request) {
            FAIL(request.error().sentence());
        }
        return timed([&] { return client_->submit(kCa, *request); });
    }
    Ended retrieve(std::uint32_t id) {
        return timed([&] { return client_->retrieve(kCa, id); });
    }

  private:
    static engine::Template corp_machine() {  // as tests/lab/ldif has it
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

    template <class Work>
    static Ended timed(Work work) {
        const auto start = Clock::now();
        auto reply = work();
        return {std::move(reply),
                std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start)};
    }

    std::string ticket_file_ = "/tmp/ae-lab-hostile-" + std::to_string(::getpid());
    std::string cache_ = "FILE:" + ticket_file_;
    OpensslCrypto crypto_{};
    OpensslKey key_{engine::KeyAlgorithm::rsa};
    std::unique_ptr<engine::CaClient> client_{};
};

void check_failed(const Ended& ended, Hresult code, const std::string& step) {
    REQUIRE_FALSE(ended.reply);
    const std::string sentence = ended.reply.error().sentence();
    INFO(sentence);
    CHECK(to_hex(ended.reply.error().code) == to_hex(code));
    CHECK(sentence.find(step) != std::string::npos);
}

}  // namespace

TEST_CASE("a CA that says nothing costs one deadline and no second one",
          "[lab][hostile][deadline]") {
    struct Case {
        const char* settings;
        Hresult code;
        const char* step;
    };
    for (const Case& row : {
             // W7: it may have acted.
             Case{"silent=on", kCallFailed, "timed out"},
             Case{"drip=100", kCallFailed, "timed out"},
             Case{"tcp-bytes=20 drip=40 tiny-fragments=on", kCallFailed, "timed out"},
             // Nothing was asked yet.
             Case{"silent=bind", kServerUnavailable, "timed out"},
             Case{"silent=bind on-activation=on", kServerUnavailable, "activate on"},
             Case{"silent=on on-activation=on", kServerUnavailable, "activate on"},
             Case{"drip=100 on-activation=on", kServerUnavailable, "activate on"},
         }) {
        CAPTURE(row.settings);
        Member member;
        const Misbehaviour hostile(row.settings);
        const Ended ended = member.submit();
        check_failed(ended, row.code, row.step);
        CHECK(ended.took >= 1900ms);
        CHECK(ended.took < 2s + kSlack);
    }
}

TEST_CASE("a drip that is faster than the deadline is waited for", "[lab][hostile][deadline]") {
    Member member;
    const Misbehaviour hostile("tcp-bytes=100 drip=5");
    const Ended ended = member.submit();
    if (!ended.reply) {
        FAIL(ended.reply.error().sentence());
    }
    CHECK(ended.reply->disposition == Disposition::issued);
}

TEST_CASE("a retrieval that is not answered is no harm, and is called unavailable",
          "[lab][hostile][retrieve][MS-WCCE:3.1.1.4.3.7]") {
    Member member;
    std::uint32_t id = 0;
    {
        const Misbehaviour pend("pend=on");
        const Ended sent = member.submit();
        REQUIRE(sent.reply);
        REQUIRE(sent.reply->disposition == Disposition::pending);
        id = sent.reply->request_id;
    }
    {
        const Misbehaviour hostile("silent=on");
        const Ended ended = member.retrieve(id);
        check_failed(ended, kServerUnavailable, "retrieve request " + std::to_string(id));
        CHECK(ended.took < 2s + kSlack);
    }
    control("approve " + std::to_string(id));
    const Ended fetched = member.retrieve(id);
    REQUIRE(fetched.reply);
    CHECK(fetched.reply->disposition == Disposition::issued);
}

TEST_CASE("whoever asks it to stop is not kept waiting", "[lab][hostile][stop]") {
    struct Case {
        const char* settings;
        Hresult code;
        std::chrono::milliseconds longest;
    };
    // W7 holds for the impatient too: what went out may have acted, and is waited for a little.
    for (const Case& row : {Case{"silent=on", kCallFailed, kShort.request},
                            Case{"drip=100", kCallFailed, kShort.request},
                            Case{"silent=bind", kOperationAborted, 400ms},
                            Case{"silent=on on-activation=on", kOperationAborted, 400ms}}) {
        CAPTURE(row.settings);
        std::stop_source stop;
        Member member(stop.get_token());
        const Misbehaviour hostile(row.settings);
        std::jthread impatient([&] {
            std::this_thread::sleep_for(400ms);
            stop.request_stop();
        });
        const Ended ended = member.submit();
        REQUIRE_FALSE(ended.reply);
        INFO(ended.reply.error().sentence());
        CHECK(to_hex(ended.reply.error().code) == to_hex(row.code));
        CHECK(ended.took < row.longest + kSlack);
    }
}

TEST_CASE("after each of them the same key gets its certificate", "[lab][hostile]") {
    Member member;
    {
        const Misbehaviour hostile("silent=on");
        CHECK_FALSE(member.submit().reply);
    }
    const Ended again = member.submit();
    REQUIRE(again.reply);
    CHECK(again.reply->disposition == Disposition::issued);
}
