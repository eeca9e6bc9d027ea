// Prints one of the sample pages for chromium_test.py: troubled, well, hostile, empty, fleet.
#include "service/health_report/fleet_page.h"
#include "service/health_report/machine_page.h"
#include "tests/service/health_report/report_sample.h"

#include <iostream>
#include <string>

namespace {

std::string page_of(const std::string& name) {
    using namespace ae::service;
    using namespace ae::test;
    if (name == "troubled") {
        return machine_page(troubled());
    }
    if (name == "well") {
        return machine_page(well("ws2.corp.example.test"));
    }
    if (name == "hostile") {
        return machine_page(hostile());
    }
    if (name == "empty") {
        return machine_page({.context = "user", .made = kNow});
    }
    MachineReport off = well("ws3.corp.example.test");
    off.state = "disabled";
    MachineReport attention = well("ws4.corp.example.test");
    attention.findings.push_back(troubled().findings[5]);
    return fleet_page(fleet_of({{"a.json", well("ws2.corp.example.test")},
                                {"b.json", troubled()},
                                {"c.json", off},
                                {"d.json", attention},
                                {"e.json", hostile()}},
                               {{"ws9.json",
                                 "this is no report of `aeclient report --json`: line 1: "
                                 "it is no JSON from here on"}},
                               kNow),
                      kNow);
}

}  // namespace

int main(int argc, char** argv) {
    std::cout << page_of(argc > 1 ? argv[1] : "fleet");
    return std::cout ? 0 : 1;
}
