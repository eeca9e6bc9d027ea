// RSA with plain numbers, so that a test can undo what the system's cryptography did, on any
// platform.  Not for secrets: nothing is wiped and nothing takes constant time.
#pragma once

#include "engine/base/bytes.h"

#include <boost/multiprecision/cpp_int.hpp>

namespace ae::test {

using Number = boost::multiprecision::cpp_int;

inline Number number_of(ByteView big_endian) {
    Number number;
    boost::multiprecision::import_bits(number, big_endian.begin(), big_endian.end());
    return number;
}

inline Number little_endian(ByteView octets) {
    const Bytes reversed(octets.rbegin(), octets.rend());
    return number_of(reversed);
}

inline Bytes octets_of(const Number& number, std::size_t size) {
    Bytes octets;
    boost::multiprecision::export_bits(number, std::back_inserter(octets), 8);
    octets.insert(octets.begin(), size - octets.size(), 0);
    return octets;
}

// x^exponent mod modulus
inline Number power(const Number& x, const Number& exponent, const Number& modulus) {
    return boost::multiprecision::powm(x, exponent, modulus);
}

}  // namespace ae::test
