#include "server/apiserver/admission/webhook_client.h"

#include "api/scalar_form.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "base/thread_pool.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/tls.h"
#include "server/apiserver/admission/webhook_refusal.h"

namespace skiff::apiserver {
namespace {

std::string host_and_port(const std::string& host, int64_t port) {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

struct Target {
    std::string url, connect;
};

Result<Target> target_of(const Reader& reader, const json::Value& config) {
    Target target;
    const json::Value& service = config["service"];
    if (!service.is_object()) {
        target.url = config["url"].as_string();
        if (!target.url.starts_with("https://")) return error(Reason::InternalError, "the URL of a webhook must begin with https://");
        return target;
    }
    const std::string &ns = service["namespace"].as_string(), &name = service["name"].as_string();
    int64_t port = service["port"].as_int(443);
    std::string path = service["path"].as_string();
    if (!path.starts_with('/')) path.insert(0, "/");
    target.url = fmt::format("https://{}.{}.svc:{}{}", name, ns, port, path);
    target.connect = TRY(service_endpoint(reader, ns, name, port));
    return target;
}

// "name.ns.svc:443" or the URL's host with its port.
std::string host_of(const json::Value& config) {
    if (const json::Value& service = config["service"]; service.is_object())
        return fmt::format("{}.{}.svc:{}", service["name"].as_string(), service["namespace"].as_string(), service["port"].as_int(443));
    std::string_view url = config["url"].as_string();
    if (const size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
    const std::string host(url.substr(0, url.find_first_of("/?#")));
    const size_t colon = host.rfind(':');
    return colon != host.npos && host.find(']', colon) == host.npos ? host : host + ":443";   // not a colon inside [::1]
}

}  // namespace

Result<std::string> service_endpoint(const Reader& reader, const std::string& ns, const std::string& name, int64_t port) {
    api::ObjectPtr service = reader.get({"", "v1", "services"}, ns, name);
    if (!service) return error(Reason::NotFound, "service \"{}\" not found", name);
    api::TreePtr tree = service->tree();
    const json::Value& spec = (*tree)["spec"];
    if (spec["type"].as_string() == "ExternalName") return host_and_port(spec["externalName"].as_string(), port);
    const json::Value* wanted = nullptr;
    for (const json::Value& p : spec["ports"].items())
        if (p["port"].as_int() == port) wanted = &p;
    if (!wanted) return error(Reason::ServiceUnavailable, "no service port {} found for service \"{}\"", port, name);
    const std::string& port_name = (*wanted)["name"].as_string();
    std::vector<std::string> ready;
    for (const api::ObjectPtr& slice : reader.list({"discovery.k8s.io", "v1", "endpointslices"}, ns)) {
        if (slice->meta().label("kubernetes.io/service-name") != name) continue;
        api::TreePtr s = slice->tree();
        for (const json::Value& p : (*s)["ports"].items()) {
            if (p["name"].as_string() != port_name) continue;
            for (const json::Value& endpoint : (*s)["endpoints"].items())
                if (endpoint["conditions"]["ready"].as_bool(true) && endpoint["addresses"].size() > 0) ready.push_back(host_and_port(endpoint["addresses"][0].as_string(), p["port"].as_int()));
        }
    }
    if (ready.empty()) return error(Reason::ServiceUnavailable, "no endpoints available for service \"{}\"", name);
    return ready[random_u64() % ready.size()];
}

Result<std::shared_ptr<net::HttpClient>> WebhookClient::client_for(const std::string& ca_bundle, const client::RemoteConfig* user) {
    const std::string key = sha256_hex(ca_bundle) + (user ? sha256_hex(user->tls.certificate_pem) : "");
    std::lock_guard lock(mutex_);
    if (auto found = clients_.find(key); found != clients_.end()) return found->second;
    net::TlsClientConfig config;
    config.ca_pem = ca_bundle;
    if (user) {
        config.certificate_pem = user->tls.certificate_pem;
        config.key_pem = user->tls.key_pem;
    }
    auto tls = TRY(net::TlsClientContext::create(config));
    if (clients_.size() >= kClientsMax) clients_.clear();   // running calls keep theirs
    return clients_[key] = net::HttpClient::create(io_, std::move(tls));
}

Result<json::Value> WebhookClient::call(const json::Value& config, const std::string& query, const json::Value& review, std::chrono::milliseconds timeout,
                                        const WebhookCredentials* credentials) {
    std::string ca;
    if (const std::string& text = config["caBundle"].as_string(); !text.empty()) {
        auto decoded = base64_decode(text);
        if (!decoded) return error(Reason::InternalError, "unable to load root certificates: caBundle is no base64");
        if (!trim(*decoded).empty()) ca = std::move(*decoded);
    }
    const client::RemoteConfig* user = credentials ? credentials->find(host_of(config)) : nullptr;
    auto client = client_for(ca, user);
    if (!client.ok()) return error(Reason::InternalError, "unable to load root certificates: {}", client.status().message());
    auto target = target_of(reader_, config);
    std::string shown = config["service"].is_object() ? fmt::format("https://{}.{}.svc:{}{}", config["service"]["name"].as_string(), config["service"]["namespace"].as_string(),
                                                                     config["service"]["port"].as_int(443), config["service"]["path"].as_string().empty() ? "/" : config["service"]["path"].as_string())
                                                       : config["url"].as_string();
    if (!query.empty()) shown += (shown.find('?') == std::string::npos ? "?" : "&") + query;
    if (!target.ok()) return error(Reason::InternalError, "failed to call webhook: Post \"{}\": {}", shown, target.status().message());
    net::ClientRequest request;
    request.method = "POST";
    request.url = target->url;
    if (!query.empty()) request.url += (request.url.find('?') == std::string::npos ? "?" : "&") + query;
    request.connect_address = target->connect;
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json, */*");
    request.headers.set("User-Agent", "kube-apiserver-admission");
    if (user)
        if (const std::string authorization = TRY(authorization_of(*user)); !authorization.empty()) request.headers.set("Authorization", authorization);
    request.body = net::make_bytes(json::write(review));
    request.timeout = timeout;
    request.body_bytes_max = kAnswerBytesMax;
    ThreadPool::Blocking blocking;
    auto response = (*client)->request(request);
    if (!response.ok()) {
        bool late = response.status().reason() == Reason::Timeout;
        const std::string& why = response.status().message();
        const size_t tls = why.find("tls: failed");   // behind what this process says of the request, which `shown` says here
        return error(Reason::InternalError, "failed to call webhook: Post \"{}\": {}", shown, late ? "context deadline exceeded" : tls == std::string::npos ? why : why.substr(tls));
    }
    if (response->code < 200 || response->code > 206)
        return error(Reason::InternalError, "failed to call webhook: {}", webhook_refusal(response->code, response->headers.get("Content-Type"), response->body, review["kind"].as_string() == "ConversionReview"));
    if (response->body.empty())
        return error(Reason::InternalError, "failed to call webhook: 0-length response with status code: {} and content type: {}", response->code, response->headers.get("Content-Type"));
    auto answer = json::parse(response->body, {.depth_max = 200});
    // Read as YAML, which takes any text for one string.
    if (!answer.ok() || !(answer->is_object() || answer->is_null()))
        return error(Reason::InternalError, "failed to call webhook: couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct "
                                            "{{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}",
                     answer.ok() ? api::go_json_kind(*answer) : "string");
    return answer;
}

}  // namespace skiff::apiserver
