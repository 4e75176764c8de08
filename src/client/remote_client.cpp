#include "client/remote_client.h"

#include "base/guarded.h"
#include "base/random.h"
#include "base/strings.h"
#include "client/credentials.h"
#include "client/remote_watch.h"
#include "client/resource_path.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::client {

namespace {

// Watches end after half an hour to an hour, so that restarted servers get their share of them back.
constexpr int kWatchSeconds = 1800;

std::string with_query(std::string path, const net::Query& query) {
    if (query.entries().empty()) return path;
    return std::move(path) + "?" + query.encode();
}

// The request may not have reached the server at all: another server may be asked.
bool unreachable(const Status& status) { return status.reason() == Reason::ServiceUnavailable || status.reason() == Reason::Timeout; }

List read_list(const json::Value& tree) {
    List list;
    list.resource_version = tree["metadata"]["resourceVersion"].as_string();
    list.continue_token = tree["metadata"]["continue"].as_string();
    std::string kind = tree["kind"].as_string();
    if (kind.size() > 4 && kind.ends_with("List")) kind.resize(kind.size() - 4);
    list.items.reserve(tree["items"].size());
    for (const auto& item : tree["items"].items()) {
        // Items of a typed list may leave out what the list's own kind says.
        if (item["kind"].as_string().empty() && !kind.empty()) {
            json::Object members{{"apiVersion", tree["apiVersion"]}, {"kind", kind}};
            for (const auto& member : item.members())
                if (member.key != "kind" && member.key != "apiVersion") members.push_back(member);
            list.items.push_back(api::Object::from_tree(json::Value(std::move(members))));
        } else {
            list.items.push_back(api::Object::from_tree(item));
        }
    }
    return list;
}

class Remote : public RemoteClient {
public:
    Remote(RemoteConfig config, std::shared_ptr<net::TlsClientContext> tls, std::shared_ptr<net::HttpClient> http)
        : config_(std::move(config)), credentials_(config_), tls_(std::move(tls)), http_(std::move(http)) {
        servers_.lock()->urls = config_.servers;
    }

    Result<ObjectPtr> get(const Gvr& gvr, const std::string& ns, const std::string& name) override {
        return object(TRY(call({"GET", resource_path(gvr, ns, name)})));
    }

    Result<List> list(const Gvr& gvr, const ListOptions& options) override {
        auto body = TRY(call({"GET", with_query(resource_path(gvr, options.ns), list_query(options))}));
        return read_list(TRY(json::parse(body)));
    }

    Result<std::unique_ptr<Watch>> watch(const Gvr& gvr, const WatchOptions& options, WatchHandler handler) override {
        int seconds = kWatchSeconds + static_cast<int>(random_u64() % kWatchSeconds);
        auto path = with_query(resource_path(gvr, options.ns), watch_query(options, seconds));
        return start_remote_watch(*http_, prepare({"GET", path}), dispatcher_, std::move(handler), [this](const std::string& url) { failed(url); });
    }

    Result<ObjectPtr> create(const Gvr& gvr, const std::string& ns, const json::Value& body, const WriteOptions& options,
                             const std::string& name) override {
        auto path = resource_path(gvr, ns, options.subresource.empty() ? "" : name, options.subresource);
        return object(TRY(call({"POST", with_query(path, query_of(options)), "application/json", "application/json", json::write(body)})));
    }

    Result<ObjectPtr> update(const Gvr& gvr, const std::string& ns, const json::Value& body, const WriteOptions& options) override {
        auto path = resource_path(gvr, ns, body["metadata"]["name"].as_string(), options.subresource);
        return object(TRY(call({"PUT", with_query(path, query_of(options)), "application/json", "application/json", json::write(body)})));
    }

    Result<ObjectPtr> patch(const Gvr& gvr, const std::string& ns, const std::string& name, PatchType type, const json::Value& body,
                            const WriteOptions& options) override {
        auto path = with_query(resource_path(gvr, ns, name, options.subresource), query_of(options));
        return object(TRY(call({"PATCH", path, patch_content_type(type), "application/json", json::write(body)})));
    }

