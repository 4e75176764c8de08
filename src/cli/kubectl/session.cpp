#include "cli/kubectl/session.h"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "api/timestamp.h"
#include "base/strings.h"
#include "base/version.h"
#include "cli/terminal.h"
#include "client/kubeconfig.h"
#include "client/resource_path.h"
#include "json/parse.h"
#include "net/url.h"

namespace skiff::cli::kubectl {

namespace {

constexpr auto kForever = std::chrono::hours(24 * 365);
constexpr size_t kQueuedBytesMax = 64 << 20;

// A failure to talk to the server, in kubectl's words where it has them.
Status connection_error(const Status& status, const std::string& server) {
    auto host = server;
    if (auto url = net::parse_url(server); url.ok()) host = url->authority();
    if (contains(status.message(), "refused"))
        return error(Reason::Unknown, "The connection to the server {} was refused - did you specify the right host or port?", host);
    return error(Reason::Unknown, "Unable to connect to the server: {}", status.message());
}

// What arrives on the io thread, for the thread that waits.
struct Inbox {
    std::mutex mutex;
    std::condition_variable ready;
    int code = 0;
    std::string data;
    bool ended = false;
    Status end;
};

}  // namespace

std::string api_path(const api::Gvr& gvr, const std::string& ns, const std::string& name, const std::string& subresource, const net::Query& query) {
    auto path = client::resource_path(gvr, ns, name, subresource);
    const auto text = query.encode();
    return text.empty() ? path : path + "?" + text;
}

Session::~Session() {
    client_.reset();
    if (io_) io_->stop();
}

Result<std::unique_ptr<Session>> Session::open(const Connect& connect) {
    const auto paths = connect.kubeconfig.empty() ? client::Kubeconfig::default_paths() : std::vector<std::string>{connect.kubeconfig};
    auto config = client::Kubeconfig::load(paths);
    if (!config.ok()) return error(Reason::Unknown, "error loading config file: {}", config.status().message());
    client::KubeconfigOverrides overrides{connect.context, connect.cluster, connect.user, connect.ns, connect.server, connect.token, connect.insecure};
    auto connection = config->resolve(overrides);
    if (!connection.ok() && config->tree()["clusters"].empty() && connect.server.empty()) {
        if (auto inside = client::Kubeconfig::in_cluster(); inside.ok()) connection = std::move(inside);
        else return error(Reason::Unknown, "no cluster is configured: {} has none. Start one with `skiff server`, or name its file with --kubeconfig or $KUBECONFIG", join(paths, ":"));
    }
    if (!connection.ok()) return error(Reason::Unknown, "{}", connection.status().message());
    if (!connect.as.empty()) connection->config.impersonate_user = connect.as;
    if (!connect.as_groups.empty()) connection->config.impersonate_groups = connect.as_groups;
    connection->config.user_agent = "kubectl/" + std::string(kKubernetesVersion);
    std::unique_ptr<Session> session(new Session);
    if (connect.request_timeout != "0") {
        auto seconds = parse_int(connect.request_timeout);
        auto timeout = seconds ? Result<Duration>(std::chrono::seconds(*seconds)) : api::parse_duration(connect.request_timeout);
        if (!timeout.ok()) return error(Reason::Unknown, "invalid timeout value: {}", connect.request_timeout);
        session->timeout_ = std::chrono::duration_cast<std::chrono::milliseconds>(*timeout);
    }
    session->io_ = std::make_unique<net::IoThreads>(1);
    session->ns_ = !connect.ns.empty() ? connect.ns : connection->ns;
    session->ns_given_ = !connect.ns.empty();
    session->server_ = connection->config.servers[0];
    auto client = client::RemoteClient::create(*session->io_, std::move(connection->config));
    if (!client.ok()) return error(Reason::Unknown, "{}", client.status().message());
    session->client_ = std::move(*client);
    return session;
}

net::ClientRequest Session::prepare(const Ask& ask) {
    client::RawRequest raw;
    raw.method = ask.method;
    raw.path = ask.path;
    raw.content_type = ask.content_type;
    raw.accept = ask.accept;
    raw.body = ask.body;
    auto request = client_->prepare(raw);
    request.timeout = timeout_.count() ? timeout_ : std::chrono::duration_cast<std::chrono::milliseconds>(kForever);
    request.body_bytes_max = 512 << 20;
    return request;
}

void Session::show_warnings(const net::Headers& headers) {
    for (const auto& warning : headers.all("Warning")) {
        const auto from = warning.find('"'), to = warning.rfind('"');
        if (from == std::string::npos || to <= from) continue;
        ++warnings_;
        print_error(paint("Warning:", Colour::Yellow, 2) + " " + replace_all(replace_all(warning.substr(from + 1, to - from - 1), "\\\"", "\""), "\\\\", "\\") + "\n");
    }
}

Result<std::string> Session::text(const Ask& ask) {
    auto answer = client_->http()->request(prepare(ask));
    if (!answer.ok()) return connection_error(answer.status(), server_);
    show_warnings(answer->headers);
    if (answer->code >= 400) return client::status_from_answer(answer->code, answer->body, answer->headers.get("Retry-After"));
    return std::move(answer->body);
}

Result<json::Value> Session::ask(const Ask& ask) {
    const auto body = TRY(text(ask));
    auto tree = json::parse(body);
    if (!tree.ok()) return error(Reason::Unknown, "the server's answer is no JSON: {}", tree.status().message());
    return tree;
}

Status Session::stream(const Ask& ask, const std::function<bool(std::string_view)>& on_data) {
    auto inbox = std::make_shared<Inbox>();
    const auto change = [inbox](const auto& what) {
        std::lock_guard lock(inbox->mutex);
        what();
        inbox->ready.notify_one();
    };
    net::HttpClient::StreamHandler handler;
    handler.head = [=](int code, const net::Headers&) { change([&] { inbox->code = code; }); };
    handler.data = [=](std::string_view bytes) { change([&] { if (inbox->data.size() < kQueuedBytesMax) inbox->data += bytes; }); };
    handler.end = [=](Status status) { change([&] { inbox->ended = true, inbox->end = std::move(status); }); };
    auto call = client_->http()->stream(prepare(ask), std::move(handler));
    std::string failure;
    for (;;) {
        std::unique_lock lock(inbox->mutex);
        inbox->ready.wait(lock, [&] { return !inbox->data.empty() || inbox->ended; });
        std::string piece;
        piece.swap(inbox->data);
        const bool ended = inbox->ended;
        const int code = inbox->code;
        lock.unlock();
        if (code >= 400) failure += piece;
        else if (!piece.empty() && !on_data(piece)) return {};
        if (!ended) continue;
        if (code >= 400) return client::status_from_answer(code, failure);
        if (!inbox->end.ok()) return connection_error(inbox->end, server_);
        return {};
    }
}

Result<std::shared_ptr<net::WebSocket>> Session::websocket(const std::string& path, const std::vector<std::string>& protocols) {
    auto request = prepare({"GET", path});
    net::WebSocket::prepare(request, protocols);
    struct Done {
        std::mutex mutex;
        std::condition_variable ready;
        std::optional<Result<net::HttpClient::Upgraded>> result;
    };
    auto done = std::make_shared<Done>();
    client_->http()->upgrade(request, [done](Result<net::HttpClient::Upgraded> result) {
        std::lock_guard lock(done->mutex);
        done->result = std::move(result);
        done->ready.notify_one();
    });
    std::unique_lock lock(done->mutex);
    done->ready.wait(lock, [&] { return done->result.has_value(); });
    auto result = std::move(*done->result);
    if (!result.ok()) return connection_error(result.status(), server_);
    if (!result->stream) return client::status_from_answer(result->response.code, result->response.body);
    return net::WebSocket::finish(request, std::move(*result), 64 << 20);
}

Result<const Discovery*> Session::discovery() {
    if (discovery_) return discovery_.get();
    auto made = std::make_unique<Discovery>();
    static constexpr const char* kAccept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    for (const char* root : {"/api", "/apis"}) {
        const auto answer = TRY(ask({"GET", root, "", "application/json", kAccept}));
        if (answer["kind"].as_string() == "APIGroupDiscoveryList") {
            made->add(answer);
            continue;
        }
        // A server without aggregated discovery: each group version by itself. One whose server is away must not hide the others.
        for (const auto& version : answer["versions"].items())
            if (auto list = get("/api/" + version.as_string()); list.ok()) made->add_plain(*list, true);
        for (const auto& group : answer["groups"].items())
            for (const auto& version : group["versions"].items())
                if (auto list = get("/apis/" + version["groupVersion"].as_string()); list.ok())
                    made->add_plain(*list, version["groupVersion"] == group["preferredVersion"]["groupVersion"]);
    }
    discovery_ = std::move(made);
    return discovery_.get();
}

}  // namespace skiff::cli::kubectl
