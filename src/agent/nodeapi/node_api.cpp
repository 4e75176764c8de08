#include "agent/nodeapi/node_api.h"

#include <fmt/core.h>

#include <functional>
#include <mutex>

#include "agent/nodeapi/access.h"
#include "agent/nodeapi/answer.h"
#include "agent/nodeapi/cadvisor.h"
#include "agent/nodeapi/command_session.h"
#include "agent/nodeapi/local_volumes.h"
#include "agent/nodeapi/log_stream.h"
#include "agent/nodeapi/node_logs.h"
#include "agent/nodeapi/port_forward.h"
#include "agent/nodeapi/stats.h"
#include "base/strings.h"
#include "json/write.h"

namespace skiff::agent::nodeapi {

namespace {

using Parts = std::vector<std::string>;   // of the path after its first element
constexpr size_t kThreads = 3, kQueueMax = 256;

class Server : public NodeApi {
public:
    explicit Server(Options options) : options_(std::move(options)), access_(options_.client, options_.node_name, *options_.clock), pool_("node-api", kThreads, kQueueMax) {}
    ~Server() override { stop(); }

    Status open() {
        auto tls = TRY(net::TlsServerContext::create(options_.tls).context("node API certificate"));
        tls_ = tls;
        net::HttpServer::Options http{.address = options_.address, .port = options_.port, .tls = std::move(tls), .limits = {.connections_max = 2000}, .name = "node-api"};
        server_ = TRY(net::HttpServer::start(*options_.io, std::move(http), [this](net::ExchangePtr exchange) { receive(std::move(exchange)); }).context("node API"));
        return {};
    }

    uint16_t port() const override { return server_->port(); }
    Status reload(const net::TlsServerConfig& tls) override { return tls_->reload(tls); }

    void stop() override {
        if (server_) server_->stop(std::chrono::milliseconds(0));
        pool_.stop();
    }

private:
    // On an io thread: a review of the caller blocks, so all goes to the pool.
    void receive(net::ExchangePtr exchange) {
        if (!pool_.submit([this, exchange] { serve(exchange); })) answer(*exchange, 429, "the node is busy\n");
    }

    void serve(const net::ExchangePtr& exchange) {
        if (const Status access = access_.check(exchange->request()); !access.ok()) return answer(*exchange, access);
        Parts parts = split(exchange->request().path, '/');
        if (!parts.empty()) parts.erase(parts.begin());
        const std::string first = parts.empty() ? "" : parts.front();
        if (!parts.empty()) parts.erase(parts.begin());
        if (first == "healthz") return answer(*exchange, 200, "ok");
        if (first == "containerLogs") return logs(exchange, parts);
        if (first == "exec") return command(exchange, parts, Command::Exec);
        if (first == "attach") return command(exchange, parts, Command::Attach);
        if (first == "portForward") return port_forward(exchange, parts);
        if (first == "pods") return pod_list(*exchange, Which::All);
        if (first == "runningpods") return pod_list(*exchange, Which::Running);
        if (first == "stats") return summary(*exchange);
        if (first == "metrics") return metrics(*exchange, parts);
        if (first == "localVolumes" && parts.size() == 1) return local_volume(*exchange, parts[0]);
        if (first == "logs") return node_logs(exchange);
        answer(*exchange, 404, "404 page not found\n");
    }

    void node_logs(const net::ExchangePtr& exchange) {
        const std::string& path = exchange->request().path;
        serve_log_files(exchange, "/var/log", path.size() > 6 ? path.substr(6) : "");
    }

    // parts: namespace, pod, [uid,] ...
    pods::PodSnapshotPtr pod_of(net::Exchange& exchange, const Parts& parts, bool with_uid) {
        pods::PodSnapshotPtr pod = parts.size() >= 2 ? options_.pods->find(parts[0], parts[1]) : nullptr;
        if (pod && with_uid && pod->uid != parts[2]) pod = nullptr;
        if (!pod) answer(exchange, 404, fmt::format("pod \"{}\" does not exist\n", parts.size() >= 2 ? parts[1] : ""));
        return pod;
    }

