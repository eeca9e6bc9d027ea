// The programs that the tests of the SCM front start:
//   scm_test_program service NAME [CODE]   a service; with CODE it fails with that result at once
//   scm_test_program host FILE [CODE]      plays a user's host: FILE says what it did, and
//                                          FILE.alive is there as long as it runs; with CODE it
//                                          ends with it at once
#include "engine/base/win32.h"
#include "service/host/supervisor.h"
#include "service/scm/service_front_scm.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace {

using namespace ae;
using namespace ae::service;

int serve(const std::string& name, const char* code) {
    Loop loop;
    ServiceFront front;
    front.name = name;
    front.run = [&]() -> Done {
        if (code != nullptr) {
            return fail(hresult(static_cast<std::uint32_t>(std::strtoul(code, nullptr, 16))),
                        "serve");
        }
        const auto work = boost::asio::make_work_guard(loop);
        const auto supervisor = make_supervisor(loop);
        boost::asio::post(loop, [&] { supervisor->ready(); });
        loop.run();
        supervisor->stopping();
        return done();
    };
    front.stop = [&] { loop.stop(); };
    front.clock_changed = [] {};
    front.session_changed = [](std::uint32_t, std::uint32_t) {};
    const auto starter = run_under_scm(front);
    if (starter && *starter == Starter::hand) {
        std::cout << "by hand\n";
        return 3;
    }
    return starter ? 0 : 1;
}

int play_host(const std::string& file, const char* code) {
    const UniqueFileHandle alive(::CreateFileW(wide(file + ".alive").c_str(), DELETE,
                                               FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                                               CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, nullptr));
    std::ofstream(file, std::ios::app) << "started ";
    if (code != nullptr) {
        return std::atoi(code);
    }
    while (std::cin.get() != std::char_traits<char>::eof()) {
    }
    std::ofstream(file, std::ios::app) << "stopped ";
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        return 2;
    }
    const char* code = argc > 3 ? argv[3] : nullptr;
    return std::string(argv[1]) == "service" ? serve(argv[2], code) : play_host(argv[2], code);
}
