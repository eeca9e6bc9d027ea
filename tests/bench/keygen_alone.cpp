// Makes the keys of the lab's first pulse and nothing else: what a first pulse is compared with.
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

int main() {
    EVP_PKEY* rsa = EVP_RSA_gen(2048);
    EVP_PKEY* ec = EVP_EC_gen("P-256");
    const bool made = rsa != nullptr && ec != nullptr;
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(ec);
    return made ? 0 : 1;
}
