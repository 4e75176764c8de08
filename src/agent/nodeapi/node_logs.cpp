#include "agent/nodeapi/node_logs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "agent/nodeapi/answer.h"
#include "base/encoding.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr size_t kPieceBytes = 64 << 10, kQueuedMax = 256 << 10;

std::string html(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&#34;";
        else if (c == '\'') out += "&#39;";
        else out += c;
    }
    return out;
}

std::string listing(const std::string& dir, std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::string out = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n";
    for (auto& name : names) {
        struct stat info;
        if (::lstat((dir + "/" + name).c_str(), &info) == 0 && S_ISDIR(info.st_mode)) name += "/";
        std::string link;
        for (const auto part : split_views(name, '/')) link += (link.empty() ? "" : "/") + percent_encode(part);
        out += "<a href=\"" + link + "\">" + html(name) + "</a>\n";
    }
    return out + "</pre>\n";
}

// A file on its way to a client: the next pieces are read when the connection has room. Held by its own callbacks.
class Transfer : public std::enable_shared_from_this<Transfer> {
public:
    Transfer(Fd file, std::shared_ptr<net::ResponseStream> out) : file_(std::move(file)), out_(std::move(out)) {}

    void start() {
        out_->on_closed([self = shared_from_this()] { self->close(); });
        out_->on_drained([weak = weak_from_this()] {
            if (auto self = weak.lock()) self->pump();
        });
        pump();
    }

private:
    void pump() {
        std::lock_guard lock(mutex_);
        while (file_ && out_->queued_bytes() < kQueuedMax) {
            std::string piece(kPieceBytes, '\0');
            const ssize_t n = ::read(file_.get(), piece.data(), piece.size());
            if (n > 0) {
                piece.resize(static_cast<size_t>(n));
                if (out_->write(net::make_bytes(std::move(piece)))) continue;
            }
            file_ = Fd();
            if (n == 0) out_->end();
            else out_->abort();
        }
    }

    void close() {
        std::lock_guard lock(mutex_);
        file_ = Fd();
    }

    std::recursive_mutex mutex_;                  // end() may call back
    Fd file_;
    std::shared_ptr<net::ResponseStream> out_;
};

}  // namespace

void serve_log_files(const net::ExchangePtr& exchange, const std::string& root, const std::string& path) {
    for (const auto part : split_views(path, '/'))
        if (part == "..") return answer(*exchange, 400, "invalid URL path\n");
    if (path.find('\0') != std::string::npos) return answer(*exchange, 400, "invalid URL path\n");
    const std::string full = root + "/" + path;
    Fd file(::open(full.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info;
    if (!file || ::fstat(file.get(), &info) != 0) return answer(*exchange, 404, "404 page not found\n");
    if (S_ISDIR(info.st_mode)) {
        if (!exchange->request().path.ends_with('/')) {
            net::Response response;
            response.code = 301;
            response.headers.set("Location", percent_encode(full.substr(full.rfind('/') + 1)) + "/");
            return exchange->respond(std::move(response));
        }
        auto names = file::list_dir(full);
        return names.ok() ? answer(*exchange, 200, listing(full, std::move(*names)), "text/html; charset=utf-8") : answer(*exchange, 500, "Error reading directory\n");
    }
    if (!S_ISREG(info.st_mode)) return answer(*exchange, 403, "403 Forbidden\n");
    net::Headers headers;
    headers.set("Content-Type", "text/plain; charset=utf-8");
    std::make_shared<Transfer>(std::move(file), exchange->stream(200, std::move(headers)))->start();
}

}  // namespace skiff::agent::nodeapi
