// Owners of the C handles that several files of the lab CA use: file descriptors and OpenSSL
// objects.
#pragma once

#include <memory>
#include <utility>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <unistd.h>

namespace ae::labca {

class UniqueFd {
  public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using UniqueKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using UniqueX509 = std::unique_ptr<X509, FreeWith<X509_free>>;
using UniqueName = std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>>;
using UniqueCrl = std::unique_ptr<X509_CRL, FreeWith<X509_CRL_free>>;
using UniqueDigest = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;

}  // namespace ae::labca