    // Why a container has no log (yet), in the kubelet's words.
    static std::string waiting_text(const pods::PodSnapshot& pod, const std::string& container) {
        std::string reason = "ContainerCreating";
        for (const char* list : {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"})
            for (const auto& status : (*pod.status)[list].items())
                if (status["name"].as_string() == container) reason = status["state"]["waiting"]["reason"].as_string(reason);
        if (reason == "ErrImagePull") reason = "image can't be pulled";
        if (reason == "ImagePullBackOff") reason = "trying and failing to pull image";
        return fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}", container, pod.name, reason);
    }

    void logs(const net::ExchangePtr& exchange, const Parts& parts) {
        if (parts.size() != 3) return answer(*exchange, 404, "404 page not found\n");
        const auto pod = pod_of(*exchange, parts, false);
        if (!pod) return;
        const auto* container = pod->find(parts[2]);
        if (!container) return answer(*exchange, 404, fmt::format("container \"{}\" not found in pod \"{}\"\n", parts[2], pod->name));
        auto options = parse_log_options(exchange->request().query, options_.clock->now());
        if (!options.ok()) return answer(*exchange, options.status());
        if (options->previous && container->previous_log_path.empty())
            return answer(*exchange, 400, fmt::format("previous terminated container \"{}\" in pod \"{}\" not found", parts[2], pod->name));
        if (!container->ever_ran) return answer(*exchange, 400, waiting_text(*pod, parts[2]));
        LogSource source;
        source.path = options->previous ? container->previous_log_path : container->log_path;
        if (options->previous) {
            source.running = [] { return false; };
        } else {
            source.running = [pods = options_.pods, uid = pod->uid, name = parts[2], id = container->id] {
                const auto now = pods->find_uid(uid);
                const auto* current = now ? now->find(name) : nullptr;
                return current && current->id == id && current->running;
            };
            source.watch = [pods = options_.pods, uid = pod->uid](std::function<void()> changed) { return pods->watch(uid, std::move(changed)); };
        }
        stream_log(exchange, std::move(source), std::move(*options), *options_.poller, *options_.timers);
    }

    enum class Command { Exec, Attach };
    void command(const net::ExchangePtr& exchange, const Parts& parts, Command kind) {
        if (parts.size() != 3 && parts.size() != 4) return answer(*exchange, 404, "404 page not found\n");
        const auto pod = pod_of(*exchange, parts, parts.size() == 4);
        if (!pod) return;
        const auto* container = pod->find(parts.back());
        if (!container || !container->running) return answer(*exchange, 404, fmt::format("container not found (\"{}\")", parts.back()));
        CommandOptions streams = CommandOptions::parse(exchange->request().query);
        if (!streams.in && !streams.out && !streams.err) return answer(*exchange, 400, "you must specify at least 1 of stdin, stdout, stderr");
        if (kind == Command::Attach) streams.tty = container->tty;
        runtime::ExecSpec spec{.container_id = container->id, .args = exchange->request().query.all("command"), .tty = streams.tty, .in = streams.in, .out = streams.out,
                               .err = streams.err && !streams.tty};
        if (kind == Command::Exec && spec.args.empty()) return answer(*exchange, 400, "you must provide at least one command");
        CommandChannels::accept(exchange, streams, *options_.poller, *options_.timers, [this, spec, kind](std::shared_ptr<CommandChannels> channels) {
            const bool taken = pool_.submit([this, spec, kind, channels] { begin_command(spec, kind, channels); });
            if (!taken) channels->finish(failure_status(error(Reason::ServiceUnavailable, "the node is busy")));
        });
    }

    void begin_command(const runtime::ExecSpec& spec, Command kind, const std::shared_ptr<CommandChannels>& channels) {
        auto started = kind == Command::Exec ? options_.runtime->exec(spec) : options_.runtime->attach(spec.container_id);
        auto session = std::make_shared<decltype(started)>(std::move(started));
        options_.poller->post([this, session, channels] {
            if (!session->ok()) return channels->finish(failure_status(session->status()));
            join_command(std::move(*session).value(), channels, *options_.poller, pool_);
        });
    }

    void port_forward(const net::ExchangePtr& exchange, const Parts& parts) {
        if (parts.size() != 2 && parts.size() != 3) return answer(*exchange, 404, "404 page not found\n");
        const auto pod = pod_of(*exchange, parts, parts.size() == 3);
        if (!pod) return;
        if (pod->netns_path.empty() && !pod->host_network) return answer(*exchange, 404, fmt::format("pod \"{}\" is not running\n", pod->name));
        serve_port_forward(exchange, pod->name, pod->netns_path, *options_.poller, pool_);
    }

    enum class Which { All, Running };
    void pod_list(net::Exchange& exchange, Which which) {
        json::Value items = json::Value::array();
        for (const auto& pod : options_.pods->list()) {
            if (which == Which::Running && pod->sandbox_id.empty()) continue;
            json::Value item = *pod->pod->tree();
            item.set("status", *pod->status);
            items.push_back(std::move(item));
        }
        const json::Value list = json::Value::object({{"kind", "PodList"}, {"apiVersion", "v1"}, {"metadata", json::Value::object()}, {"items", std::move(items)}});
        answer(exchange, 200, json::write(list), "application/json");
    }

    void summary(net::Exchange& exchange) {
        auto usage = read_pod_usage(*options_.pods, *options_.runtime);
        if (options_.images && exchange.request().query.get("only_cpu_and_memory") != "true") read_disks(usage, options_.config, *options_.images);
        const NodeUsage node = read_node_usage(options_.data_dir);
        const WallTime now = options_.clock->now();
        std::lock_guard lock(rates_mutex_);
        answer(exchange, 200, json::write(stats_summary(options_.node_name, node, usage, rates_, now, now - options_.clock->elapsed())), "application/json");
    }

    void local_volume(net::Exchange& exchange, const std::string& volume) {
        const std::string& method = exchange.request().method;
        if (method == "PUT") {
            auto path = make_local_volume(options_.data_dir, volume);
            return path.ok() ? answer(exchange, 200, *path) : answer(exchange, path.status());
        }
        if (method != "DELETE") return answer(exchange, 405, "405 method not allowed\n");
        const Status removed = remove_local_volume(options_.data_dir, volume);
        return removed.ok() ? answer(exchange, 200, "") : answer(exchange, removed);
    }

    void metrics(net::Exchange& exchange, const Parts& parts) {
        constexpr const char* kType = "text/plain; version=0.0.4; charset=utf-8";
        if (parts.size() == 1 && parts[0] == "resource")
            return answer(exchange, 200, resource_metrics(read_node_usage(options_.data_dir), read_pod_usage(*options_.pods, *options_.runtime), options_.clock->now()), kType);
        if (parts.size() == 1 && parts[0] == "cadvisor") return answer(exchange, 200, cadvisor_metrics(options_.machine, read_pod_usage(*options_.pods, *options_.runtime)), kType);
        if (!parts.empty()) return answer(exchange, 404, "404 page not found\n");
        size_t pods = 0, containers = 0;
        for (const auto& pod : options_.pods->list()) {
            pods += !pod->sandbox_id.empty();
            for (const auto& container : pod->containers) containers += container.running;
        }
        std::string text = "# HELP kubelet_running_pods [BETA] Number of pods that have a running pod sandbox\n# TYPE kubelet_running_pods gauge\n";
        text += fmt::format("kubelet_running_pods {}\n", pods);
        text += "# HELP kubelet_running_containers [ALPHA] Number of containers currently running\n# TYPE kubelet_running_containers gauge\n";
        text += fmt::format("kubelet_running_containers{{container_state=\"running\"}} {}\n", containers);
        text += fmt::format("# HELP kubelet_node_name [ALPHA] The node's name. The count is always 1.\n# TYPE kubelet_node_name gauge\nkubelet_node_name{{node=\"{}\"}} 1\n", options_.node_name);
        answer(exchange, 200, std::move(text), kType);
    }

    Options options_;
    Access access_;
    ThreadPool pool_;
    std::shared_ptr<net::TlsServerContext> tls_;
    std::unique_ptr<net::HttpServer> server_;
    std::mutex rates_mutex_;
    CpuRates rates_;
};

}  // namespace

Result<std::unique_ptr<NodeApi>> NodeApi::start(Options options) {
    auto server = std::make_unique<Server>(std::move(options));
    TRY(server->open());
    return std::unique_ptr<NodeApi>(std::move(server));
}

}  // namespace skiff::agent::nodeapi
