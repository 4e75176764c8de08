// Private and public keys: EC P-256 (what skiff makes) and RSA (what users bring). Cheap to copy; const methods from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::pki {

enum class KeyType { EcP256, Rsa };

class PublicKey {
public:
    // A public key, a certificate or a private key in PEM.
    static Result<PublicKey> from_pem(std::string_view pem);
    KeyType type() const { return type_; }
    std::string der() const;      // SubjectPublicKeyInfo
    std::string pem() const;
    // SHA-256 over message; the signature is r || s (64 bytes) for EC, PKCS#1 v1.5 for RSA, as JWS has them.
    bool verify(std::string_view message, std::string_view signature) const;
    // The numbers of a JWK, big-endian: EC x and y (32 bytes each), RSA n and e.
    std::pair<std::string, std::string> numbers() const;

    struct Handle;
    const Handle& handle() const { return *handle_; }

private:
    friend class PrivateKey;
    std::shared_ptr<const Handle> handle_;
    KeyType type_ = KeyType::EcP256;
};

class PrivateKey {
public:
    static Result<PrivateKey> generate(KeyType type = KeyType::EcP256);   // RSA has 2048 bits
    static Result<PrivateKey> from_pem(std::string_view pem);             // PKCS#8, SEC1 or PKCS#1; unencrypted
    KeyType type() const { return public_.type(); }
    std::string pem() const;      // PKCS#8
    const PublicKey& public_key() const { return public_; }
    Result<std::string> sign(std::string_view message) const;             // form as PublicKey::verify
    const PublicKey::Handle& handle() const { return public_.handle(); }

private:
    PublicKey public_;
};

}  // namespace skiff::pki
