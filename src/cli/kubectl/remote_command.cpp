#include "cli/kubectl/remote_command.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <optional>

#include "base/fd.h"
#include "base/strings.h"
#include "cli/kubectl/raw_terminal.h"
#include "cli/terminal.h"
#include "client/resource_path.h"
#include "json/parse.h"

namespace skiff::cli::kubectl {

namespace {

constexpr uint8_t kStdin = 0, kStdout = 1, kStderr = 2, kStatus = 3, kResize = 4, kClose = 255;
constexpr size_t kPieceBytes = 32 << 10, kQueueBytesMax = 1 << 20;
constexpr int kDrainMs = 20;

// What the io thread tells the waiting one.
struct Shared {
    std::mutex mutex;
    std::string status;
    bool ended = false;
    Status end;
    Fd wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    void notify() {
        const uint64_t one = 1;
        (void)!::write(wake.get(), &one, sizeof one);
    }
};

// The exit code that a v4/v5 status message means.
Result<int> exit_code(const std::string& text) {
    const auto status = json::parse(text);
    if (!status.ok() || (*status)["status"].as_string() == "Success") return 0;
    if ((*status)["reason"].as_string() == "NonZeroExitCode") {
        for (const auto& cause : (*status)["details"]["causes"].items())
            if (cause["reason"].as_string() == "ExitCode") return static_cast<int>(parse_int(cause["message"].as_string()).value_or(1));
        return 1;
    }
    return error(Reason::Unknown, "Internal error occurred: {}", (*status)["message"].as_string());
}

void send_size(net::WebSocket& socket) {
    if (const auto size = RawTerminal::size())
        socket.send_channel(kResize, net::make_bytes(fmt::format("{{\"Width\":{},\"Height\":{}}}", size->columns, size->rows)));
}

// Copies standard input until it ends; waits for the end of the session.
void pump(net::WebSocket& socket, Shared& shared, const RemoteStreams& streams, RawTerminal* terminal) {
    bool reading = streams.in >= 0;
    std::string buffer(kPieceBytes, '\0');
    for (;;) {
        {
            std::lock_guard lock(shared.mutex);
            if (shared.ended) return;
        }
        const bool full = socket.queued_bytes() > kQueueBytesMax;
        pollfd fds[3] = {{shared.wake.get(), POLLIN, 0}, {reading && !full ? streams.in : -1, POLLIN, 0}, {terminal ? terminal->resize_fd() : -1, POLLIN, 0}};
        if (::poll(fds, 3, full ? kDrainMs : -1) < 0 && errno != EINTR) return;
        if (fds[0].revents) {
            uint64_t count;
            (void)!::read(shared.wake.get(), &count, sizeof count);
        }
        if (fds[2].revents) {
            terminal->drain();
            send_size(socket);
        }
        if (!fds[1].revents) continue;
        const auto got = ::read(streams.in, buffer.data(), buffer.size());
        if (got > 0) {
            socket.send_channel(kStdin, net::make_bytes(buffer.substr(0, static_cast<size_t>(got))));
        } else if (got == 0 || errno != EINTR) {
            reading = false;
            if (socket.protocol() == "v5.channel.k8s.io") socket.send_channel(kClose, net::make_bytes(std::string(1, static_cast<char>(kStdin))));
        }
    }
}

}  // namespace

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto wrote = ::write(fd, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EAGAIN) {
            pollfd ready{fd, POLLOUT, 0};
            ::poll(&ready, 1, -1);
            continue;
        }
        if (wrote <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(wrote));
    }
    return true;
}

Result<int> run_remote(Session& session, const std::string& path, const RemoteStreams& streams) {
    auto socket = TRY(session.websocket(path, {"v5.channel.k8s.io", "v4.channel.k8s.io"}));
    auto shared = std::make_shared<Shared>();
    if (!streams.hint.empty()) print_error(streams.hint);
    socket->start(
        [shared, streams, weak = std::weak_ptr(socket)](net::WsKind, std::string_view message) {
            if (message.empty()) return;
            const auto channel = static_cast<uint8_t>(message[0]);
            message.remove_prefix(1);
            const auto& sink = channel == kStdout ? streams.out : streams.err;
            if ((channel == kStdout || channel == kStderr) && sink && !sink(message))
                if (auto live = weak.lock()) live->close();
            if (channel != kStatus) return;
            std::lock_guard lock(shared->mutex);
            shared->status += message;
        },
        [shared](Status status) {
            std::lock_guard lock(shared->mutex);
            shared->ended = true;
            shared->end = std::move(status);
            shared->notify();
        });
    {
        std::optional<RawTerminal> terminal;
        if (streams.tty && streams.in >= 0) {
            terminal.emplace();
            send_size(*socket);
        }
        pump(*socket, *shared, streams, terminal ? &*terminal : nullptr);
    }
    std::lock_guard lock(shared->mutex);
    if (shared->status.empty() && !shared->end.ok()) return error(Reason::Unknown, "the connection was lost: {}", shared->end.message());
    return exit_code(shared->status);
}

}  // namespace skiff::cli::kubectl
