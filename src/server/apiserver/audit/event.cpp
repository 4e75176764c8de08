#include "server/apiserver/audit/event.h"

#include "api/timestamp.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::apiserver::audit {

namespace {

constexpr size_t kTextMax = 1024;          // of an address or agent that a client chose
constexpr size_t kBodyMax = 64 << 10;      // of a request that is kept

std::string cut(const std::string& text) { return text.size() <= kTextMax ? text : text.substr(0, kTextMax) + "..."; }

json::Value user_value(const User& user) {
    json::Value out = json::Value::object({{"username", user.name}});
    if (!user.uid.empty()) out.set("uid", user.uid);
    json::Value groups = json::Value::array();
    for (const std::string& group : user.groups) groups.push_back(group);
    out.set("groups", std::move(groups));
    return out;
}

json::Value object_reference(const Attributes& a) {
    json::Value out = json::Value::object({{"resource", a.resource}});
    auto put = [&](const char* key, const std::string& value) {
        if (!value.empty()) out.set(key, cut(value));
    };
    put("namespace", a.ns);
    put("name", a.name);
    put("apiGroup", a.group);
    put("apiVersion", a.version);
    put("subresource", a.subresource);
    return out;
}

// The address without its port.
std::string host_of(const std::string& address) {
    size_t colon = address.rfind(':');
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    return host;
}

bool may_keep_body(const Attributes& a) {
    return a.resource != "secrets" && a.resource != "configmaps" && a.resource != "tokenreviews" && !(a.resource == "serviceaccounts" && a.subresource == "token");
}

}  // namespace

std::string event_line(const Answered& answered, Level level) {
    const Attributes& a = answered.context.attributes;
    json::Value event = json::Value::object({{"kind", "Event"}, {"apiVersion", "audit.k8s.io/v1"}, {"level", level == Level::Request ? "Request" : "Metadata"}});
    event.set("auditID", answered.context.id);
    event.set("stage", "ResponseComplete");
    event.set("requestURI", cut(answered.request.target));
    event.set("verb", a.verb);
    event.set("user", user_value(answered.user));
    if (answered.user.name != a.user.name) event.set("impersonatedUser", user_value(a.user));
    event.set("sourceIPs", json::Value::array({host_of(answered.request.remote_address)}));
    if (!answered.context.user_agent.empty()) event.set("userAgent", cut(answered.context.user_agent));
    if (a.resource_request) event.set("objectRef", object_reference(a));
    event.set("responseStatus", json::Value::object({{"metadata", json::Value::object()}, {"code", answered.code}}));
    if (level == Level::Request && may_keep_body(a) && !answered.request.body.empty() && answered.request.body.size() <= kBodyMax)
        if (auto body = json::parse(answered.request.body); body.ok()) event.set("requestObject", std::move(body).value());
    event.set("requestReceivedTimestamp", api::format_micro_time(answered.received));
    event.set("stageTimestamp", api::format_micro_time(answered.answered));
    event.set("annotations", json::Value::object({{"authorization.k8s.io/decision", answered.code == 403 ? "forbid" : "allow"}}));
    return json::write(event);
}

}  // namespace skiff::apiserver::audit
