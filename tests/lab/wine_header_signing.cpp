// Completes Wine's Kerberos for tests of the Windows build: preloaded into Wine (LD_PRELOAD), never
// part of the product.
//
// Windows' EncryptMessage and DecryptMessage sign the buffers that the caller marks as read-only
// with checksum: with header signing those are an RPC packet's header and security trailer
// ([MS-RPCE] 3.3.1.5.2.2).  Wine's Kerberos claims the same (SECPKG_FLAG_READONLY_WITH_CHECKSUM)
// and passes over them without a word: it hands GSSAPI the stub between two empty parts.  The
// product insists on signed headers, so a CA refuses its packets.  This library stands below
// GSSAPI, sees the two empty parts, and puts in what they should have been: the octets around the
// stub, which lies inside its packet.  What it cannot prove is that Windows does the same.
#include <array>
#include <cstdint>
#include <cstring>

#include <dlfcn.h>
#include <krb5.h>

namespace {

constexpr std::size_t kHead = 24;  // of a request, response or fault, common header included
constexpr std::size_t kHeadWithObject = 40;
constexpr std::size_t kTrailer = 8;
constexpr std::uint8_t kObjectFlag = 0x80;

std::size_t u16(const std::uint8_t* at) { return at[0] | static_cast<std::size_t>(at[1]) << 8; }

// Whether a packet with a head of `head` octets starts before the stub and ends with a token.
bool packet_before(const std::uint8_t* stub, std::size_t stub_size, std::size_t head) {
    constexpr std::array<std::uint8_t, 4> little_endian = {0x10, 0, 0, 0};
    const std::uint8_t* packet = stub - head;
    const bool object = packet[2] == 0 && (packet[3] & kObjectFlag) != 0;
    return packet[0] == 5 && packet[1] == 0 && packet[2] <= 3 &&
           std::memcmp(packet + 4, little_endian.data(), little_endian.size()) == 0 &&
           object == (head == kHeadWithObject) &&
           u16(packet + 8) == head + stub_size + kTrailer + u16(packet + 10);
}

void sign_around(krb5_crypto_iov& before, const krb5_crypto_iov& stub, krb5_crypto_iov& after) {
    auto* octets = reinterpret_cast<std::uint8_t*>(stub.data.data);
    for (const std::size_t head : {kHead, kHeadWithObject}) {
        if (packet_before(octets, stub.data.length, head)) {
            before.data.data = stub.data.data - head;
            before.data.length = static_cast<unsigned>(head);
            after.data.data = stub.data.data + stub.data.length;
            after.data.length = kTrailer;
            return;
        }
    }
}

bool is_empty_signed(const krb5_crypto_iov& part) {
    return part.flags == KRB5_CRYPTO_TYPE_SIGN_ONLY && part.data.length == 0;
}

void complete(krb5_crypto_iov* parts, std::size_t count) {
    for (std::size_t at = 1; at + 1 < count; ++at) {
        if (parts[at].flags == KRB5_CRYPTO_TYPE_DATA && parts[at].data.length > 0 &&
            is_empty_signed(parts[at - 1]) && is_empty_signed(parts[at + 1])) {
            sign_around(parts[at - 1], parts[at], parts[at + 1]);
        }
    }
}

using Operation = krb5_error_code (*)(krb5_context, krb5_key, krb5_keyusage, const krb5_data*,
                                      krb5_crypto_iov*, std::size_t);

Operation original(const char* name) {
    static void* const library = ::dlopen("libk5crypto.so.3", RTLD_NOW);
    return library == nullptr ? nullptr : reinterpret_cast<Operation>(::dlsym(library, name));
}

}  // namespace

extern "C" {

krb5_error_code krb5_k_encrypt_iov(krb5_context context, krb5_key key, krb5_keyusage usage,
                                   const krb5_data* cipher_state, krb5_crypto_iov* data,
                                   std::size_t num_data) {
    static const Operation encrypt = original("krb5_k_encrypt_iov");
    complete(data, num_data);
    return encrypt == nullptr ? KRB5_CRYPTO_INTERNAL
                              : encrypt(context, key, usage, cipher_state, data, num_data);
}

krb5_error_code krb5_k_decrypt_iov(krb5_context context, krb5_key key, krb5_keyusage usage,
                                   const krb5_data* cipher_state, krb5_crypto_iov* data,
                                   std::size_t num_data) {
    static const Operation decrypt = original("krb5_k_decrypt_iov");
    complete(data, num_data);
    return decrypt == nullptr ? KRB5_CRYPTO_INTERNAL
                              : decrypt(context, key, usage, cipher_state, data, num_data);
}

}  // extern "C"
