#include "agent/proxy/health_ports.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>

#include "agent/sys/units.h"
#include "base/clock.h"
#include "base/log.h"

namespace skiff::agent::proxy {

namespace {

constexpr uint16_t kHealthPort = 10256, kModePort = 10249;
constexpr std::chrono::seconds kLate{60};                // twice kube-proxy's sync period
constexpr net::ServerLimits kLimits{.header_bytes_max = 16 << 10, .body_bytes_max = 16 << 10, .connections_max = 200};

void answer(net::Exchange& exchange, int code, std::string body, const char* type = "application/json", std::string weight = "") {
    net::Response response;
    response.code = code;
    response.headers.set("Content-Type", type);
    response.headers.set("X-Content-Type-Options", "nosniff");
    if (!weight.empty()) response.headers.set("X-Load-Balancing-Endpoint-Weight", std::move(weight));
    response.body = net::make_bytes(std::move(body));
    exchange.respond(std::move(response));
}

const char* word(bool flag) { return flag ? "true" : "false"; }

}  // namespace

struct HealthPorts::Facts {
    std::atomic<int64_t> pending_since{0};               // Clock::elapsed(); 0: all is written
    std::atomic<bool> eligible{true};
    std::atomic<WallTime> updated{};
    bool healthy() const {
        const int64_t since = pending_since;
        return since == 0 || Clock::system().elapsed() - Duration(since) < kLate;
    }
};

struct HealthPorts::Port {
    uint16_t number = 0;
    std::shared_ptr<std::atomic<size_t>> endpoints;
    std::unique_ptr<net::HttpServer> server;             // null when the port is taken
};

HealthPorts::HealthPorts(net::IoThreads& io, std::string address) : io_(io), address_(std::move(address)), facts_(std::make_shared<Facts>()) {}
HealthPorts::~HealthPorts() = default;

std::unique_ptr<net::HttpServer> HealthPorts::listen(const std::string& address, uint16_t port, net::HttpServer::Handler handler) {
    auto server = net::HttpServer::start(io_, {.address = address, .port = port, .limits = kLimits, .name = "proxy-health"}, std::move(handler));
    if (server.ok()) return std::move(*server);
    log::warn("proxy", "health port", {{"port", std::to_string(port)}, {"error", server.status().message()}});
    return nullptr;
}

void HealthPorts::open() {
    health_ = listen(address_, kHealthPort, [facts = facts_](const net::ExchangePtr& exchange) {
        const std::string& path = exchange->request().path;
        if (path != "/healthz" && path != "/livez") return answer(*exchange, 404, "404 page not found\n", "text/plain; charset=utf-8");
        const bool on_time = facts->healthy(), whole = path == "/healthz", eligible = facts->eligible;
        const WallTime now = Clock::system().now();
        const bool healthy = on_time && (eligible || !whole);
        const std::string updated = sys::rfc3339_nano(healthy ? now : facts->updated.load());
        answer(*exchange, healthy ? 200 : 503,
               fmt::format(R"({{"lastUpdated":"{0}","currentTime":"{1}"{2},"healthy":{3},"status":{{"IPv4":{{"lastUpdated":"{0}","healthy":{3}}}}}}})", updated,
                           sys::rfc3339_nano(now), whole ? fmt::format(",\"nodeEligible\":{}", word(eligible)) : "", word(on_time)));
    });
    mode_ = listen("127.0.0.1", kModePort, [](const net::ExchangePtr& exchange) {
        const std::string& path = exchange->request().path;
        if (path == "/proxyMode") return answer(*exchange, 200, "nftables", "text/plain; charset=utf-8");
        if (path == "/healthz") return answer(*exchange, 200, "ok", "text/plain; charset=utf-8");
        answer(*exchange, 404, "404 page not found\n", "text/plain; charset=utf-8");
    });
}

void HealthPorts::set_service(const std::string& service, uint16_t port, size_t endpoints) {
    if (port == 0) {
        services_.erase(service);
        return;
    }
    std::unique_ptr<Port>& held = services_[service];
    if (held && held->number == port) {
        *held->endpoints = endpoints;
        return;
    }
    held.reset();                                        // closes the old port first
    held = std::make_unique<Port>();
    held->number = port;
    held->endpoints = std::make_shared<std::atomic<size_t>>(endpoints);
    const size_t slash = service.find('/');
    held->server = listen(address_, port, [facts = facts_, count = held->endpoints, ns = service.substr(0, slash), name = service.substr(slash + 1)](const net::ExchangePtr& exchange) {
        const size_t here = *count;
        const bool healthy = facts->healthy();
        answer(*exchange, here > 0 && healthy ? 200 : 503,
               fmt::format("{{\n\t\"service\": {{\n\t\t\"namespace\": \"{}\",\n\t\t\"name\": \"{}\"\n\t}},\n\t\"localEndpoints\": {},\n\t\"serviceProxyHealthy\": {}\n}}", ns, name, here,
                           word(healthy)),
               "application/json", std::to_string(here));
    });
}

void HealthPorts::set_pending(bool pending) {
    if (!pending) {
        facts_->pending_since = 0;
        facts_->updated = Clock::system().now();
        return;
    }
    int64_t none = 0;
    facts_->pending_since.compare_exchange_strong(none, std::max<int64_t>(1, Clock::system().elapsed().count()));
}

void HealthPorts::set_eligible(bool eligible) { facts_->eligible = eligible; }

}  // namespace skiff::agent::proxy
