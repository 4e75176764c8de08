// Owners of OpenSSL objects, and its last error as text. Internal to pki.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::pki {

template <auto free_function>
struct Free {
    template <typename T>
    void operator()(T* pointer) const { free_function(pointer); }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using X509ReqPtr = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;

BioPtr reader(std::string_view bytes);        // the bytes must live as long as the reader
std::string drain(BIO* bio);
// Clears the thread's error queue.
Status openssl_error(std::string_view what);

}  // namespace skiff::pki
