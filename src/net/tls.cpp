#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/socket.h>

#include <ctime>
#include <map>
#include <mutex>

#include "base/encoding.h"
#include "net/resolver.h"
#include "net/tls_session.h"

namespace skiff::net {

namespace {

template <auto free_function>
struct Free {
    template <typename T>
    void operator()(T* pointer) const { free_function(pointer); }
};
using SslCtx = std::shared_ptr<SSL_CTX>;
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

constexpr const char* kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";
constexpr size_t kClientSessionsMax = 256;

std::string last_error() {
    const unsigned long code = ERR_peek_error();
    char text[256] = "unknown error";
    if (code != 0) ERR_error_string_n(code, text, sizeof text);
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    ERR_clear_error();
    return reason ? reason : text;
}

Status tls_error(std::string_view what) { return error(Reason::Invalid, "tls: {}: {}", what, last_error()); }

// ---- A BIO over send and recv: the built-in one uses write(2), which raises SIGPIPE.

int bio_fd(BIO* bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

int bio_write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t n;
    do n = ::send(bio_fd(bio), data, static_cast<size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_write(bio);
    return static_cast<int>(n);
}

int bio_read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t n;
    do n = ::recv(bio_fd(bio), out, static_cast<size_t>(size), MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_read(bio);
    if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(n);
}

long bio_ctrl(BIO* bio, int command, long, void*) {
    switch (command) {
        case BIO_CTRL_FLUSH: return 1;
        case BIO_CTRL_EOF: return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
        default: return 0;
    }
}

BIO_METHOD* bio_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "skiff socket");
        BIO_meth_set_write(m, bio_write);
        BIO_meth_set_read(m, bio_read);
        BIO_meth_set_ctrl(m, bio_ctrl);
        return m;
    }();
    return method;
}

// ---- Configuration

Status use_certificate(SSL_CTX* ctx, const std::string& certificate_pem, const std::string& key_pem) {
    BioPtr bio(BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
    X509Ptr leaf(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!leaf || SSL_CTX_use_certificate(ctx, leaf.get()) != 1) return tls_error("certificate");
    for (;;) {
        X509Ptr next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!next) break;
        if (SSL_CTX_add0_chain_cert(ctx, next.get()) != 1) return tls_error("certificate chain");
        (void)next.release();
    }
    ERR_clear_error();   // the loop above ends with "no start line"
    BioPtr key_bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
    KeyPtr key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(ctx, key.get()) != 1) return tls_error("private key");
    if (SSL_CTX_check_private_key(ctx) != 1) return tls_error("private key does not belong to the certificate");
    return {};
}

// Adds every certificate of a bundle to the trusted roots; names (may be null) get their subjects. What a bundle names is trusted itself, be it an
// intermediate or the server's own certificate, as Go's clients do it: users give such bundles to webhooks.
Status trust(SSL_CTX* ctx, const std::string& ca_pem, STACK_OF(X509_NAME) * names) {
    BioPtr bio(BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size())));
    size_t count = 0;
    for (;; ++count) {
        X509Ptr root(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!root) break;
        X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), root.get());
        if (names) {
            X509_NAME* name = X509_NAME_dup(X509_get_subject_name(root.get()));
            if (name && sk_X509_NAME_push(names, name) == 0) X509_NAME_free(name);
        }
    }
    if (count == 0) return tls_error("no certificate in the CA bundle");
    X509_STORE_set_flags(SSL_CTX_get_cert_store(ctx), X509_V_FLAG_PARTIAL_CHAIN);
    ERR_clear_error();
    return {};
}

