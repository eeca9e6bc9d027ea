#include "policy/extended_name.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::policy;

TEST_CASE("an extended name carries GUID and SID in front of the name",
          "[extended-name][MS-ADTS:3.1.1.3.4.1.5]") {
    const auto name = parse_extended_name(
        "<GUID=a5e9bf57-71c6-443a-b7fc-79efa6f73ebd>;<SID=S-1-5-21-1-2-3>;DC=corp,DC=test");
    CHECK(name.guid == Guid::parse("{A5E9BF57-71C6-443A-B7FC-79EFA6F73EBD}"));
    CHECK(name.sid == Sid::parse("S-1-5-21-1-2-3"));
    CHECK(name.dn == "DC=corp,DC=test");
}

TEST_CASE("what is not there or not readable is absent", "[extended-name]") {
    const auto plain = parse_extended_name("DC=corp,DC=test");
    CHECK_FALSE(plain.guid);
    CHECK_FALSE(plain.sid);
    CHECK(plain.dn == "DC=corp,DC=test");

    const auto partition = parse_extended_name(
        "<GUID=a5e9bf57-71c6-443a-b7fc-79efa6f73ebd>;CN=Configuration,DC=corp,DC=test");
    CHECK(partition.guid);
    CHECK_FALSE(partition.sid);

    const auto hex = parse_extended_name("<GUID=57bfe9a5>;<SID=0105>;<X>;DC=corp");
    CHECK_FALSE(hex.guid);
    CHECK_FALSE(hex.sid);
    CHECK(hex.dn == "DC=corp");

    CHECK(parse_extended_name("<GUID=1").dn == "<GUID=1");
    CHECK(parse_extended_name("").dn.empty());
}
