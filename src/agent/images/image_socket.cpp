#include "agent/images/image_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/file.h"
#include "base/thread_pool.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::agent::images {

namespace {

constexpr size_t kLineBytesMax = 16 << 20;
constexpr size_t kRequestBytesMax = 64 << 10;

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return error(Reason::BadRequest, "socket path {} is too long", path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

bool send_line(int fd, const json::Value& value) {
    const auto line = json::write(value) + "\n";
    for (size_t at = 0; at < line.size();) {
        const auto sent = ::send(fd, line.data() + at, line.size() - at, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        at += static_cast<size_t>(sent);
    }
    return true;
}

// The next line; nothing at the end of the connection.
std::optional<std::string> read_line(int fd, std::string& held, size_t bytes_max) {
    for (;;) {
        if (const auto end = held.find('\n'); end != std::string::npos) {
            auto line = held.substr(0, end);
            held.erase(0, end + 1);
            return line;
        }
        char buffer[8192];
        const auto got = ::recv(fd, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || held.size() > bytes_max) return std::nullopt;
        held.append(buffer, static_cast<size_t>(got));
    }
}

json::Value describe(const Image& image) {
    auto tags = json::Value::array(), digests = json::Value::array();
    for (const auto& tag : image.tags) tags.push_back(tag);
    for (const auto& digest : image.digests) digests.push_back(digest);
    return json::Value::object({{"id", image.id}, {"tags", std::move(tags)}, {"digests", std::move(digests)}, {"size", image.size_bytes}, {"pinned", image.pinned}});
}

}  // namespace

struct ImageSocket::Request {
    Fd fd;
    std::atomic<bool> done{false};
    std::jthread thread;
};

Result<std::unique_ptr<ImageSocket>> ImageSocket::start(ImageStore& store, const std::string& path, std::function<void()> changed) {
    const auto address = TRY(address_of(path));
    TRY(file::make_dirs(path.substr(0, path.rfind('/')), 0755));
    TRY(file::remove(path));
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // The mode of the socket's own inode is that of the file which bind makes: nobody else may ever connect.
    ::fchmod(fd.get(), 0600);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(fd.get(), 16) != 0) return errno_status("listen on " + path, errno);
    return std::unique_ptr<ImageSocket>(new ImageSocket(store, path, std::move(fd), std::move(changed)));
}

ImageSocket::ImageSocket(ImageStore& store, std::string path, Fd listener, std::function<void()> changed)
    : store_(store), path_(std::move(path)), listener_(std::move(listener)), wake_(::eventfd(0, EFD_CLOEXEC)), changed_(std::move(changed)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
}

ImageSocket::~ImageSocket() {
    thread_.request_stop();
    const uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
    thread_.join();
    for (const auto& request : requests_) ::shutdown(request->fd.get(), SHUT_RDWR);
    requests_.clear();   // joins
    (void)file::remove(path_).ok();
}

void ImageSocket::accept_all(const std::stop_token& stop) {
    set_thread_name("image-socket");
    while (!stop.stop_requested()) {
        pollfd fds[2] = {{listener_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
        if (::poll(fds, 2, -1) < 0 && errno != EINTR) return;
        if (!fds[0].revents) continue;
        Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        requests_.remove_if([](const auto& request) { return request->done.load(); });
        if (!fd.valid()) continue;
        if (requests_.size() >= kRequestsMax) {
            send_line(fd.get(), json::Value::object({{"error", json::Value::object({{"reason", "TooManyRequests"}, {"message", "too many image requests at once; try again"}})}}));
            continue;
        }
        // A client that says nothing is not waited for.
        const timeval patience{10, 0};
        ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        auto request = std::make_shared<Request>();
        request->fd = std::move(fd);
        requests_.push_back(request);
        request->thread = std::jthread([this, raw = request.get()] {
            set_thread_name("image-request");
            serve(raw->fd.get());
            ::shutdown(raw->fd.get(), SHUT_RDWR);
            raw->done = true;
        });
    }
}

void ImageSocket::serve(int fd) {
    std::string held;
    const auto line = read_line(fd, held, kRequestBytesMax);
    if (!line) return;
    Result<json::Value> result = error(Reason::BadRequest, "the request is no JSON");
    if (auto request = json::parse(*line); request.ok())
        result = answer(*request, [&](const Progress& progress) {
            send_line(fd, json::Value::object({{"progress", json::Value::object({{"what", progress.what}, {"done", progress.done_bytes}, {"total", progress.total_bytes}})}}));
        });
    if (result.ok()) send_line(fd, json::Value::object({{"images", std::move(*result)}}));
    else send_line(fd, json::Value::object({{"error", json::Value::object({{"reason", std::string(reason_name(result.status().reason()))}, {"message", result.status().message()}})}}));
}

Result<json::Value> ImageSocket::answer(const json::Value& request, const std::function<void(const Progress&)>& progress) {
    const auto& verb = request["verb"].as_string();
    const auto& reference = request["reference"].as_string();
    auto images = json::Value::array();
    if (verb == "list") {
        for (const auto& image : store_.list()) images.push_back(describe(image));
        return images;
    }
    if (verb == "pull") {
        PullOptions options;
        options.progress = progress;
        const auto& user = request["username"].as_string();
        if (!user.empty()) options.credentials.push_back({user, request["password"].as_string(), ""});
        images.push_back(describe(TRY(store_.pull(reference, options))));
    } else if (verb == "remove") {
        TRY(store_.remove(reference));
    } else if (verb == "import") {
        for (const auto& image : TRY(store_.import(request["path"].as_string(), progress))) images.push_back(describe(image));
    } else {
        return error(Reason::BadRequest, "unknown request \"{}\"", verb);
    }
    if (changed_) changed_();
    return images;
}

Result<json::Value> ask_images(const std::string& socket_path, const json::Value& request, const std::function<void(const Progress&)>& progress) {
    const auto address = TRY(address_of(socket_path));
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int why = errno;
        return error(why == EACCES ? Reason::Forbidden : Reason::ServiceUnavailable, "no agent answers at {}: {}", socket_path, std::strerror(why));
    }
    if (!send_line(fd.get(), request)) return error(Reason::ServiceUnavailable, "the agent closed the connection");
    std::string held;
    while (const auto line = read_line(fd.get(), held, kLineBytesMax)) {
        const auto message = TRY(json::parse(*line));
        if (message.has("images")) return message["images"];
        if (message.has("error")) return Status(reason_from_name(message["error"]["reason"].as_string()), message["error"]["message"].as_string());
        const auto& step = message["progress"];
        if (progress) progress({step["done"].as_int(), step["total"].as_int(), step["what"].as_string()});
    }
    return error(Reason::ServiceUnavailable, "the agent ended before it answered");
}

}  // namespace skiff::agent::images
