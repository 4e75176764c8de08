#include "net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/strings.h"

namespace skiff::net {

namespace {

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Result<Address> parse_address(const std::string& text, uint16_t port) {
    Address out;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
    if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        out.size = sizeof *v4;
        return out;
    }
    if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        out.size = sizeof *v6;
        return out;
    }
    return error(Reason::Invalid, "\"{}\" is not an IP address", text);
}

Status failed(const char* what, const std::string& address, uint16_t port) {
    const int saved = errno;
    return error(Reason::ServiceUnavailable, "{} {}:{}: {}", what, address, port, strerror(saved));
}

}  // namespace

Result<Listening> listen_tcp(const std::string& address, uint16_t port) {
    const Address where = TRY(parse_address(address, port));
    Fd fd(::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return failed("socket for", address, port);
    const int on = 1, off = 0;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (where.storage.ss_family == AF_INET6) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&where.storage), where.size) != 0) return failed("bind", address, port);
    if (::listen(fd.get(), 1024) != 0) return failed("listen on", address, port);
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) return failed("getsockname of", address, port);
    const uint16_t chosen = bound.ss_family == AF_INET ? ntohs(reinterpret_cast<sockaddr_in*>(&bound)->sin_port)
                                                       : ntohs(reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port);
    return Listening{std::move(fd), chosen};
}

Result<Fd> begin_connect(const std::string& address, uint16_t port) {
    const Address where = TRY(parse_address(address, port));
    Fd fd(::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return failed("socket for", address, port);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where.storage), where.size) != 0 && errno != EINPROGRESS) {
        return failed("dial tcp", address, port);
    }
    return fd;
}

Status connect_error(int fd) {
    int code = 0;
    socklen_t size = sizeof code;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
    if (code != 0) return error(Reason::ServiceUnavailable, "connect: {}", lower(strerror(code)));   // as Go writes it
    return {};
}

}  // namespace skiff::net
