#include "agent/nodeapi/access.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"

namespace skiff::agent::nodeapi {

namespace {

// As the kubelet's defaults: how long answers are believed.
constexpr Duration kTokenFor = std::chrono::minutes(2), kAllowedFor = std::chrono::minutes(5), kRefusedFor = std::chrono::seconds(30);
constexpr size_t kCacheMax = 1000;

bool under(const std::string& path, std::string_view root) { return path == root || (path.size() > root.size() && path.compare(0, root.size(), root) == 0 && path[root.size()] == '/'); }

template <typename Map>
void bound(Map& map, Duration now) {
    if (map.size() < kCacheMax) return;
    for (auto entry = map.begin(); entry != map.end();) entry = entry->second.until <= now ? map.erase(entry) : std::next(entry);
    if (map.size() >= kCacheMax) map.clear();
}

json::Value string_list(const std::vector<std::string>& strings) {
    json::Value list = json::Value::array();
    for (const auto& text : strings) list.push_back(text);
    return list;
}

}  // namespace

Asked asked_for(const net::Request& request) {
    const std::string& path = request.path;
    Asked asked{"get", "proxy"};
    if (request.method == "POST") asked.verb = "create";
    if (request.method == "PUT") asked.verb = "update";
    if (request.method == "PATCH") asked.verb = "patch";
    if (request.method == "DELETE") asked.verb = "delete";
    if (under(path, "/stats")) asked.subresource = "stats";
    else if (under(path, "/metrics")) asked.subresource = "metrics";
    else if (under(path, "/logs")) asked.subresource = "log";
    else if (under(path, "/pods") || under(path, "/runningpods")) asked.subresource = "pods";
    else if (under(path, "/healthz")) asked.subresource = "healthz";
    // A command in a container is never a mere reading, whatever method the transport needs.
    else if (under(path, "/exec") || under(path, "/attach") || under(path, "/portForward")) asked.verb = "create";
    return asked;
}

Status Access::check(const net::Request& request) {
    const Caller caller = TRY(authenticate(request));
    if (std::find(caller.groups.begin(), caller.groups.end(), "system:masters") != caller.groups.end()) return {};
    const Asked asked = asked_for(request);
    if (TRY(allowed(caller, asked))) return {};
    // The finer subresources came with v1.33; roles from before name nodes/proxy.
    if ((asked.subresource == "pods" || asked.subresource == "healthz") && TRY(allowed(caller, {asked.verb, "proxy"}))) return {};
    return error(Reason::Forbidden, "Forbidden (user={}, verb={}, resource=nodes, subresource(s)=[{}])", caller.name, asked.verb, asked.subresource);
}

Result<Caller> Access::authenticate(const net::Request& request) {
    if (request.certificate) return Caller{request.certificate->common_name, "", request.certificate->organizations};
    const std::string& header = request.headers.get("Authorization");
    if (header.rfind("Bearer ", 0) != 0) return error(Reason::Unauthorized, "Unauthorized");
    const std::string token = header.substr(7), key = sha256_hex(token);
    const Duration now = clock_.elapsed();
    {
        std::lock_guard lock(mutex_);
        if (auto found = tokens_.find(key); found != tokens_.end() && found->second.until > now) {
            if (found->second.value) return *found->second.value;
            return error(Reason::Unauthorized, "Unauthorized");
        }
    }
    const json::Value review = json::Value::object({{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenReview"}, {"spec", json::Value::object({{"token", token}})}});
    auto answer = TRY(client_->create({"authentication.k8s.io", "v1", "tokenreviews"}, "", review));
    const api::TreePtr tree = answer->tree();
    const json::Value& status = (*tree)["status"];
    std::optional<Caller> caller;
    if (status["authenticated"].as_bool()) {
        caller = Caller{status["user"]["username"].as_string(), status["user"]["uid"].as_string(), {}};
        for (const auto& group : status["user"]["groups"].items()) caller->groups.push_back(group.as_string());
    }
    std::lock_guard lock(mutex_);
    bound(tokens_, now);
    tokens_[key] = {caller, now + (caller ? kTokenFor : kRefusedFor)};
    if (!caller) return error(Reason::Unauthorized, "Unauthorized");
    return *caller;
}

Result<bool> Access::allowed(const Caller& caller, const Asked& asked) {
    const std::string key = caller.name + "\n" + join(caller.groups, ",") + "\n" + asked.verb + "\n" + asked.subresource;
    const Duration now = clock_.elapsed();
    {
        std::lock_guard lock(mutex_);
        if (auto found = verdicts_.find(key); found != verdicts_.end() && found->second.until > now) return found->second.value;
    }
    json::Value spec = json::Value::object({{"user", caller.name}, {"groups", string_list(caller.groups)}});
    if (!caller.uid.empty()) spec.set("uid", caller.uid);
    spec.set("resourceAttributes", json::Value::object({{"verb", asked.verb}, {"version", "v1"}, {"resource", "nodes"}, {"subresource", asked.subresource}, {"name", node_name_}}));
    const json::Value review = json::Value::object({{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", std::move(spec)}});
    auto answer = TRY(client_->create({"authorization.k8s.io", "v1", "subjectaccessreviews"}, "", review));
    const bool yes = (*answer->tree())["status"]["allowed"].as_bool();
    std::lock_guard lock(mutex_);
    bound(verdicts_, now);
    verdicts_[key] = {yes, now + (yes ? kAllowedFor : kRefusedFor)};
    return yes;
}

}  // namespace skiff::agent::nodeapi
