#include "pki/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "pki/key_handle.h"

namespace skiff::pki {

namespace {

constexpr size_t kCoordinateBytes = 32;
constexpr size_t kPemBytesMax = 64 << 10;
constexpr int kRsaBitsMin = 2048, kRsaBitsMax = 8192;

using SigPtr = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;
using BnPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;

Result<KeyType> type_of(EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) == 256) return KeyType::EcP256;
    const int bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_is_a(key, "RSA") && bits >= kRsaBitsMin && bits <= kRsaBitsMax) return KeyType::Rsa;
    return error(Reason::Invalid, "the key is neither EC P-256 nor RSA of {} to {} bits", kRsaBitsMin, kRsaBitsMax);
}

int refuse_password(char*, int, int, void*) { return -1; }

// DER signature to r || s and back.
std::string to_raw(std::string_view der) {
    const auto* in = reinterpret_cast<const unsigned char*>(der.data());
    SigPtr sig(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
    if (!sig) return {};
    std::string out(2 * kCoordinateBytes, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    if (BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), bytes, kCoordinateBytes) < 0) return {};
    if (BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), bytes + kCoordinateBytes, kCoordinateBytes) < 0) return {};
    return out;
}

std::string to_der(std::string_view raw_signature) {
    if (raw_signature.size() != 2 * kCoordinateBytes) return {};
    const auto* bytes = reinterpret_cast<const unsigned char*>(raw_signature.data());
    BnPtr r(BN_bin2bn(bytes, kCoordinateBytes, nullptr)), s(BN_bin2bn(bytes + kCoordinateBytes, kCoordinateBytes, nullptr));
    SigPtr sig(ECDSA_SIG_new());
    if (ECDSA_SIG_set0(sig.get(), r.get(), s.get()) != 1) return {};
    (void)r.release();
    (void)s.release();
    unsigned char* out = nullptr;
    const int size = i2d_ECDSA_SIG(sig.get(), &out);
    if (size <= 0) return {};
    std::string der(reinterpret_cast<char*>(out), static_cast<size_t>(size));
    OPENSSL_free(out);
    return der;
}

std::string number(EVP_PKEY* key, const char* name, size_t pad_bytes) {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &value) != 1) return {};
    BnPtr owned(value);
    const size_t size = std::max(pad_bytes, static_cast<size_t>(BN_num_bytes(value)));
    std::string out(size, '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size));
    return out;
}

}  // namespace

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
    if (pem.size() > kPemBytesMax) return error(Reason::Invalid, "the PEM text is too long");
    KeyHandle key;
    if (pem.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
        X509Ptr certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
        if (certificate) key.reset(X509_get_pubkey(certificate.get()));
    } else if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
        key.reset(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, refuse_password, nullptr));
    } else {
        key.reset(PEM_read_bio_PUBKEY(reader(pem).get(), nullptr, nullptr, nullptr));
    }
    if (!key) return openssl_error("public key");
    PublicKey out;
    out.type_ = TRY(type_of(key.get()));
    out.handle_ = std::make_shared<Handle>(Handle{std::move(key)});
    return out;
}

std::string PublicKey::der() const {
    unsigned char* bytes = nullptr;
    const int size = i2d_PUBKEY(raw(*handle_), &bytes);
    if (size <= 0) return {};
    std::string out(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
    OPENSSL_free(bytes);
    return out;
}

std::string PublicKey::pem() const {
    BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(out.get(), raw(*handle_));
    return drain(out.get());
}

bool PublicKey::verify(std::string_view message, std::string_view signature) const {
    const std::string converted = type_ == KeyType::EcP256 ? to_der(signature) : std::string(signature);
    if (converted.empty()) return false;
    MdCtxPtr context(EVP_MD_CTX_new());
    const bool good = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, raw(*handle_)) == 1 &&
                      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(converted.data()), converted.size(),
                                       reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
    if (!good) ERR_clear_error();
    return good;
}

std::pair<std::string, std::string> PublicKey::numbers() const {
    EVP_PKEY* key = raw(*handle_);
    if (type_ == KeyType::Rsa) return {number(key, OSSL_PKEY_PARAM_RSA_N, 0), number(key, OSSL_PKEY_PARAM_RSA_E, 0)};
    return {number(key, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinateBytes), number(key, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinateBytes)};
}

Result<PrivateKey> PrivateKey::generate(KeyType type) {
    KeyHandle key(type == KeyType::Rsa ? EVP_RSA_gen(kRsaBitsMin) : EVP_EC_gen("P-256"));
    if (!key) return openssl_error("generate key");
    PrivateKey out;
    out.public_.type_ = type;
    out.public_.handle_ = std::make_shared<PublicKey::Handle>(PublicKey::Handle{std::move(key)});
    return out;
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    if (pem.size() > kPemBytesMax) return error(Reason::Invalid, "the PEM text is too long");
    KeyHandle key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, refuse_password, nullptr));
    if (!key) return openssl_error("private key");
    PrivateKey out;
    out.public_.type_ = TRY(type_of(key.get()));
    out.public_.handle_ = std::make_shared<PublicKey::Handle>(PublicKey::Handle{std::move(key)});
    return out;
}

std::string PrivateKey::pem() const {
    BioPtr out(BIO_new(BIO_s_secmem()));
    PEM_write_bio_PKCS8PrivateKey(out.get(), raw(handle()), nullptr, nullptr, 0, nullptr, nullptr);
    return drain(out.get());
}

Result<std::string> PrivateKey::sign(std::string_view message) const {
    MdCtxPtr context(EVP_MD_CTX_new());
    size_t size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(message.data());
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, raw(handle())) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, data, message.size()) != 1) {
        return openssl_error("sign");
    }
    std::string signature(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data, message.size()) != 1) {
        return openssl_error("sign");
    }
    signature.resize(size);
    return type() == KeyType::EcP256 ? to_raw(signature) : signature;
}

}  // namespace skiff::pki
