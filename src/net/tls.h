// TLS contexts (OpenSSL behind it): TLS 1.2 and 1.3, AEAD suites only. Contexts are shared and thread-safe; reload() swaps
// certificates for new handshakes while connections go on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"

namespace skiff::net {

struct TlsServerConfig {
    std::string certificate_pem;        // leaf first, then chain
    std::string key_pem;
    std::string client_ca_pem;          // "" asks for no client certificate; else one is asked for and, where given, verified
    bool http2 = false;                 // offer h2 by ALPN (not served yet)
};

class TlsServerContext {
public:
    static Result<std::shared_ptr<TlsServerContext>> create(const TlsServerConfig& config);
    virtual ~TlsServerContext() = default;
    virtual Status reload(const TlsServerConfig& config) = 0;
};

struct TlsClientConfig {
    std::string ca_pem;                 // trusted roots; "" means the system's (/etc/ssl/certs/ca-certificates.crt)
    std::string certificate_pem, key_pem;
    std::string server_name;            // "" means the URL's host
    bool insecure_skip_verify = false;
};

class TlsClientContext {
public:
    static Result<std::shared_ptr<TlsClientContext>> create(const TlsClientConfig& config);
    virtual ~TlsClientContext() = default;
    virtual Status reload(const TlsClientConfig& config) = 0;
};

}  // namespace skiff::net