SslCtx new_context(const SSL_METHOD* method) {
    SslCtx ctx(SSL_CTX_new(method), SSL_CTX_free);
    SSL_CTX_set_min_proto_version(ctx.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(ctx.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_mode(ctx.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // An end without close_notify is as good as one with: HTTP frames its messages itself.
    SSL_CTX_set_options(ctx.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_read_ahead(ctx.get(), 1);
    return ctx;
}

// Why a server's certificate is refused, in the words of Go's clients where there are such: users know and search for them.
std::string refusal(long code) {
    switch (code) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return "certificate signed by unknown authority";
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID: return "certificate has expired or is not yet valid";
        default: return X509_verify_cert_error_string(code);
    }
}

// A certificate that does not verify must not cut the connection: the request is answered 401. The result stays in the session,
// so that a resumed one remembers it.
int verify_and_go_on(X509_STORE_CTX* store, void*) {
    if (X509_verify_cert(store) != 1 && X509_STORE_CTX_get_error(store) == X509_V_OK) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
    }
    ERR_clear_error();
    return 1;
}

int choose_http11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size, void*) {
    static const unsigned char kHttp11[] = "\x08http/1.1";
    const int rc = SSL_select_next_proto(const_cast<unsigned char**>(out), out_size, kHttp11, sizeof kHttp11 - 1, in, in_size);
    return rc == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Result<SslCtx> make_server_context(const TlsServerConfig& config) {
    SslCtx ctx = new_context(TLS_server_method());
    TRY(use_certificate(ctx.get(), config.certificate_pem, config.key_pem));
    SSL_CTX_set_options(ctx.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_id_context(ctx.get(), reinterpret_cast<const unsigned char*>("skiff"), 5);
    SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_OFF);   // resumption by stateless tickets only
    SSL_CTX_set_num_tickets(ctx.get(), 1);
    SSL_CTX_set_alpn_select_cb(ctx.get(), choose_http11, nullptr);
    if (!config.client_ca_pem.empty()) {
        STACK_OF(X509_NAME)* names = sk_X509_NAME_new_null();
        Status trusted = trust(ctx.get(), config.client_ca_pem, names);
        SSL_CTX_set_client_CA_list(ctx.get(), names);
        TRY(std::move(trusted));
        SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_cert_verify_callback(ctx.get(), verify_and_go_on, nullptr);
    }
    return ctx;
}

std::string name_entry(X509_NAME* name, int index) {
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
    if (size < 0) return {};
    std::string out(reinterpret_cast<char*>(text), static_cast<size_t>(size));
    OPENSSL_free(text);
    return out;
}

std::shared_ptr<const PeerCertificate> describe(X509* certificate) {
    auto out = std::make_shared<PeerCertificate>();
    X509_NAME* subject = X509_get_subject_name(certificate);
    for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;) out->common_name = name_entry(subject, i);
    for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_organizationName, i)) >= 0;) {
        out->organizations.push_back(name_entry(subject, i));
    }
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_size = 0;
    X509_digest(certificate, EVP_sha256(), digest, &digest_size);
    out->sha256_hex = hex_encode({reinterpret_cast<char*>(digest), digest_size});
    tm parts{};
    ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts);
    out->not_after_s = timegm(&parts);
    BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    out->pem.assign(data, static_cast<size_t>(size));
    return out;
}

// ---- Contexts

class ServerContext final : public TlsServerContext {
public:
    explicit ServerContext(SslCtx ctx) : ctx_(std::move(ctx)) {}
    Status reload(const TlsServerConfig& config) override {
        SslCtx fresh = TRY(make_server_context(config));
        std::lock_guard lock(mutex_);
        ctx_ = std::move(fresh);
        return {};
    }
    SslCtx current() {
        std::lock_guard lock(mutex_);
        return ctx_;
    }

private:
    std::mutex mutex_;
    SslCtx ctx_;
};

class ClientContext final : public TlsClientContext {
public:
    Status reload(const TlsClientConfig& config) override {
        SslCtx fresh = new_context(TLS_client_method());
        if (!config.certificate_pem.empty()) TRY(use_certificate(fresh.get(), config.certificate_pem, config.key_pem));
        if (!config.insecure_skip_verify) {
            if (!config.ca_pem.empty()) {
                TRY(trust(fresh.get(), config.ca_pem, nullptr));
            } else if (SSL_CTX_load_verify_file(fresh.get(), kSystemRoots) != 1) {
                return tls_error(std::string("trusted roots ") + kSystemRoots);
            }
            SSL_CTX_set_verify(fresh.get(), SSL_VERIFY_PEER, nullptr);
        }
        static const unsigned char kHttp11[] = "\x08http/1.1";
        SSL_CTX_set_alpn_protos(fresh.get(), kHttp11, sizeof kHttp11 - 1);
        SSL_CTX_set_session_cache_mode(fresh.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(fresh.get(), remember_session);
        SSL_CTX_set_app_data(fresh.get(), this);
        std::lock_guard lock(mutex_);
        ctx_ = std::move(fresh);
        clear_sessions();
        server_name_ = config.server_name;
        verify_ = !config.insecure_skip_verify;
        return {};
    }
    ~ClientContext() override { clear_sessions(); }

    struct View {
        SslCtx ctx;
        std::string server_name;
        bool verify;
    };
    View current() {
        std::lock_guard lock(mutex_);
        return {ctx_, server_name_, verify_};
    }
    void resume(SSL* ssl, const std::string& host) {
        std::lock_guard lock(mutex_);
        if (auto found = sessions_.find(host); found != sessions_.end()) SSL_set_session(ssl, found->second);
    }

private:
    // Called with a reference that is ours when 1 is returned.
    static int remember_session(SSL* ssl, SSL_SESSION* session) {
        auto* self = static_cast<ClientContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
        const auto* host = static_cast<const std::string*>(SSL_get_app_data(ssl));
        std::lock_guard lock(self->mutex_);
        if (!host || self->ctx_.get() != SSL_get_SSL_CTX(ssl)) return 0;
        if (self->sessions_.size() >= kClientSessionsMax) self->clear_sessions();
        SSL_SESSION*& slot = self->sessions_[*host];
        if (slot) SSL_SESSION_free(slot);
        slot = session;
        return 1;
    }
    void clear_sessions() {
        for (auto& entry : sessions_) SSL_SESSION_free(entry.second);
        sessions_.clear();
    }

    std::mutex mutex_;
    SslCtx ctx_;
    std::map<std::string, SSL_SESSION*> sessions_;
    std::string server_name_;
    bool verify_ = true;
};

// ---- Sessions

class Session final : public TlsSession {
public:
    Session(SslCtx ctx, int fd) : ctx_(std::move(ctx)), ssl_(SSL_new(ctx_.get())) {
        BIO* bio = BIO_new(bio_method());
        BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_.get(), bio, bio);
    }
    SSL* ssl() { return ssl_.get(); }
    void set_host(std::shared_ptr<ClientContext> keep, std::string host) {
        keep_ = std::move(keep);
        host_ = std::move(host);
        SSL_set_app_data(ssl_.get(), &host_);
    }

