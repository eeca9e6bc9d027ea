#include "engine/base/der.h"
#include "engine/base/text.h"

#include <limits>
#include <random>

#include <catch2/catch.hpp>

namespace ae::der {
namespace {

constexpr int kRounds = 2000;

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t up_to(std::uint64_t most) {
        return std::uniform_int_distribution<std::uint64_t>(0, most)(engine_);
    }
    // As often small as large, so that each encoded size is met.
    std::uint64_t any_size() { return engine_() >> up_to(63); }
    Bytes octets(std::size_t most) {
        Bytes bytes(up_to(most));
        for (std::uint8_t& octet : bytes) {
            octet = static_cast<std::uint8_t>(engine_());
        }
        return bytes;
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace

TEST_CASE("whatever is written is read back", "[der]") {
    Random random(20261121);
    for (int round = 0; round < kRounds; ++round) {
        const auto number =
            static_cast<std::int64_t>(random.any_size()) * (random.up_to(1) == 0 ? 1 : -1);
        const Bytes blob = random.octets(300);
        std::string dotted = std::to_string(random.up_to(2));
        dotted += '.' + std::to_string(random.up_to(39));
        for (std::uint64_t arcs = random.up_to(8); arcs > 0; --arcs) {
            dotted += '.' + std::to_string(random.any_size());
        }
        const Bytes whole = sequence({integer(number), octet_string(blob), oid(dotted),
                                      bit_string(blob), integer_from_unsigned(blob)});
        CAPTURE(round, number, dotted, to_hex(whole));

        Reader outer(whole);
        auto inner = outer.enter(Tag::sequence);
        REQUIRE(inner);
        REQUIRE(outer.finish());
        CHECK(read_integer(inner->expect(Tag::integer)->content).value() == number);
        CHECK(equal(inner->expect(Tag::octet_string)->content, blob));
        CHECK(inner->next_oid().value() == dotted);
        CHECK(equal(read_bit_string(inner->expect(Tag::bit_string)->content).value(), blob));
        CHECK(inner->expect(Tag::integer)->content.size() <= blob.size() + 1);
        CHECK(inner->finish());
    }
}

TEST_CASE("text survives the way through a BMPString", "[der]") {
    Random random(7);
    for (int round = 0; round < kRounds; ++round) {
        Bytes units = random.octets(40);
        units.resize(units.size() & ~std::size_t{1});
        const std::string text = utf8_from_utf16le(units).value();
        const Bytes element = bmp_string(text);
        CAPTURE(round, to_hex(units));
        CHECK(read_string(Reader(element).expect(Tag::bmp_string).value()).value() == text);
    }
}

TEST_CASE("an element that is accepted is the only encoding of what it says", "[der]") {
    Random random(42);
    int accepted = 0;
    for (int round = 0; round < 200 * kRounds; ++round) {
        Bytes content = random.octets(4);
        const auto element = write(Tag::integer, content);
        if (const auto value = read_integer(content)) {
            ++accepted;
            REQUIRE(integer(*value) == element);
        }
        if (const auto dotted = read_oid(content)) {
            ++accepted;
            REQUIRE(oid(*dotted) == write(Tag::oid, content));
        }
        const Bytes noise = random.octets(6);
        Reader reader(noise);
        if (const auto any = reader.any()) {
            ++accepted;
            REQUIRE(equal(write(any->tag, any->content), any->whole));
            REQUIRE(any->whole.size() + reader.rest().size() == noise.size());
        }
    }
    CHECK(accepted > 10000);
}

}  // namespace ae::der
