#include "server/apiserver/audit/event.h"

#include "api/timestamp.h"
#include "json/parse.h"
#include "json/write.h"
#include "json/yaml.h"
#include "server/apiserver/protobuf_form.h"

namespace skiff::apiserver::audit {

namespace {

constexpr size_t kTextMax = 1024;          // of an address or agent that a client chose
constexpr size_t kBodyMax = 64 << 10;      // of a request or an answer that is kept

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

namespace {

const char* level_name(Level level) {
    static constexpr const char* kNames[] = {"None", "Metadata", "Request", "RequestResponse"};
    return kNames[static_cast<int>(level)];
}

const char* stage_name(Stage stage) {
    static constexpr const char* kNames[] = {"RequestReceived", "ResponseStarted", "ResponseComplete"};
    return kNames[static_cast<int>(stage)];
}

void drop_managed_fields(json::Value& object) {
    if (object["metadata"].is_object()) object.mut("metadata").erase("managedFields");
    if (object["items"].is_array())
        for (json::Value& item : object.mut("items").mut_items())
            if (item["metadata"].is_object()) item.mut("metadata").erase("managedFields");
}

// Sets the body under key, where it is JSON and small enough; other forms and sizes are said to be cut.
bool add_body(json::Value& event, const char* key, std::string_view text, std::string_view content_type, const Answered& answered, const Wanted& wanted) {
    if (text.empty()) return true;
    if (text.size() > kBodyMax) return false;
    auto read = [&]() -> Result<json::Value> {
        const api::KindInfo* kind = answered.context.kind;
        if (text.starts_with("k8s") && answered.kinds && kind) return protobuf_body(*answered.kinds, text, kind->type_name, kind->gvk.kind);
        return content_type.find("yaml") == std::string_view::npos ? json::parse(text) : json::parse_yaml(text);
    };
    auto body = read();
    if (!body.ok()) return false;
    if (wanted.omit_managed_fields) drop_managed_fields(*body);
    event.set(key, std::move(body).value());
    return true;
}

// "" too when it is too long or packed.
std::string text_of(const net::Response& response, bool& whole) {
    size_t size = response.body ? response.body->size() : 0;
    for (const net::Bytes& piece : response.more) size += piece->size();
    whole = size <= kBodyMax && response.headers.get("Content-Encoding").empty() && size > 0;
    std::string out;
    if (!whole) return out;
    if (response.body) out += *response.body;
    for (const net::Bytes& piece : response.more) out += *piece;
    return out;
}

void add_bodies(json::Value& event, json::Value& annotations, const Answered& answered, const Wanted& wanted) {
    if (wanted.level < Level::Request || !may_keep_body(answered.context.attributes)) return;
    bool whole = add_body(event, "requestObject", answered.request.body, answered.request.headers.get("Content-Type"), answered, wanted);
    if (wanted.level == Level::RequestResponse && answered.response != nullptr && answered.stage == Stage::ResponseComplete) {
        bool fits = false;
        const std::string text = text_of(*answered.response, fits);
        whole = fits && add_body(event, "responseObject", text, answered.response->headers.get("Content-Type"), answered, wanted) && whole;
    }
    if (!whole) annotations.set("audit.k8s.io/truncated", "true");
}

}  // namespace

std::string event_line(const Answered& answered, const Wanted& wanted) {
    const Attributes& a = answered.context.attributes;
    json::Value event = json::Value::object({{"kind", "Event"}, {"apiVersion", "audit.k8s.io/v1"}, {"level", level_name(wanted.level)}});
    event.set("auditID", answered.context.id);
    event.set("stage", stage_name(answered.stage));
    event.set("requestURI", cut(answered.request.target));
    event.set("verb", a.verb);
    event.set("user", user_value(answered.user));
    if (answered.user.name != a.user.name) event.set("impersonatedUser", user_value(a.user));
    event.set("sourceIPs", json::Value::array({host_of(answered.request.remote_address)}));
    if (!answered.context.user_agent.empty()) event.set("userAgent", cut(answered.context.user_agent));
    if (a.resource_request) event.set("objectRef", object_reference(a));
    if (answered.code != 0) event.set("responseStatus", json::Value::object({{"metadata", json::Value::object()}, {"code", answered.code}}));
    json::Value annotations = json::Value::object();
    if (answered.stage != Stage::RequestReceived) {
        for (const auto& [key, value] : answered.context.annotations)
            if (wanted.level >= Level::Request || !key.starts_with("patch.webhook.")) annotations.set(key, value);
        add_bodies(event, annotations, answered, wanted);
    }
    event.set("requestReceivedTimestamp", api::format_micro_time(answered.received));
    event.set("stageTimestamp", api::format_micro_time(answered.answered));
    if (annotations.size() > 0) event.set("annotations", std::move(annotations));
    return json::write(event);
}

}  // namespace skiff::apiserver::audit
