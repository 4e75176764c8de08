#include "server/apiserver/health.h"

#include <algorithm>
#include <set>

#include "server/apiserver/respond.h"

namespace skiff::apiserver {

namespace {

// What is done at the start, by the names that monitors ask for; here it is done before the first request is answered.
constexpr const char* kStartChecks[] = {
    "poststarthook/start-apiserver-admission-initializer", "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer", "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook", "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers", "poststarthook/crd-informer-synced", "poststarthook/start-system-namespaces-controller",
    "poststarthook/start-cluster-authentication-info-controller", "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector", "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers", "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes", "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller", "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/aggregator-reload-proxy-client-cert", "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller", "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller", "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration", "autoregister-completion", "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
};

}  // namespace

Health::Health(Core& core) : core_(core) {
    add("ping", CheckScope::Always, [] { return Status(); });
    add("log", CheckScope::Always, [] { return Status(); });
    // The name that monitors know the store by.
    auto store = [this]() -> Status {
        if (core_.store.current_revision() >= core_.cache.applied()) return {};
        return error(Reason::InternalError, "the store is behind the cache");
    };
    auto start = [this] { return started_ ? Status() : error(Reason::InternalError, "not finished"); };
    add("etcd", CheckScope::Always, store);
    add("etcd-readiness", CheckScope::ReadyOnly, store);
    add("informer-sync", CheckScope::ReadyOnly, start);
    for (const char* name : kStartChecks) add(name, CheckScope::Always, start);
    add("shutdown", CheckScope::ReadyOnly, [this] { return stopping_ ? error(Reason::InternalError, "process is shutting down") : Status(); });
}

std::vector<std::string> Health::paths() {
    std::vector<std::string> paths;
    std::lock_guard lock(mutex_);
    for (const Named& named : checks_) {
        paths.push_back("/readyz/" + named.name);
        if (named.scope == CheckScope::ReadyOnly) continue;
        paths.push_back("/livez/" + named.name);
        paths.push_back("/healthz/" + named.name);
    }
    return paths;
}

void Health::add(std::string name, CheckScope scope, Check check) {
    std::lock_guard lock(mutex_);
    checks_.push_back({std::move(name), scope, std::move(check)});
}

bool Health::serve(net::Exchange& exchange, RequestContext& context) {
    const std::string& path = context.attributes.path;
    if (path == "/metrics") {
        send_text(exchange, context, 200, core_.metrics->text(), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
        return true;
    }
    if (path == "/metrics/slis") {
        send_text(exchange, context, 200, slis(), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
        return true;
    }
    for (std::string endpoint : {"healthz", "livez", "readyz"}) {
        std::string root = "/" + endpoint;
        if (path == root) return serve_checks(exchange, context, endpoint, ""), true;
        if (path.size() > root.size() + 1 && path.rfind(root + "/", 0) == 0) return serve_checks(exchange, context, endpoint, path.substr(root.size() + 1)), true;
    }
    return false;
}

// Each check's last result, made by asking now, and how often which was seen.
std::string Health::slis() {
    std::string gauges = "# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single healthcheck.\n# TYPE kubernetes_healthcheck gauge\n";
    std::string counters = "# HELP kubernetes_healthchecks_total [STABLE] This metric records the results of all healthcheck.\n# TYPE kubernetes_healthchecks_total counter\n";
    std::lock_guard lock(mutex_);
    for (Named& named : checks_) {
        const bool ok = named.check().ok();
        ++(ok ? named.successes : named.failures);
        for (const char* type : {"healthz", "livez", "readyz"}) {
            if (named.scope == CheckScope::ReadyOnly && std::string_view(type) != "readyz") continue;
            gauges += fmt::format("kubernetes_healthcheck{{name=\"{}\",type=\"{}\"}} {}\n", named.name, type, ok ? 1 : 0);
            if (named.successes) counters += fmt::format("kubernetes_healthchecks_total{{name=\"{}\",status=\"success\",type=\"{}\"}} {}\n", named.name, type, named.successes);
            if (named.failures) counters += fmt::format("kubernetes_healthchecks_total{{name=\"{}\",status=\"error\",type=\"{}\"}} {}\n", named.name, type, named.failures);
        }
    }
    return gauges + counters;
}

void Health::serve_checks(net::Exchange& exchange, RequestContext& context, const std::string& endpoint, const std::string& single) {
    const net::Query& query = exchange.request().query;
    std::vector<std::string> excluded = query.all("exclude");
    std::string text;
    bool failed = false, found = single.empty();
    std::vector<Named> checks;
    {
        std::lock_guard lock(mutex_);
        checks = checks_;
    }
    std::set<std::string> unknown(excluded.begin(), excluded.end());
    for (const Named& named : checks) {
        if (named.scope == CheckScope::ReadyOnly && endpoint != "readyz") continue;
        if (!single.empty() && named.name != single) continue;
        found = true;
        unknown.erase(named.name);
        if (std::find(excluded.begin(), excluded.end(), named.name) != excluded.end()) {
            text += "[+]" + named.name + " excluded: ok\n";
            continue;
        }
        Status status = named.check();
        if (status.ok()) {
            text += "[+]" + named.name + " ok\n";
        } else {
            failed = true;
            text += "[-]" + named.name + " failed: " + status.message() + "\n";
        }
    }
    if (single.empty() && !unknown.empty()) {
        std::string names;
        for (const std::string& name : unknown) names += (names.empty() ? "\"" : ",\"") + name + "\"";
        text += "warn: some health checks cannot be excluded: no matches for " + names + "\n";
    }
    if (!found) return send_text(exchange, context, 404, "404 page not found\n");
    if (failed) return send_text(exchange, context, 500, text + endpoint + " check failed\n");
    if (query.has("verbose") && single.empty()) return send_text(exchange, context, 200, text + endpoint + " check passed\n");
    send_text(exchange, context, 200, "ok");
}

}  // namespace skiff::apiserver
