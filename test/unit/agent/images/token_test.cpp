// Token authentication as Docker Hub does it, against a registry of a few lines. No root.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <mutex>
#include <thread>

#include "agent/images/registry.h"
#include "base/encoding.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"

using namespace skiff;
using namespace skiff::agent::images;

namespace {

// One request a connection, answered by a function from "METHOD target" and the header text to the whole response.
class TinyServer {
public:
    using Answer = std::function<std::string(const std::string& line, const std::string& head)>;
    explicit TinyServer(Answer answer) : answer_(std::move(answer)) {
        socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket_.get(), 16) == 0);
        REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        stop_.reset(::eventfd(0, EFD_CLOEXEC));
        thread_ = std::thread([this] { serve(); });
    }
    ~TinyServer() {
        uint64_t one = 1;
        [[maybe_unused]] auto n = ::write(stop_.get(), &one, sizeof one);
        thread_.join();
    }
    std::string base() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    void serve() {
        for (;;) {
            pollfd ready[2] = {{socket_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
            ::poll(ready, 2, -1);
            if (ready[1].revents) return;
            Fd peer(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            std::string head;
            char buffer[4096];
            while (head.find("\r\n\r\n") == std::string::npos) {
                ssize_t n = ::read(peer.get(), buffer, sizeof buffer);
                if (n <= 0) break;
                head.append(buffer, static_cast<size_t>(n));
            }
            auto line = head.substr(0, head.find(" HTTP/"));
            auto text = answer_(line, head);
            [[maybe_unused]] auto n = ::write(peer.get(), text.data(), text.size());
            ::shutdown(peer.get(), SHUT_WR);
        }
    }
    Answer answer_;
    Fd socket_, stop_;
    int port_ = 0;
    std::thread thread_;
};

std::string response(int code, const std::string& body, const std::string& headers = "") {
    return "HTTP/1.1 " + std::to_string(code) + " x\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

}  // namespace

TEST_CASE("a token is fetched with the credentials that are accepted, and used from then on") {
    const std::string blob = "the blob", digest = "sha256:" + sha256_hex(blob), lie = "sha256:" + std::string(64, '0');
    std::mutex mutex;
    std::vector<std::string> asked;
    TinyServer* self = nullptr;
    TinyServer server([&](const std::string& line, const std::string& head) {
        std::lock_guard lock(mutex);
        asked.push_back(line);
        const bool has_token = head.find("Bearer good-token") != std::string::npos;
        if (line.starts_with("GET /token?")) {
            if (head.find("Basic " + base64_encode("user:secret")) == std::string::npos) return response(401, R"({"errors":[{"message":"bad password"}]})");
            return response(200, R"({"access_token":"good-token"})");
        }
        if (!has_token)
            return response(401, "", "WWW-Authenticate: Bearer realm=\"" + self->base() + "/token\",service=\"the.service\",scope=\"repository:team/app:pull\"\r\n");
        if (line == "GET /v2/team/app/blobs/" + digest) return response(200, blob);
        if (line == "GET /v2/team/app/manifests/" + lie) return response(200, "{}");
        return response(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})");
    });
    self = &server;
    auto client = RegistryClient::create({server.base(), "team/app", {{"user", "secret", ""}}, {}, true});
    REQUIRE(client.ok());
    auto text = client->blob(digest, 100);
    REQUIRE((text.ok() ? "" : text.status().message()) == "");
    CHECK(*text == blob);
    auto missing = client->manifest("none");
    CHECK(missing.status().reason() == Reason::NotFound);
    CHECK(missing.status().message().find("manifest unknown") != std::string::npos);
    // A digest that was asked for is compared with what came.
    CHECK(client->manifest(lie).status().message().find("instead of") != std::string::npos);
    {
        std::lock_guard lock(mutex);
        CHECK(asked[1] == "GET /token?service=the.service&scope=repository%3Ateam%2Fapp%3Apull");
        CHECK(std::count_if(asked.begin(), asked.end(), [](const auto& line) { return line.starts_with("GET /token"); }) == 1);
    }
    auto wrong = RegistryClient::create({server.base(), "team/app", {{"user", "wrong", ""}}, {}, true});
    CHECK(wrong->blob(digest, 100).status().reason() == Reason::Unauthorized);
}

TEST_CASE("a blob that is cut off goes on where it ended, and one that differs is thrown away") {
    const std::string blob(100'000, 'b'), digest = "sha256:" + sha256_hex(blob);
    bool cut = true, differ = false;
    std::string range;
    TinyServer server([&](const std::string&, const std::string& head) {
        if (differ) return response(200, std::string(100'000, 'x'));
        if (cut) {
            cut = false;
            return response(200, blob).substr(0, 60'000);
        }
        auto at = head.find("Range: bytes=");
        if (at == std::string::npos) return response(200, blob);
        range = head.substr(at + 13, head.find('\r', at) - at - 13);
        auto from = static_cast<size_t>(std::atoi(range.c_str()));
        return response(206, blob.substr(from), "Content-Range: bytes " + std::to_string(from) + "-99999/100000\r\n");
    });
    char name[] = "/tmp/skiff-blob-XXXXXX";
    Fd made(::mkostemp(name, O_CLOEXEC));
    auto client = RegistryClient::create({server.base(), "x", {}, {}, true});
    REQUIRE(client.ok());
    auto first = client->blob_to_file(digest, 100'000, name, [](int64_t) {});
    if (!first.ok()) first = client->blob_to_file(digest, 100'000, name, [](int64_t) {});
    CHECK(first.message() == "");
    CHECK(*file::read(name) == blob);
    CHECK(std::atoi(range.c_str()) > 0);
    REQUIRE(file::remove(name).ok());
    differ = true;
    CHECK_FALSE(client->blob_to_file(digest, 100'000, name, [](int64_t) {}).ok());
    CHECK_FALSE(file::exists(name));
}
