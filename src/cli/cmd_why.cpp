#include <cstdio>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/kubectl/session.h"
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
        {"services", {"service", "services", "svc"}},
        {"persistentvolumeclaims", {"pvc", "persistentvolumeclaim", "persistentvolumeclaims"}},
        {"nodes", {"node", "nodes", "no"}},
    };
    return kKinds;
}

// Everything that findings may look at. What may not be read is left out.
why::World read_world(kubectl::Session& session, const std::string& ns) {
    why::World world;
    world.now = Clock::system().now();
    auto read = [&](const api::Gvr& gvr, const std::string& in) {
        auto list = session.get(kubectl::api_path(gvr, in));
        if (!list.ok()) return;
        auto& objects = world.objects[gvr.resource];
        for (auto& item : list->mut("items").mut_items()) objects.push_back(std::move(item));
    };
    for (const char* resource : {"pods", "services", "persistentvolumeclaims", "events", "secrets", "configmaps"}) read({"", "v1", resource}, ns);
    for (const char* resource : {"deployments", "replicasets", "statefulsets", "daemonsets"}) read({"apps", "v1", resource}, ns);
    read({"discovery.k8s.io", "v1", "endpointslices"}, ns);
    read({"networking.k8s.io", "v1", "networkpolicies"}, ns);
    for (const char* resource : {"nodes", "persistentvolumes"}) read({"", "v1", resource}, "");
    read({"storage.k8s.io", "v1", "storageclasses"}, "");
    read({"coordination.k8s.io", "v1", "leases"}, "kube-node-lease");
    return world;
}

why::Findings judge(const why::World& world, const std::string& resource, const std::string& ns, const std::string& name) {
    if (resource == "pods") return why::why_pod(world, ns, name);
    if (resource == "services") return why::why_service(world, ns, name);
    if (resource == "persistentvolumeclaims") return why::why_claim(world, ns, name);
    if (resource == "nodes") return why::why_node(world, name);
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
    if (resource.empty()) return error(Reason::BadRequest, "{} is none of pod, deployment, replicaset, statefulset, daemonset, service, pvc, node", words[0]);
    auto session = TRY(kubectl::Session::open(connect));
    const std::string ns = session->ns().empty() ? "default" : session->ns();
    const auto findings = judge(read_world(*session, ns), resource, ns, words[1]);
    if (findings.empty()) {
        std::printf("%s %s: nothing is wrong that the cluster's state shows.\n", words[0].c_str(), words[1].c_str());
        return 0;
    }
    for (size_t i = 0; i < findings.size(); ++i)
        std::printf("%s%s %s: %s.\n  try: %s\n", i ? "\nalso: " : "", words[0].c_str(), words[1].c_str(), findings[i].cause.c_str(), findings[i].help.c_str());
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
