#include "server/apiserver/request_metrics.h"

#include <algorithm>
#include <array>

namespace skiff::apiserver {
namespace {

const std::vector<std::string> kLabels = {"verb", "dry_run", "group", "version", "resource", "subresource", "scope", "component"};

std::vector<std::string> with_code() {
    std::vector<std::string> out = kLabels;
    out.push_back("code");
    return out;
}

std::vector<std::string> without_dry_run() {
    std::vector<std::string> out = kLabels;
    out.erase(out.begin() + 1);
    return out;
}

std::vector<double> sli_bounds() { return {0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60}; }

// Paths that are no resources stand as subresources.
std::string_view known_path(const std::string& path) {
    static constexpr std::array<std::string_view, 9> kPaths = {"/healthz", "/livez", "/readyz", "/metrics", "/version", "/api", "/apis", "/openapi/v2", "/openapi/v3"};
    auto found = std::find(kPaths.begin(), kPaths.end(), path);
    return found == kPaths.end() ? std::string_view() : *found;
}

struct Labels {
    std::string_view verb, group, version, resource, subresource, scope, component;
};

Labels labels_of(const RequestContext& context) {
    const Attributes& a = context.attributes;
    if (context.kind == nullptr) return {metric_verb(context), "", "", "", known_path(a.path), "", ""};
    return {metric_verb(context), a.group, a.version, a.resource, context.kind->subresource(a.subresource) ? std::string_view(a.subresource) : "", metric_scope(a), "apiserver"};
}

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

std::string_view metric_verb(const RequestContext& context) {
    static constexpr std::pair<std::string_view, std::string_view> kVerbs[] = {{"get", "GET"}, {"list", "LIST"}, {"watch", "WATCH"}, {"create", "POST"}, {"update", "PUT"}, {"patch", "PATCH"},
                                                                               {"delete", "DELETE"}, {"deletecollection", "DELETECOLLECTION"}, {"post", "POST"}, {"put", "PUT"}, {"proxy", "CONNECT"}};
    const Attributes& a = context.attributes;
    const std::string& s = a.subresource;
    if (s == "exec" || s == "attach" || s == "portforward" || s == "proxy") return "CONNECT";
    if (a.verb == "patch" && context.http && context.http->headers.get("Content-Type").starts_with("application/apply-patch+")) return "APPLY";
    for (const auto& [verb, shown] : kVerbs)
        if (verb == a.verb) return shown;
    return "other";
}

std::string_view metric_scope(const Attributes& attributes) {
    if (!attributes.name.empty() || attributes.verb == "create") return "resource";
    if (!attributes.ns.empty()) return "namespace";
    return attributes.resource_request ? "cluster" : "";
}

RequestMetrics::RequestMetrics(metrics::Registry& registry)
    : requests_(registry.counter("apiserver_request_total",
                                 "Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.", with_code())),
      durations_(registry.histogram("apiserver_request_duration_seconds",
                                    "Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.", kLabels,
                                    metrics::duration_bounds(), 400)),
      without_queues_(registry.histogram("apiserver_request_sli_duration_seconds",
                                         "Response latency distribution (not counting priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.",
                                         without_dry_run(), sli_bounds(), 400)),
      terminations_(registry.counter("apiserver_request_terminations_total", "Number of requests which apiserver terminated in self-defense.",
                                     {"verb", "group", "version", "resource", "subresource", "scope", "component", "code"}, 200)),
      certificates_(registry.histogram("apiserver_client_certificate_expiration_seconds", "Distribution of the remaining lifetime on the certificate used to authenticate a request.", {},
                                       {0, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 345600, 604800, 2592000, 7776000, 15552000, 31104000})
                        .with({})) {}

void RequestMetrics::terminated(const RequestContext& context, int code) {
    const Labels l = labels_of(context);
    terminations_.with({l.verb, l.group, l.version, l.resource, l.subresource, l.scope, l.component, std::to_string(code)}).add();
}

void RequestMetrics::certified(Duration remaining) { certificates_.observe(seconds(remaining)); }

void RequestMetrics::answered(const RequestContext& context, int code, Duration took, Duration waited) {
    const auto [verb, group, version, resource, subresource, scope, component] = labels_of(context);
    const std::string_view dry_run = context.dry_run ? "All" : "";
    std::string key;
    key.reserve(128);
    for (std::string_view part : {verb, dry_run, group, version, resource, subresource, scope}) key.append(part).push_back(' ');

    std::unique_lock lock(mutex_);
    auto it = series_.find(std::string_view(key));
    if (it == series_.end()) it = series_.emplace(series_.size() < kSeriesMax ? std::move(key) : "other", Series{}).first;
    Series& series = it->second;
    const bool long_running = verb == "WATCH" || verb == "CONNECT";
    if (!series.duration && !long_running) {
        series.duration = &durations_.with({verb, dry_run, group, version, resource, subresource, scope, component});
        series.without_queues = &without_queues_.with({verb, group, version, resource, subresource, scope, component});
    }
    auto counted = std::find_if(series.by_code.begin(), series.by_code.end(), [&](const auto& entry) { return entry.first == code; });
    if (counted == series.by_code.end())
        counted = series.by_code.insert(counted, {code, &requests_.with({verb, dry_run, group, version, resource, subresource, scope, component, std::to_string(code)})});
    metrics::Counter& count = *counted->second;
    metrics::Histogram *duration = series.duration, *without_queues = series.without_queues;
    lock.unlock();
    count.add();
    if (long_running) return;
    duration->observe(seconds(took));
    without_queues->observe(seconds(took - waited));
}

}  // namespace skiff::apiserver
