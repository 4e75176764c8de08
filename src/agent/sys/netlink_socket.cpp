#include "agent/sys/netlink_socket.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

namespace skiff::agent::sys {

namespace {

// The kernel answers at once; this only bounds a bug.
constexpr timeval kTimeout{10, 0};
constexpr size_t kReceiveBytes = 64 << 10, kSendBytesUsual = 64 << 10, kSendBytesMax = 256 << 20;

Status kernel_error(std::string_view what, int code) {
    Reason reason = Reason::InternalError;
    if (code == ENOENT || code == ENODEV || code == ESRCH || code == EADDRNOTAVAIL) reason = Reason::NotFound;
    if (code == EEXIST) reason = Reason::AlreadyExists;
    return Status(reason, errno_status(what, code).message());
}

// Walks the messages of one datagram.
template <typename F>
void each_message(std::string_view bytes, F&& visit) {
    while (bytes.size() >= NLMSG_HDRLEN) {
        nlmsghdr header{};
        std::memcpy(&header, bytes.data(), sizeof header);
        if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > bytes.size()) return;
        visit(header, bytes.substr(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN));
        bytes.remove_prefix(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), bytes.size()));
    }
}

int error_code(std::string_view payload) {
    int code = 0;
    if (payload.size() >= sizeof code) std::memcpy(&code, payload.data(), sizeof code);
    return -code;
}

}  // namespace

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
    NetlinkSocket socket;
    socket.fd_.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
    if (!socket.fd_) return errno_status("open netlink socket", errno);
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    if (::bind(socket.fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) return errno_status("bind netlink socket", errno);
    ::setsockopt(socket.fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kTimeout, sizeof kTimeout);
    socket.buffer_.resize(kReceiveBytes);
    return socket;
}

Result<NetlinkSocket> NetlinkSocket::open_netfilter() { return open(NETLINK_NETFILTER); }

Status NetlinkSocket::send(const std::vector<char>& bytes, std::string_view what) {
    // The kernel takes a batch only whole, and refuses what is larger than the send buffer. Root may go beyond wmem_max.
    if (bytes.size() > kSendBytesUsual && bytes.size() > send_bytes_max_) {
        const int size = static_cast<int>(std::min<size_t>(bytes.size() + (64 << 10), kSendBytesMax));
        if (::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        send_bytes_max_ = bytes.size();
    }
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    ssize_t n = ::sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&kernel), sizeof kernel);
    if (n < 0) return errno_status(what, errno);
    return {};
}

Result<std::string_view> NetlinkSocket::receive(std::string_view what) {
    for (;;) {
        ssize_t n = ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_status(what, errno);
        return std::string_view(buffer_.data(), static_cast<size_t>(n));
    }
}

Status NetlinkSocket::request(NetlinkMessage& message, std::string_view what) {
    const uint32_t sequence = next_sequence();
    message.header().nlmsg_flags |= NLM_F_ACK;
    message.header().nlmsg_seq = sequence;
    TRY(send(message.finish(), what));
    for (;;) {
        auto bytes = TRY(receive(what));
        int outcome = -1;
        each_message(bytes, [&](const nlmsghdr& header, std::string_view payload) {
            if (header.nlmsg_seq == sequence && header.nlmsg_type == NLMSG_ERROR) outcome = error_code(payload);
        });
        if (outcome == 0) return {};
        if (outcome > 0) return kernel_error(what, outcome);
    }
}

Status NetlinkSocket::dump(NetlinkMessage& message, std::string_view what,
                           const std::function<void(uint16_t type, std::string_view payload)>& item) {
    const uint32_t sequence = next_sequence();
    const bool many = (message.header().nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    if (!many) message.header().nlmsg_flags |= NLM_F_ACK;
    message.header().nlmsg_seq = sequence;
    TRY(send(message.finish(), what));
    for (;;) {
        auto bytes = TRY(receive(what));
        bool done = false;
        int failure = 0;
        each_message(bytes, [&](const nlmsghdr& header, std::string_view payload) {
            if (header.nlmsg_seq != sequence) return;
            if (header.nlmsg_type == NLMSG_DONE) done = true;
            else if (header.nlmsg_type == NLMSG_ERROR) {
                failure = error_code(payload);
                done = true;
            } else {
                item(header.nlmsg_type, payload);
            }
        });
        if (failure) return kernel_error(what, failure);
        if (done) return {};
    }
}

Status NetlinkSocket::batch(const std::vector<char>& bytes, uint32_t first_sequence, std::string_view what) {
    TRY(send(bytes, what));
    Status first;
    for (bool acknowledged = false; !acknowledged;) {
        auto answer = TRY(receive(what));
        each_message(answer, [&](const nlmsghdr& header, std::string_view payload) {
            if (header.nlmsg_type != NLMSG_ERROR || header.nlmsg_seq < first_sequence) return;
            acknowledged = true;
            if (int code = error_code(payload); code && first.ok())
                first = kernel_error(fmt::format("{} (message {})", what, header.nlmsg_seq - first_sequence), code);
        });
    }
    return first;
}

}  // namespace skiff::agent::sys
