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

// A line is made of its text directly: it is written for most requests, and a tree would cost as much as some of them.
class Line {
public:
    Line() { text_.reserve(1024); }
    void key(std::string_view name) {
        text_.push_back(first_ ? '{' : ',');
        first_ = false;
        json::append_quoted(text_, name);
        text_.push_back(':');
    }
    void put(std::string_view name, std::string_view value) {
        key(name);
        json::append_quoted(text_, value);
    }
    void put_some(std::string_view name, const std::string& value) {
        if (!value.empty()) put(name, cut(value));
    }
    void put_json(std::string_view name, const json::Value& value) {
        key(name);
        json::append(text_, value);
    }
    void put_all(std::string_view name, const std::vector<std::string>& values) {
        key(name);
        text_.push_back('[');
        for (const std::string& value : values) {
            if (&value != &values.front()) text_.push_back(',');
            json::append_quoted(text_, value);
        }
        text_.push_back(']');
    }
    void begin(std::string_view name) {
        key(name);
        first_ = true;
    }
    void end() {
        if (first_) text_.push_back('{');
        text_.push_back('}');
        first_ = false;
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
    bool first_ = true;      // of the object that is open
};

void put_user(Line& line, std::string_view name, const User& user) {
    line.begin(name);
    line.put("username", user.name);
    if (!user.uid.empty()) line.put("uid", user.uid);
    line.put_all("groups", user.groups);
    line.end();
}

void put_object_reference(Line& line, const Attributes& a) {
    line.begin("objectRef");
    line.put("resource", a.resource);
    line.put_some("namespace", a.ns);
    line.put_some("name", a.name);
    line.put_some("apiGroup", a.group);
    line.put_some("apiVersion", a.version);
    line.put_some("subresource", a.subresource);
    line.end();
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
bool add_body(Line& line, const char* key, std::string_view text, std::string_view content_type, const Answered& answered, const Wanted& wanted) {
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
    line.put_json(key, *body);
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

void add_bodies(Line& line, json::Value& annotations, const Answered& answered, const Wanted& wanted) {
    if (wanted.level < Level::Request || !may_keep_body(answered.context.attributes)) return;
    bool whole = add_body(line, "requestObject", answered.request.body, answered.request.headers.get("Content-Type"), answered, wanted);
    if (wanted.level == Level::RequestResponse && answered.response != nullptr && answered.stage == Stage::ResponseComplete) {
        bool fits = false;
        const std::string text = text_of(*answered.response, fits);
        whole = fits && add_body(line, "responseObject", text, answered.response->headers.get("Content-Type"), answered, wanted) && whole;
    }
    if (!whole) annotations.set("audit.k8s.io/truncated", "true");
}

}  // namespace

std::string event_line(const Answered& answered, const Wanted& wanted) {
    const Attributes& a = answered.context.attributes;
    Line line;
    line.put("kind", "Event");
    line.put("apiVersion", "audit.k8s.io/v1");
    line.put("level", level_name(wanted.level));
    line.put("auditID", answered.context.id);
    line.put("stage", stage_name(answered.stage));
    line.put("requestURI", cut(answered.request.target));
    line.put("verb", a.verb);
    put_user(line, "user", answered.user);
    if (answered.user.name != a.user.name) put_user(line, "impersonatedUser", a.user);
    line.put_all("sourceIPs", {host_of(answered.request.remote_address)});
    line.put_some("userAgent", answered.context.user_agent);
    if (a.resource_request) put_object_reference(line, a);
    if (answered.code != 0) {
        line.begin("responseStatus");
        line.begin("metadata");
        line.end();
        line.put_json("code", json::Value(answered.code));
        line.end();
    }
    json::Value annotations = json::Value::object();
    if (answered.stage != Stage::RequestReceived) {
        for (const auto& [key, value] : answered.context.annotations)
            if (wanted.level >= Level::Request || !key.starts_with("patch.webhook.")) annotations.set(key, value);
        add_bodies(line, annotations, answered, wanted);
    }
    line.put("requestReceivedTimestamp", api::format_micro_time(answered.received));
    line.put("stageTimestamp", api::format_micro_time(answered.answered));
    if (annotations.size() > 0) line.put_json("annotations", annotations);
    line.end();
    return line.take();
}

}  // namespace skiff::apiserver::audit