    Io handshake() override {
        ERR_clear_error();   // what other code of this thread left behind would be taken for ours
        const Io io = result(SSL_do_handshake(ssl_.get()));
        if (io != Io::Done || !SSL_is_server(ssl_.get())) return io == Io::Eof ? fail("the peer closed during the handshake") : io;
        X509Ptr certificate(SSL_get1_peer_certificate(ssl_.get()));
        if (!certificate) return io;
        const long verified = SSL_get_verify_result(ssl_.get());
        if (verified == X509_V_OK) peer_ = describe(certificate.get());
        else peer_error_ = X509_verify_cert_error_string(verified);
        return io;
    }
    Io read(char* out, size_t size, size_t& taken) override {
        ERR_clear_error();
        return result(SSL_read_ex(ssl_.get(), out, size, &taken));
    }
    Io write(const char* data, size_t size, size_t& taken) override {
        ERR_clear_error();
        return result(SSL_write_ex(ssl_.get(), data, size, &taken));
    }
    bool has_pending() const override { return SSL_has_pending(ssl_.get()) == 1; }
    void close_notify() override {
        if (error_.empty() && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    const std::string& error() const override { return error_; }
    std::shared_ptr<const PeerCertificate> peer() const override { return peer_; }
    const std::string& peer_error() const override { return peer_error_; }

private:
    Io fail(std::string why) {
        error_ = std::move(why);
        return Io::Error;
    }
    Io result(int rc) {
        if (rc == 1) return Io::Done;
        const int saved_errno = errno;
        switch (SSL_get_error(ssl_.get(), rc)) {
            case SSL_ERROR_WANT_READ: return Io::WantRead;
            case SSL_ERROR_WANT_WRITE: return Io::WantWrite;
            case SSL_ERROR_ZERO_RETURN: return Io::Eof;
            case SSL_ERROR_SYSCALL:
                ERR_clear_error();
                return saved_errno == 0 ? Io::Eof : fail(strerror(saved_errno));
            default: break;
        }
        const long verified = SSL_get_verify_result(ssl_.get());
        if (!SSL_is_server(ssl_.get()) && !SSL_is_init_finished(ssl_.get()) && verified != X509_V_OK) {
            ERR_clear_error();
            return fail("tls: failed to verify certificate: x509: " + refusal(verified));
        }
        return fail(last_error());
    }

    std::shared_ptr<ClientContext> keep_;   // remember_session() calls into it
    SslCtx ctx_;
    std::unique_ptr<SSL, Free<SSL_free>> ssl_;
    std::string host_, error_, peer_error_;
    std::shared_ptr<const PeerCertificate> peer_;
};

}  // namespace

Result<std::shared_ptr<TlsServerContext>> TlsServerContext::create(const TlsServerConfig& config) {
    return std::shared_ptr<TlsServerContext>(std::make_shared<ServerContext>(TRY(make_server_context(config))));
}

Result<std::shared_ptr<TlsClientContext>> TlsClientContext::create(const TlsClientConfig& config) {
    auto context = std::make_shared<ClientContext>();
    TRY(context->reload(config));
    return std::shared_ptr<TlsClientContext>(std::move(context));
}

std::unique_ptr<TlsSession> TlsSession::server(const std::shared_ptr<TlsServerContext>& context, int fd) {
    auto session = std::make_unique<Session>(static_cast<ServerContext&>(*context).current(), fd);
    SSL_set_accept_state(session->ssl());
    return session;
}

std::unique_ptr<TlsSession> TlsSession::client(const std::shared_ptr<TlsClientContext>& context, int fd, const std::string& host) {
    auto client = std::static_pointer_cast<ClientContext>(context);
    const auto view = client->current();
    const std::string& name = view.server_name.empty() ? host : view.server_name;
    auto session = std::make_unique<Session>(view.ctx, fd);
    SSL* ssl = session->ssl();
    SSL_set_connect_state(ssl);
    if (is_ip_literal(name)) {
        if (view.verify) X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
    } else {
        SSL_set_tlsext_host_name(ssl, name.c_str());
        if (view.verify) SSL_set1_host(ssl, name.c_str());
    }
    session->set_host(client, name);
    client->resume(ssl, name);
    return session;
}

}  // namespace skiff::net
