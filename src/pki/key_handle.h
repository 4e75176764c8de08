// The OpenSSL key behind PrivateKey and PublicKey, for pki's own files.
#pragma once

#include "pki/key.h"
#include "pki/openssl_handles.h"

namespace skiff::pki {

struct PublicKey::Handle {
    KeyHandle key;
};

inline EVP_PKEY* raw(const PublicKey::Handle& handle) { return handle.key.get(); }

}  // namespace skiff::pki
