#include "pki/ca.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/random.h"
#include "pki/key_handle.h"

namespace skiff::pki {

namespace {

using BnPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;
using NamePtr = std::unique_ptr<X509_NAME, Free<X509_NAME_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

int64_t unix_seconds(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

NamePtr make_name(const Names& names) {
    NamePtr out(X509_NAME_new());
    auto add = [&](const char* field, const std::string& value) {
        return X509_NAME_add_entry_by_txt(out.get(), field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                          static_cast<int>(value.size()), -1, 0) == 1;
    };
    for (const std::string& organization : names.organizations) {
        if (!add("O", organization)) return nullptr;
    }
    if (!names.common_name.empty() && !add("CN", names.common_name)) return nullptr;
    return out;
}

// "DNS:a,IP:1.2.3.4" for OpenSSL's configuration syntax, in which a name with a comma would smuggle in another one.
Result<std::string> alternative_names(const Names& names) {
    std::string out;
    for (const std::string& name : names.dns) {
        if (name.empty() || name.find_first_of(",:;@ \t\r\n") != std::string::npos) {
            return error(Reason::Invalid, "\"{}\" is not a DNS name", name);
        }
        out += (out.empty() ? "DNS:" : ",DNS:") + name;
    }
    for (const std::string& ip : names.ips) {
        unsigned char bytes[16];
        if (inet_pton(AF_INET, ip.c_str(), bytes) != 1 && inet_pton(AF_INET6, ip.c_str(), bytes) != 1) {
            return error(Reason::Invalid, "\"{}\" is not an IP address", ip);
        }
        out += (out.empty() ? "IP:" : ",IP:") + ip;
    }
    return out;
}

Status add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) return openssl_error("certificate extension " + value);
    return {};
}

Status set_serial(X509* certificate) {
    std::string bytes = random_bytes(16);
    bytes[0] = static_cast<char>((bytes[0] & 0x7f) | 0x40);   // positive, and always of one length
    BnPtr number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
    if (!number || !BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate))) return openssl_error("serial number");
    return {};
}

void set_validity(X509* certificate, int64_t from_s, int64_t to_s) {
    ASN1_TIME_set(X509_getm_notBefore(certificate), from_s);
    ASN1_TIME_set(X509_getm_notAfter(certificate), to_s);
}

std::string to_pem(X509* certificate) {
    BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate);
    return drain(out.get());
}

Result<X509Ptr> read_certificate(std::string_view pem) {
    X509Ptr out(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
    if (!out) return openssl_error("CA certificate");
    return out;
}

}  // namespace

Result<CertificateAuthority> CertificateAuthority::create(const std::string& common_name, WallTime now, std::chrono::seconds validity) {
    CertificateAuthority ca;
    ca.key_ = TRY(PrivateKey::generate());
    X509Ptr certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    TRY(set_serial(certificate.get()));
    const int64_t now_s = unix_seconds(now);
    set_validity(certificate.get(), now_s - std::chrono::seconds(kBackdate).count(), now_s + validity.count());
    Names names;
    names.common_name = common_name;
    NamePtr name = make_name(names);
    if (!name) return openssl_error("CA name");
    X509_set_subject_name(certificate.get(), name.get());
    X509_set_issuer_name(certificate.get(), name.get());
    EVP_PKEY* key = raw(ca.key_.handle());
    X509_set_pubkey(certificate.get(), key);
    TRY(add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE"));
    TRY(add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,digitalSignature,keyEncipherment,keyCertSign"));
    TRY(add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash"));
    if (X509_sign(certificate.get(), key, EVP_sha256()) == 0) return openssl_error("sign CA");
    ca.certificate_pem_ = to_pem(certificate.get());
    return ca;
}

Result<CertificateAuthority> CertificateAuthority::load(std::string_view certificate_pem, std::string_view key_pem) {
    CertificateAuthority ca;
    ca.key_ = TRY(PrivateKey::from_pem(key_pem));
    X509Ptr certificate = TRY(read_certificate(certificate_pem));
    if (X509_check_private_key(certificate.get(), raw(ca.key_.handle())) != 1) return openssl_error("CA certificate and key");
    if (X509_check_ca(certificate.get()) != 1) return error(Reason::Invalid, "the certificate is not that of a CA");
    ca.certificate_pem_ = std::string(certificate_pem);
    return ca;
}

Result<std::string> CertificateAuthority::sign(std::string_view public_key_pem, const IssueOptions& options, WallTime now) const {
    const PublicKey subject_key = TRY(PublicKey::from_pem(public_key_pem));
    X509Ptr issuer = TRY(read_certificate(certificate_pem_));
    const CertificateInfo own = TRY(parse_certificate(certificate_pem_));
    X509Ptr certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    TRY(set_serial(certificate.get()));
    const int64_t now_s = unix_seconds(now);
    const int64_t from_s = std::max(now_s - options.backdate.count(), own.not_before_s);
    const int64_t to_s = std::min(now_s + options.validity.count(), own.not_after_s);
    if (to_s <= now_s) return error(Reason::Invalid, "the CA {} has expired", own.names.common_name);
    set_validity(certificate.get(), from_s, to_s);
    NamePtr name = make_name(options.names);
    if (!name) return openssl_error("certificate name");
    X509_set_subject_name(certificate.get(), name.get());
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
    X509_set_pubkey(certificate.get(), raw(subject_key.handle()));

    TRY(add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE"));
    const bool rsa = subject_key.type() == KeyType::Rsa;
    TRY(add_extension(certificate.get(), issuer.get(), NID_key_usage, rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature"));
    std::string usage = options.server_auth ? "serverAuth" : "";
    if (options.client_auth) usage += usage.empty() ? "clientAuth" : ",clientAuth";
    if (!usage.empty()) TRY(add_extension(certificate.get(), issuer.get(), NID_ext_key_usage, usage));
    TRY(add_extension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid"));
    const std::string alternatives = TRY(alternative_names(options.names));
    if (!alternatives.empty()) TRY(add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, alternatives));
    if (X509_sign(certificate.get(), raw(key_.handle()), EVP_sha256()) == 0) return openssl_error("sign certificate");
    return to_pem(certificate.get());
}

Result<KeyPair> CertificateAuthority::issue(const IssueOptions& options, WallTime now) const {
    const PrivateKey key = TRY(PrivateKey::generate());
    KeyPair out;
    out.certificate_pem = TRY(sign(key.public_key().pem(), options, now));
    out.key_pem = key.pem();
    return out;
}

Result<std::string> make_csr(const PrivateKey& key, const Names& names) {
    X509ReqPtr request(X509_REQ_new());
    NamePtr name = make_name(names);
    if (!name) return openssl_error("certificate request name");
    X509_REQ_set_version(request.get(), X509_REQ_VERSION_1);
    X509_REQ_set_subject_name(request.get(), name.get());
    X509_REQ_set_pubkey(request.get(), raw(key.handle()));
    const std::string alternatives = TRY(alternative_names(names));
    if (!alternatives.empty()) {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, nullptr, nullptr, request.get(), nullptr, 0);
        ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, alternatives.c_str()));
        if (!extension) return openssl_error("certificate request names");
        STACK_OF(X509_EXTENSION)* list = sk_X509_EXTENSION_new_null();
        sk_X509_EXTENSION_push(list, extension.get());
        X509_REQ_add_extensions(request.get(), list);
        sk_X509_EXTENSION_free(list);
    }
    if (X509_REQ_sign(request.get(), raw(key.handle()), EVP_sha256()) == 0) return openssl_error("sign certificate request");
    BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_REQ(out.get(), request.get());
    return drain(out.get());
}

}  // namespace skiff::pki