    Status remove(const Gvr& gvr, const std::string& ns, const std::string& name, const DeleteOptions& options) override {
        TRY(call({"DELETE", resource_path(gvr, ns, name), "application/json", "application/json", json::write(delete_body(options))}));
        return {};
    }

    Result<RawResponse> raw(const RawRequest& request) override {
        auto response = TRY(send(request));
        return RawResponse{response.code, response.headers.get("Content-Type"), std::move(response.body)};
    }

    Status reload_tls(const net::TlsClientConfig& config) override { return tls_->reload(config); }

    void set_servers(std::vector<std::string> urls) override {
        auto held = servers_.lock();
        if (held->urls == urls) return;
        held->urls = std::move(urls);
        held->current = 0;
    }

    net::ClientRequest prepare(const RawRequest& request) override {
        net::ClientRequest http;
        http.method = request.method;
        http.url = current() + request.path;
        http.headers.set("Accept", request.accept);
        http.headers.set("User-Agent", config_.user_agent);
        if (!request.body.empty()) {
            http.headers.set("Content-Type", request.content_type);
            http.body = net::make_bytes(request.body);
        }
        credentials_.add_to(http.headers);
        http.timeout = config_.timeout;
        return http;
    }

    std::shared_ptr<net::HttpClient> http() override { return http_; }

private:
    struct Servers {
        std::vector<std::string> urls;
        size_t current = 0;
    };

    std::string current() {
        auto held = servers_.lock();
        return held->urls[held->current % held->urls.size()];
    }

    // Moves on to the next server, unless another caller already did.
    void failed(const std::string& url) {
        auto held = servers_.lock();
        const auto& base = held->urls[held->current % held->urls.size()];
        if (url.compare(0, base.size(), base) == 0) held->current = (held->current + 1) % held->urls.size();
    }

    Result<net::ClientResponse> send(const RawRequest& request) {
        size_t attempts = servers_.lock()->urls.size();
        for (size_t attempt = 1;; ++attempt) {
            auto http = prepare(request);
            auto response = http_->request(http);
            if (response.ok()) return response;
            if (unreachable(response.status())) failed(http.url);
            // A write whose fate is unknown is the caller's to repeat.
            bool again = attempt < attempts && unreachable(response.status()) && request.method == "GET";
            if (!again) return std::move(response).context("{} {}", request.method, http.url.substr(0, http.url.find('?')));
        }
    }

    Result<std::string> call(const RawRequest& request) {
        auto response = TRY(send(request));
        if (response.code >= 200 && response.code < 300) return std::move(response.body);
        return status_from_answer(response.code, response.body, response.headers.get("Retry-After"));
    }

    static Result<ObjectPtr> object(std::string body) { return api::Object::from_bytes(std::make_shared<const std::string>(std::move(body))); }

    net::Query query_of(const WriteOptions& options) const {
        WriteOptions filled = options;
        if (filled.field_manager.empty()) filled.field_manager = config_.field_manager;
        return write_query(filled);
    }

    const RemoteConfig config_;
    Credentials credentials_;
    std::shared_ptr<net::TlsClientContext> tls_;
    std::shared_ptr<net::HttpClient> http_;
    Guarded<Servers> servers_;
    std::shared_ptr<Dispatcher> dispatcher_ = std::make_shared<Dispatcher>("client-events");
};

}  // namespace

Result<std::shared_ptr<RemoteClient>> RemoteClient::create(net::IoThreads& io, RemoteConfig config) {
    if (config.servers.empty()) return error(Reason::BadRequest, "no API server is given");
    for (auto& url : config.servers)
        while (url.ends_with('/')) url.pop_back();
    auto tls = TRY(net::TlsClientContext::create(config.tls));
    auto http = net::HttpClient::create(io, tls);
    return std::shared_ptr<RemoteClient>(std::make_shared<Remote>(std::move(config), std::move(tls), std::move(http)));
}

}  // namespace skiff::client
