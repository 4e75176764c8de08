#include "agent/runtime/unix_message.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace skiff::agent::runtime {

namespace {

constexpr size_t kFdsMax = 4, kBytesMax = 4096;

// sun_path holds 107 characters; a longer path is reached through its folder's descriptor.
Status fill_address(const std::string& path, sockaddr_un& address, Fd& folder) {
    address.sun_family = AF_UNIX;
    std::string name = path;
    if (path.size() >= sizeof address.sun_path) {
        auto slash = path.rfind('/');
        folder.reset(::open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!folder) return errno_status("open folder of " + path, errno);
        name = "/proc/self/fd/" + std::to_string(folder.get()) + path.substr(slash);
    }
    if (name.size() >= sizeof address.sun_path) return error(Reason::BadRequest, "{}: too long for a socket", path);
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    return {};
}

}  // namespace

Result<Fd> listen_unix(const std::string& path) {
    ::unlink(path.c_str());
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    Fd folder;
    TRY(fill_address(path, address, folder));
    mode_t before = ::umask(0177);
    int bound = ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::umask(before);
    if (bound < 0 || ::listen(socket.get(), 16) < 0) return errno_status("listen on " + path, errno);
    return socket;
}

Result<Fd> connect_unix(const std::string& path) {
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    Fd folder;
    TRY(fill_address(path, address, folder));
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) return errno_status("connect to " + path, errno);
    return socket;
}

Status send_message(int socket, std::string_view bytes, const std::vector<int>& fds) {
    iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(kFdsMax * sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
        std::memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
    }
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) return errno_status("send to monitor", errno);
    return {};
}

Result<UnixMessage> receive_message(int socket) {
    UnixMessage out;
    out.bytes.resize(kBytesMax);
    iovec piece{out.bytes.data(), out.bytes.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(kFdsMax * sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t n;
    while ((n = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {}
    if (n < 0) return errno_status("receive a message", errno);
    out.bytes.resize(static_cast<size_t>(n));
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
            out.fds.emplace_back(fd);
        }
    }
    return out;
}

}  // namespace skiff::agent::runtime
