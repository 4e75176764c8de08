#include "pki/certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "base/encoding.h"
#include "pki/openssl_handles.h"

namespace skiff::pki {

namespace {

constexpr size_t kBundleBytesMax = 4 << 20;
constexpr size_t kCsrBytesMax = 256 << 10;

using NamesPtr = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using ExtensionsPtr = std::unique_ptr<STACK_OF(X509_EXTENSION), decltype([](STACK_OF(X509_EXTENSION) * s) { sk_X509_EXTENSION_pop_free(s, X509_EXTENSION_free); })>;
using ChainPtr = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * s) { sk_X509_pop_free(s, X509_free); })>;
using StorePtr = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>>;
using BnPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;

std::string text_of(const ASN1_STRING* string) {
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, string);
    if (size < 0) return {};
    std::string out(reinterpret_cast<char*>(text), static_cast<size_t>(size));
    OPENSSL_free(text);
    return out;
}

std::vector<std::string> entries(const X509_NAME* name, int nid) {
    std::vector<std::string> out;
    for (int i = -1; (i = X509_NAME_get_index_by_NID(name, nid, i)) >= 0;) {
        out.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i))));
    }
    return out;
}

std::string common_name(const X509_NAME* name) {
    auto all = entries(name, NID_commonName);
    return all.empty() ? std::string() : std::move(all.back());
}

void add_alternative_names(const GENERAL_NAMES* list, Names& out) {
    for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
        if (name->type == GEN_DNS) out.dns.push_back(text_of(name->d.dNSName));
        if (name->type != GEN_IPADD) continue;
        const ASN1_OCTET_STRING* bytes = name->d.iPAddress;
        char text[INET6_ADDRSTRLEN] = "";
        const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
        if (ASN1_STRING_length(bytes) != 4 && ASN1_STRING_length(bytes) != 16) continue;
        out.ips.emplace_back(inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text));
    }
}

int64_t seconds(const ASN1_TIME* time) {
    tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

CertificateInfo describe(X509* certificate) {
    CertificateInfo out;
    out.names.common_name = common_name(X509_get_subject_name(certificate));
    out.names.organizations = entries(X509_get_subject_name(certificate), NID_organizationName);
    out.issuer_common_name = common_name(X509_get_issuer_name(certificate));
    NamesPtr names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (names) add_alternative_names(names.get(), out.names);
    BnPtr serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    std::string bytes(static_cast<size_t>(BN_num_bytes(serial.get())), '\0');
    BN_bn2bin(serial.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    out.serial_hex = hex_encode(bytes);
    out.not_before_s = seconds(X509_get0_notBefore(certificate));
    out.not_after_s = seconds(X509_get0_notAfter(certificate));
    out.is_ca = X509_check_ca(certificate) == 1;
    const uint32_t usage = X509_get_extended_key_usage(certificate);
    out.server_auth = usage == UINT32_MAX || (usage & XKU_SSL_SERVER) != 0;
    out.client_auth = usage == UINT32_MAX || (usage & XKU_SSL_CLIENT) != 0;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest, &size);
    out.sha256_hex = hex_encode({reinterpret_cast<char*>(digest), size});
    BioPtr pem(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(pem.get(), certificate);
    out.pem = drain(pem.get());
    return out;
}

Result<ChainPtr> read_chain(std::string_view bundle_pem) {
    if (bundle_pem.size() > kBundleBytesMax) return error(Reason::Invalid, "the certificate bundle is too long");
    BioPtr in = reader(bundle_pem);
    ChainPtr out(sk_X509_new_null());
    for (X509* next; (next = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) != nullptr;) sk_X509_push(out.get(), next);
    if (sk_X509_num(out.get()) == 0) return openssl_error("certificate");
    ERR_clear_error();
    return out;
}

}  // namespace

Result<std::vector<CertificateInfo>> parse_certificates(std::string_view bundle_pem) {
    ChainPtr chain = TRY(read_chain(bundle_pem));
    std::vector<CertificateInfo> out;
    for (int i = 0; i < sk_X509_num(chain.get()); ++i) out.push_back(describe(sk_X509_value(chain.get(), i)));
    return out;
}

Result<CertificateInfo> parse_certificate(std::string_view pem) {
    ChainPtr chain = TRY(read_chain(pem));
    return describe(sk_X509_value(chain.get(), 0));
}

Result<CsrInfo> parse_csr(std::string_view pem) {
    if (pem.size() > kCsrBytesMax) return error(Reason::Invalid, "the certificate request is too long");
    X509ReqPtr request(PEM_read_bio_X509_REQ(reader(pem).get(), nullptr, nullptr, nullptr));
    if (!request) return openssl_error("certificate request");
    KeyHandle key(X509_REQ_get_pubkey(request.get()));
    if (!key || X509_REQ_verify(request.get(), key.get()) != 1) return openssl_error("certificate request signature");
    CsrInfo out;
    out.names.common_name = common_name(X509_REQ_get_subject_name(request.get()));
    out.names.organizations = entries(X509_REQ_get_subject_name(request.get()), NID_organizationName);
    if (ExtensionsPtr extensions(X509_REQ_get_extensions(request.get())); extensions) {
        NamesPtr names(static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions.get(), NID_subject_alt_name, nullptr, nullptr)));
        if (names) add_alternative_names(names.get(), out.names);
    }
    BioPtr text(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(text.get(), key.get());
    out.public_key_pem = drain(text.get());
    return out;
}

Status verify_certificate(std::string_view chain_pem, std::string_view ca_pem, WallTime now, Purpose purpose) {
    ChainPtr chain = TRY(read_chain(chain_pem));
    ChainPtr roots = TRY(read_chain(ca_pem));
    StorePtr store(X509_STORE_new());
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
    for (int i = 0; i < sk_X509_num(roots.get()); ++i) X509_STORE_add_cert(store.get(), sk_X509_value(roots.get(), i));
    StoreCtxPtr context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), sk_X509_value(chain.get(), 0), chain.get());
    X509_STORE_CTX_set_default(context.get(), purpose == Purpose::Server ? "ssl_server" : "ssl_client");
    X509_STORE_CTX_set_time(context.get(), 0, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    if (X509_verify_cert(context.get()) == 1) return {};
    ERR_clear_error();
    return error(Reason::Unauthorized, "x509: {}", X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
}

bool needs_renewal(const CertificateInfo& certificate, WallTime now) {
    const int64_t now_s = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const int64_t life_s = certificate.not_after_s - certificate.not_before_s;
    return now_s < certificate.not_before_s || certificate.not_after_s - now_s < life_s / 3;
}

}  // namespace skiff::pki
