#include "pki/aead.h"

#include "base/random.h"
#include "pki/openssl_handles.h"

namespace skiff::pki {

namespace {

using CipherPtr = std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
int length(std::string_view text) { return static_cast<int>(text.size()); }

constexpr size_t kPlainMax = 256 << 20;   // lengths are ints in OpenSSL

}  // namespace

Status aead_seal(std::string_view key, std::string_view plain, std::string_view associated, std::string& out) {
    if (key.size() != kAeadKeyBytes || plain.size() > kPlainMax) return error(Reason::Invalid, "encrypt: bad key or too many bytes");
    const std::string nonce = random_bytes(kAeadNonceBytes);
    const size_t start = out.size();
    out.reserve(start + plain.size() + kAeadOverhead);
    out += nonce;
    out.resize(start + kAeadOverhead + plain.size());
    auto* target = reinterpret_cast<unsigned char*>(out.data() + start + kAeadNonceBytes);
    CipherPtr context(EVP_CIPHER_CTX_new());
    int size = 0;
    if (!context || EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce)) != 1 ||
        EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(associated), length(associated)) != 1 ||
        EVP_EncryptUpdate(context.get(), target, &size, bytes(plain), length(plain)) != 1 ||
        EVP_EncryptFinal_ex(context.get(), target + size, &size) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kAeadTagBytes, target + plain.size()) != 1)
        return openssl_error("encrypt");
    return {};
}

Result<std::string> aead_open(std::string_view key, std::string_view sealed, std::string_view associated) {
    if (key.size() != kAeadKeyBytes || sealed.size() < kAeadOverhead || sealed.size() > kPlainMax) return error(Reason::Invalid, "decrypt: not what was encrypted");
    const std::string_view body = sealed.substr(kAeadNonceBytes, sealed.size() - kAeadOverhead);
    std::string tag(sealed.substr(sealed.size() - kAeadTagBytes));
    std::string plain(body.size(), '\0');
    auto* target = reinterpret_cast<unsigned char*>(plain.data());
    CipherPtr context(EVP_CIPHER_CTX_new());
    int size = 0;
    if (!context || EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(sealed)) != 1 ||
        EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(associated), length(associated)) != 1 ||
        EVP_DecryptUpdate(context.get(), target, &size, bytes(body), length(body)) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kAeadTagBytes, tag.data()) != 1)
        return openssl_error("decrypt");
    if (EVP_DecryptFinal_ex(context.get(), target + size, &size) != 1) return error(Reason::Invalid, "decrypt: not what was encrypted");
    return plain;
}

}  // namespace skiff::pki
