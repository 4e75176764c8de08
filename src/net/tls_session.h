// TlsSession: one TLS connection over a non-blocking descriptor that somebody else owns. No thread safety: loop thread only.
// The OpenSSL side is in tls.cpp.
#pragma once

#include <memory>
#include <string>

#include "net/http.h"
#include "net/tls.h"

namespace skiff::net {

class TlsSession {
public:
    enum class Io { Done, WantRead, WantWrite, Eof, Error };

    static std::unique_ptr<TlsSession> server(const std::shared_ptr<TlsServerContext>& context, int fd);
    // host: the name that the certificate must carry (also sent as SNI unless it is an address).
    static std::unique_ptr<TlsSession> client(const std::shared_ptr<TlsClientContext>& context, int fd, const std::string& host);
    virtual ~TlsSession() = default;

    virtual Io handshake() = 0;
    virtual Io read(char* out, size_t size, size_t& taken) = 0;
    virtual Io write(const char* data, size_t size, size_t& taken) = 0;
    virtual bool has_pending() const = 0;     // received bytes that are not read yet
    virtual void close_notify() = 0;          // best effort, does not wait
    virtual const std::string& error() const = 0;
    // After the handshake, server side.
    virtual std::shared_ptr<const PeerCertificate> peer() const = 0;
    virtual const std::string& peer_error() const = 0;   // "" when none was presented or it verified
};

}  // namespace skiff::net
