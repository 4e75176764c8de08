#include "server/apiserver/aggregation/aggregator.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/log.h"
#include "base/strings.h"
#include "json/parse.h"
#include "server/apiserver/admission/webhook_client.h"
#include "server/apiserver/aggregation/api_services.h"
#include "server/apiserver/crd/naming.h"
#include "server/apiserver/registry/operations.h"
#include "server/apiserver/respond.h"
#include "server/apiserver/subresource/relay.h"

namespace skiff::apiserver {
namespace {

using json::Value;

const api::Gvr kServices{"apiregistration.k8s.io", "v1", "apiservices"};
const api::Gvr kSlices{"discovery.k8s.io", "v1", "endpointslices"};
// A foreign server is asked this often (Kubernetes: the same).
constexpr Duration kCheckInterval = std::chrono::seconds(30);
constexpr std::chrono::seconds kCheckTimeout{5};
constexpr size_t kDiscoveryBytesMax = 4 << 20;
constexpr std::chrono::seconds kCallTimeout{30};
constexpr size_t kCallBytesMax = 16 << 20;

// "/apis/group/version[/...]", or the OpenAPI document of one.
std::optional<api::GroupVersion> group_version_of(std::string_view path) {
    constexpr std::string_view kDocuments = "/openapi/v3";
    if (path.starts_with(kDocuments)) path.remove_prefix(kDocuments.size());
    auto parts = split_views(path, '/');
    if (parts.size() < 4 || !parts[0].empty() || parts[1] != "apis" || parts[2].empty() || parts[3].empty()) return {};
    return api::GroupVersion{std::string(parts[2]), std::string(parts[3])};
}

// A header's value may not break out of its line.
std::string header_text(std::string text) {
    std::erase_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    return text;
}

// Keys of extra are percent-encoded where a header's name could not carry them.
std::string header_key(std::string_view key) {
    std::string out;
    for (unsigned char c : key) {
        bool plain = std::isalnum(c) || std::string_view("!#$&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
        if (plain) out.push_back(static_cast<char>(c));
        else out += fmt::format("%{:02X}", c);
    }
    return out;
}

void set_remote_user(net::Headers& headers, const User& user) {
    std::vector<std::string> stale;
    for (const auto& [name, value] : headers.entries())
        if (lower(name).rfind("x-remote-", 0) == 0) stale.push_back(name);
    for (const std::string& name : stale) headers.erase(name);
    headers.set("X-Remote-User", header_text(user.name));
    if (!user.uid.empty()) headers.set("X-Remote-Uid", header_text(user.uid));
    for (const std::string& group : user.groups) headers.add("X-Remote-Group", header_text(group));
    for (const auto& [key, values] : user.extra)
        for (const std::string& value : values) headers.add("X-Remote-Extra-" + header_key(key), header_text(value));
}

RequestContext own_context(const api::KindInfo& kind, const char* verb, const std::string& name) {
    RequestContext context;
    context.id = "aggregator";
    context.kind = &kind;
    context.internal = true;
    context.field_manager = "kube-apiserver";
    context.field_validation = FieldValidation::Ignore;
    context.attributes.verb = verb;
    context.attributes.name = name;
    return context;
}

}  // namespace

struct Aggregator::Sink : WatchSink {
    std::function<void()> wake;
    void event(WatchType, const api::ObjectPtr&, SharedLines*) override { wake(); }
    void bookmark(int64_t, bool) override {}
    void end(const Status&) override {}
};

Aggregator::Aggregator(Core& core, FrontProxy identity, std::function<void()> changed)
    : core_(core), kind_(*core.kinds.find(kServices)), identity_(std::move(identity)), changed_(std::move(changed)), backends_(std::make_shared<const Backends>()) {}

Aggregator::~Aggregator() { stop(); }

void Aggregator::start() {
    sink_ = std::make_shared<Sink>();
    sink_->wake = [this] { schedule(); };
    WatchSpec spec;
    spec.start = WatchSpec::Start::Now;
    watch_ = core_.cache.watch(kind_, std::move(spec), sink_);
    schedule();
}

void Aggregator::stop() {
    net::IoThreads::Timer timer;
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        std::swap(timer, timer_);
    }
    watch_.reset();
    slices_.reset();
}

void Aggregator::schedule() {
    {
        std::lock_guard lock(mutex_);
        if (stopped_ || !sink_) return;
        if (std::exchange(again_, true) || running_) return;
        running_ = true;
    }
    if (core_.pool->submit([this] { pass(); })) return;
    std::lock_guard lock(mutex_);
    running_ = again_ = false;
}

void Aggregator::pass() {
    while (true) {
        {
            std::lock_guard lock(mutex_);
            if (stopped_ || !again_) {
                running_ = false;
                return;
            }
            again_ = false;
        }
        keep_local_services();
        auto before = backends_.load();
        auto now = std::make_shared<Backends>();
        bool changed = false;
        for (const api::ObjectPtr& object : core_.cache.list(kServices, "")) {
            api::TreePtr tree = object->tree();
            const Value& spec = (*tree)["spec"];
            if (!spec["service"].is_object()) continue;
            api::GroupVersion version{spec["group"].as_string(), spec["version"].as_string()};
            Backend backend;
            if (auto found = before->find(version); found != before->end()) backend = found->second;
            changed |= check(object, backend);
            (*now)[version] = std::move(backend);
        }
        changed |= now->size() != before->size();
        bool any = !now->empty();
        backends_.store(std::move(now));
        if (changed) changed_();
        if (any) arm();
        else slices_.reset();
    }
}

// Looks again after a while, and when endpoints change.
void Aggregator::arm() {
    if (!slices_) {
        WatchSpec spec;
        spec.start = WatchSpec::Start::Now;
        if (const api::KindInfo* kind = core_.kinds.find(kSlices)) slices_ = core_.cache.watch(*kind, std::move(spec), sink_);
    }
    if (core_.io == nullptr) return;
    auto timer = core_.io->after(kCheckInterval, [this] { schedule(); });
    std::lock_guard lock(mutex_);
    if (!stopped_) timer_ = std::move(timer);
}

// An APIService for each group version that we serve; those of definitions that went go.
void Aggregator::keep_local_services() {
    std::map<std::string, std::pair<api::GroupVersion, bool>> wanted;
    for (const api::KindInfo* kind : core_.kinds.all()) {
        if (kind->plural.empty()) continue;
        api::GroupVersion version{kind->gvk.group, kind->gvk.version};
        wanted.emplace(api_service_name(version), std::make_pair(version, kind->custom != nullptr));
    }
    // Registered by the aggregator's own group, which is not listed.
    wanted.erase(api_service_name({"apiregistration.k8s.io", "v1"}));
    for (const auto& [name, entry] : wanted) {
        if (core_.cache.get(kServices, "", name)) continue;
        RequestContext context = own_context(kind_, "create", "");
        Value object = local_api_service(entry.first, entry.second);
        Body body{{}, "application/json", &object};
        auto decoded = decode_object(core_.kinds, kind_, body, context);
        if (!decoded.ok()) continue;
        auto made = create_object(core_, context, std::move(decoded).value());
        if (!made.ok() && made.status().reason() != Reason::AlreadyExists) log::warn("aggregator", "an APIService cannot be made", {{"name", name}, {"why", made.status().message()}});
    }
    for (const api::ObjectPtr& object : core_.cache.list(kServices, "")) {
        api::TreePtr tree = object->tree();
        bool local = !(*tree)["spec"]["service"].is_object();
        if (local && is_automanaged((*tree)["metadata"]["labels"]) && !wanted.count(object->meta().name)) remove_service(object->meta().name);
    }
}

void Aggregator::remove_service(const std::string& name) {
    RequestContext context = own_context(kind_, "delete", name);
    auto removed = delete_object(core_, context, {});
    if (!removed.ok() && removed.status().reason() != Reason::NotFound) log::warn("aggregator", "an APIService cannot be removed", {{"name", name}, {"why", removed.status().message()}});
}

Result<std::shared_ptr<net::HttpClient>> Aggregator::client_for(const Value& spec) {
    net::TlsClientConfig config;
    config.certificate_pem = identity_.certificate_pem;
    config.key_pem = identity_.key_pem;
    config.insecure_skip_verify = spec["insecureSkipTLSVerify"].as_bool();
    if (const std::string& bundle = spec["caBundle"].as_string(); !bundle.empty()) {
        auto pem = base64_decode(bundle);
        if (!pem) return error(Reason::InternalError, "caBundle is no base64");
        config.ca_pem = std::move(*pem);
    }
    return net::HttpClient::create(*core_.io, TRY(net::TlsClientContext::create(config)));
}

// True when what discovery shows has changed.
bool Aggregator::check(const api::ObjectPtr& object, Backend& backend) {
    api::TreePtr tree = object->tree();
    const Value& spec = (*tree)["spec"];
    bool was = backend.available, known = backend.revision != 0;
    std::string reason, before = spec["caBundle"].as_string();
    if (backend.revision != object->meta().resource_version) {
        const Value& service = spec["service"];
        backend.name = object->meta().name;
        backend.ns = service["namespace"].as_string();
        backend.service = service["name"].as_string();
        backend.port = service["port"].as_int(443);
        backend.foreign.version = {spec["group"].as_string(), spec["version"].as_string()};
        backend.foreign.group_priority = static_cast<int>(spec["groupPriorityMinimum"].as_int());
        backend.foreign.version_priority = static_cast<int>(spec["versionPriority"].as_int());
        auto client = client_for(spec);
        backend.client = client.ok() ? std::move(client).value() : nullptr;
        backend.revision = object->meta().resource_version;
    }
    Value resources = backend.foreign.resources;
    auto openapi = backend.foreign.openapi;
    Status status = reach(backend, reason);
    backend.available = backend.foreign.current = status.ok();
    write_condition(backend.name, status.ok(), reason, status.ok() ? "all checks passed" : status.message());
    if (api::ObjectPtr now = core_.cache.get(kServices, "", backend.name); now && now->meta().uid == object->meta().uid) {
        // Our own write of the condition is no reason for a new client.
        api::TreePtr written = now->tree();
        if ((*written)["spec"] == spec) backend.revision = now->meta().resource_version;
    }
    return !known || was != backend.available || openapi != backend.foreign.openapi || !(resources == backend.foreign.resources);
}

Status Aggregator::reach(Backend& backend, std::string& reason) {
    const std::string where = backend.ns + "/" + backend.service;
    if (!core_.cache.get({"", "v1", "services"}, backend.ns, backend.service)) {
        reason = "ServiceNotFound";
        return error(Reason::ServiceUnavailable, "service/{} in \"{}\" is not present", backend.service, backend.ns);
    }
    auto address = service_endpoint(core_.cache, backend.ns, backend.service, backend.port);
    if (!address.ok()) {
        reason = "MissingEndpoints";
        return error(Reason::ServiceUnavailable, "endpoints for service/{} in \"{}\" have no addresses with port name \"https\"", backend.service, backend.ns);
    }
    reason = "FailedDiscoveryCheck";
    if (!backend.client) return error(Reason::ServiceUnavailable, "no client for {}: the certificates cannot be read", where);
    auto list = fetch(backend, "/apis/" + backend.foreign.version.api_version(), *address);
    if (!list.ok()) return std::move(list).status();
    if ((*list)["kind"].as_string() != "APIResourceList")
        return error(Reason::ServiceUnavailable, "the answer of {} for {} is no APIResourceList", where, backend.foreign.version.api_version());
    backend.foreign.resources = std::move(list).value();
    reason = "Passed";
    read_openapi(backend, *address);
    return {};
}

// A document of the foreign server, asked for as the aggregator.
Result<Value> Aggregator::fetch(const Backend& backend, const std::string& path, const std::string& address) const {
    net::ClientRequest request;
    request.url = fmt::format("https://{}.{}.svc:{}{}", backend.service, backend.ns, backend.port, path);
    request.connect_address = address;
    request.timeout = kCheckTimeout;
    request.body_bytes_max = kDiscoveryBytesMax;
    request.headers.set("Accept", "application/json");
    set_remote_user(request.headers, {"system:kube-aggregator", "", {std::string(kMasters)}, {}});
    ThreadPool::Blocking blocking;
    auto response = backend.client->request(request);
    if (!response.ok()) return error(Reason::ServiceUnavailable, "failing or missing response from {}: {}", request.url, response.status().message());
    if (response->code < 200 || response->code > 299) return error(Reason::ServiceUnavailable, "failing or missing response from {}: bad status from {}: {}", request.url, request.url, response->code);
    auto tree = json::parse(response->body, {.depth_max = 50});
    if (!tree.ok()) return error(Reason::ServiceUnavailable, "the answer of {} is no JSON", request.url);
    return tree;
}

// The index is read at each check; the older document, which is large, only when the index names new ones.
void Aggregator::read_openapi(Backend& backend, const std::string& address) const {
    api::ForeignOpenApi found;
    if (auto index = fetch(backend, "/openapi/v3", address); index.ok()) api::read_foreign_index(*index, backend.foreign.version, found);
    const auto& known = backend.foreign.openapi;
    if (known && known->documents == found.documents) return;
    if (auto document = fetch(backend, "/openapi/v2", address); document.ok()) api::read_foreign_v2(*document, backend.foreign.version, found);
    backend.foreign.openapi = std::make_shared<const api::ForeignOpenApi>(std::move(found));
}

void Aggregator::write_condition(const std::string& name, bool available, const std::string& reason, const std::string& message) {
    api::ObjectPtr object = core_.cache.get(kServices, "", name);
    if (!object) return;
    Value status = (*object->tree())["status"], before = status;
    set_condition(status, "Available", available, reason, message, core_.clock.now());
    if (status == before) return;
    RequestContext context = own_context(kind_, "update", name);
    context.attributes.subresource = "status";
    context.field_manager = "kube-apiserver";
    Change change;
    change.kind = &kind_;
    change.name = name;
    change.part = Change::Part::Whole;
    change.validate = change.admit = change.bump_generation = false;
    change.make = [&](const Value& old) -> Result<Value> {
        Value wanted = old;
        set_condition(wanted.mut("status"), "Available", available, reason, message, core_.clock.now());
        return wanted;
    };
    (void)change_object(core_, context, change);
}

std::vector<ForeignVersion> Aggregator::versions() const {
    std::vector<ForeignVersion> out;
    for (const auto& [version, backend] : *backends_.load()) out.push_back(backend.foreign);
    std::stable_sort(out.begin(), out.end(), [](const ForeignVersion& a, const ForeignVersion& b) {
        if (a.group_priority != b.group_priority) return a.group_priority > b.group_priority;
        if (a.version.group != b.version.group) return a.version.group < b.version.group;
        return a.version_priority > b.version_priority;
    });
    return out;
}

bool Aggregator::has(const std::string& group, const std::string& version) const {
    auto backends = backends_.load();
    return !backends->empty() && backends->count({group, version}) != 0;
}

Result<client::RawResponse> Aggregator::call(const User& user, const client::RawRequest& request) const {
    auto backends = backends_.load();
    auto version = group_version_of(request.path.substr(0, request.path.find('?')));
    auto found = version ? backends->find(*version) : backends->end();
    if (found == backends->end()) return error(Reason::NotFound, "the server could not find the requested resource");
    const Backend& backend = found->second;
    auto address = service_endpoint(core_.cache, backend.ns, backend.service, backend.port);
    if (!backend.available || !backend.client || !address.ok()) return error(Reason::ServiceUnavailable, "the server is currently unable to handle the request");
    net::ClientRequest out;
    out.method = request.method;
    out.url = fmt::format("https://{}.{}.svc:{}{}", backend.service, backend.ns, backend.port, request.path);
    out.connect_address = *address;
    out.timeout = kCallTimeout;
    out.body_bytes_max = kCallBytesMax;
    out.headers.set("Accept", request.accept);
    if (!request.body.empty()) {
        out.headers.set("Content-Type", request.content_type);
        out.body = net::make_bytes(request.body);
    }
    set_remote_user(out.headers, user);
    auto response = TRY(backend.client->request(out));
    return client::RawResponse{response.code, response.headers.get("Content-Type"), std::move(response.body)};
}

bool Aggregator::serve(const net::ExchangePtr& exchange, const std::shared_ptr<RequestContext>& context) {
    auto backends = backends_.load();
    if (backends->empty()) return false;
    const std::string& path = exchange->request().path;
    auto version = group_version_of(path);
    constexpr std::string_view kGroupDocument = "/openapi/v3/apis/";
    auto found = version                             ? backends->find(*version)
                 : path.starts_with(kGroupDocument) ? std::find_if(backends->begin(), backends->end(), [&](const auto& b) { return b.first.group == path.substr(kGroupDocument.size()); })
                                                    : backends->end();
    if (found == backends->end()) return false;
    const Backend& backend = found->second;
    auto address = service_endpoint(core_.cache, backend.ns, backend.service, backend.port);
    if (!backend.available || !backend.client || !address.ok()) {
        send_status(*exchange, core_, *context, error(Reason::ServiceUnavailable, "service unavailable").with_details(empty_details()));
        return true;
    }
    set_remote_user(exchange->mutable_request().headers, context->attributes.user);
    std::string url = fmt::format("https://{}.{}.svc:{}{}", backend.service, backend.ns, backend.port, exchange->request().target);
    relay(core_, backend.client, exchange, context, std::move(url), RelayBody::Pass, {}, *address);
    return true;
}

}  // namespace skiff::apiserver
