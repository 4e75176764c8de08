#include <fmt/format.h>

#include <cstdio>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/kubectl/session.h"
#include "cli/terminal.h"
#include "cli/why/finding.h"

namespace skiff::cli {

namespace {

struct Kind {
    const char* resource;
    std::vector<std::string> names;
};
const std::vector<Kind>& kinds() {
    static const std::vector<Kind> kKinds = {
        {"pods", {"pod", "pods", "po"}},
        {"deployments", {"deployment", "deployments", "deploy"}},
        {"replicasets", {"replicaset", "replicasets", "rs"}},
        {"statefulsets", {"statefulset", "statefulsets", "sts"}},
        {"daemonsets", {"daemonset", "daemonsets", "ds"}},
        {"jobs", {"job", "jobs"}},
        {"cronjobs", {"cronjob", "cronjobs", "cj"}},
        {"services", {"service", "services", "svc"}},
        {"ingresses", {"ingress", "ingresses", "ing"}},
        {"persistentvolumeclaims", {"pvc", "persistentvolumeclaim", "persistentvolumeclaims"}},
        {"nodes", {"node", "nodes", "no"}},
        {"namespaces", {"namespace", "namespaces", "ns"}},
        {"horizontalpodautoscalers", {"hpa", "horizontalpodautoscaler", "horizontalpodautoscalers"}},
        {"poddisruptionbudgets", {"pdb", "poddisruptionbudget", "poddisruptionbudgets"}},
    };
    return kKinds;
}

// A log's last line, of at most so many bytes.
constexpr size_t kLastWordsMax = 200;
// Containers whose logs are asked for; more of them mostly fail alike.
constexpr int kLogsMax = 4;

void read_last_words(kubectl::Session& session, why::World& world) {
    int asked = 0;
    for (const auto& pod : world.list("pods"))
        for (const char* field : {"initContainerStatuses", "containerStatuses"})
            for (const auto& status : pod["status"][field].items()) {
                const bool again = !status["state"]["waiting"].is_null() && !status["lastState"]["terminated"].is_null();
                if ((!again && status["state"]["terminated"]["exitCode"].as_int() == 0) || ++asked > kLogsMax) continue;
                const auto& name = status["name"].as_string();
                auto log = session.text({"GET", kubectl::api_path({"", "v1", "pods"}, why::ns_of(pod)) + "/" + why::name_of(pod) + "/log?tailLines=1&limitBytes=4096&container=" + name + (again ? "&previous=true" : "")});
                if (!log.ok()) continue;
                while (!log->empty() && (log->back() == '\n' || log->back() == '\r')) log->pop_back();
                if (log->size() > kLastWordsMax) log->resize(kLastWordsMax);
                if (!log->empty()) world.last_words[why::name_of(pod) + "/" + name] = *log;
            }
}

// Everything that findings may look at. What may not be read is left out.
why::World read_world(kubectl::Session& session, const std::string& ns, bool cluster_wide) {
    why::World world;
    world.now = Clock::system().now();
    auto read = [&](const api::Gvr& gvr, const std::string& in) {
        auto list = session.get(kubectl::api_path(gvr, in));
        if (!list.ok()) return;
        auto& objects = world.objects[gvr.resource];
        for (auto& item : list->mut("items").mut_items()) objects.push_back(std::move(item));
    };
    read({"", "v1", "pods"}, cluster_wide ? "" : ns);
    for (const char* resource : {"services", "persistentvolumeclaims", "events", "secrets", "configmaps", "serviceaccounts"}) read({"", "v1", resource}, ns);
    for (const char* resource : {"deployments", "replicasets", "statefulsets", "daemonsets"}) read({"apps", "v1", resource}, ns);
    for (const char* resource : {"jobs", "cronjobs"}) read({"batch", "v1", resource}, ns);
    read({"autoscaling", "v2", "horizontalpodautoscalers"}, ns);
    read({"policy", "v1", "poddisruptionbudgets"}, cluster_wide ? "" : ns);
    read({"discovery.k8s.io", "v1", "endpointslices"}, ns);
    for (const char* resource : {"networkpolicies", "ingresses"}) read({"networking.k8s.io", "v1", resource}, ns);
    read({"networking.k8s.io", "v1", "ingressclasses"}, "");
    for (const char* resource : {"nodes", "persistentvolumes", "namespaces"}) read({"", "v1", resource}, "");
    read({"storage.k8s.io", "v1", "storageclasses"}, "");
    read({"coordination.k8s.io", "v1", "leases"}, "kube-node-lease");
    read_last_words(session, world);
    return world;
}

why::Findings judge(const why::World& world, const std::string& resource, const std::string& ns, const std::string& name) {
    if (resource == "pods") return why::why_pod(world, ns, name);
    if (resource == "services") return why::why_service(world, ns, name);
    if (resource == "persistentvolumeclaims") return why::why_claim(world, ns, name);
    if (resource == "nodes") return why::why_node(world, name);
    if (resource == "jobs") return why::why_job(world, ns, name);
    if (resource == "cronjobs") return why::why_cron_job(world, ns, name);
    if (resource == "ingresses") return why::why_ingress(world, ns, name);
    if (resource == "namespaces") return why::why_namespace(world, name);
    if (resource == "horizontalpodautoscalers") return why::why_autoscaler(world, ns, name);
    if (resource == "poddisruptionbudgets") return why::why_budget(world, ns, name);
    return why::why_workload(world, resource, ns, name);
}

Result<int> run(const std::vector<std::string>& args) {
    kubectl::Connect connect;
    FlagSet flags("why");
    flags.add({"namespace", 'n', &connect.ns, "the object's namespace"});
    flags.add({"kubeconfig", 0, &connect.kubeconfig, "how to reach the cluster"});
    auto words = TRY(flags.parse(args));
    if (words.size() == 1 && words[0].find('/') != std::string::npos) {
        const size_t slash = words[0].find('/');
        words = {words[0].substr(0, slash), words[0].substr(slash + 1)};
    }
    if (words.size() != 2) return error(Reason::BadRequest, "say what to look at: skiff why pod NAME");
    std::string resource;
    for (const auto& kind : kinds())
        for (const auto& known : kind.names)
            if (known == words[0]) resource = kind.resource;
    if (resource.empty()) return error(Reason::BadRequest, "{} is none of pod, deployment, replicaset, statefulset, daemonset, job, cronjob, service, ingress, pvc, node, namespace, hpa, pdb", words[0]);
    auto session = TRY(kubectl::Session::open(connect));
    const std::string ns = session->ns().empty() ? "default" : session->ns();
    const auto findings = judge(read_world(*session, ns, resource == "nodes"), resource, ns, words[1]);
    if (findings.empty()) {
        std::printf("%s %s: nothing is wrong that the cluster's state shows.\n", words[0].c_str(), words[1].c_str());
        return 0;
    }
    for (size_t i = 0; i < findings.size(); ++i)
        print(fmt::format("{}{}: {}.\n  {} {}\n", i ? "\nalso: " : "", paint(words[0] + " " + words[1], Colour::Bold), i ? findings[i].cause : paint(findings[i].cause, Colour::Red), paint("try:", Colour::Green),
                          findings[i].help));
    return 1;
}

}  // namespace

int cmd_why(const std::vector<std::string>& args) {
    if (wants_help(args)) {
        std::fputs(std::string(help_text("why")).c_str(), stdout);
        return 0;
    }
    auto code = run(args);
    return code.ok() ? *code : fail("why", code.status());
}

}  // namespace skiff::cli
