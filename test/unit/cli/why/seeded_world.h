// Worlds with one fault seeded in them, for the tests of `skiff why`: a row is the objects, the question and the cause that must come first.
#pragma once

#include <catch2/catch.hpp>

#include "cli/why/finding.h"
#include "json/parse.h"

namespace skiff::cli::why {

struct Fault {
    const char* name;
    const char* kind;              // of the question; its object is default/x
    const char* cause;             // part of the first finding's
    std::string objects;           // {"resource": [objects]}
};

inline const std::string kNodeUp = R"("nodes":[{"metadata":{"name":"n"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}])";

inline std::string world(const std::string& more) { return "{" + kNodeUp + "," + more + "}"; }
// Pod x on node n (or none), with status members and further objects.
inline std::string pod(const std::string& status, const std::string& spec = R"("nodeName":"n")", const std::string& more = "", const std::string& meta = "") {
    return world(R"("pods":[{"metadata":{"name":"x","namespace":"default","uid":"u","labels":{"app":"x"})" + (meta.empty() ? "" : "," + meta) + R"(},"spec":{)" + spec + R"(},"status":{)" + status + "}}]" +
                 (more.empty() ? "" : "," + more));
}
inline std::string waiting(const std::string& reason, const std::string& message, const std::string& last = "{}") {
    return R"("phase":"Pending","containerStatuses":[{"name":"c","image":"web:1","ready":false,"state":{"waiting":{"reason":")" + reason + R"(","message":")" + message +
           R"("}},"lastState":)" + last + "}]";
}
inline std::string crash(const std::string& ended) { return waiting("CrashLoopBackOff", "back-off", R"({"terminated":)" + ended + "}"); }
inline std::string refused(const std::string& reasons) {
    return pod(R"("phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","message":"0/1 nodes are available: )" + reasons +
               R"(. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."}])", "");
}
inline std::string event(const std::string& kind, const std::string& reason, const std::string& message, const std::string& name = "x") {
    return R"("events":[{"involvedObject":{"kind":")" + kind + R"(","name":")" + name + R"(","namespace":"default"},"reason":")" + reason + R"(","message":")" + message + R"(","lastTimestamp":"2026-01-01T00:00:00Z"}])";
}
inline std::string running(const std::string& events) {
    return pod(R"("phase":"Running","containerStatuses":[{"name":"c","ready":false,"state":{"running":{}}}])", R"("nodeName":"n")", events);
}
inline std::string claim(const std::string& spec, const std::string& status, const std::string& more = "", const std::string& meta = "") {
    return world(R"("persistentvolumeclaims":[{"metadata":{"name":"x","namespace":"default")" + (meta.empty() ? "" : "," + meta) + R"(},"spec":{)" + spec + R"(},"status":{)" + status + "}}]" +
                 (more.empty() ? "" : "," + more));
}
inline std::string node(const std::string& conditions, const std::string& spec = "", const std::string& more = "") {
    return R"({"nodes":[{"metadata":{"name":"x"},"spec":{)" + spec + R"(},"status":{"conditions":[)" + conditions + "]}}]" + (more.empty() ? "" : "," + more) + "}";
}
inline std::string deployment(const std::string& spec, const std::string& status, const std::string& more = "") {
    return world(R"("deployments":[{"kind":"Deployment","metadata":{"name":"x","namespace":"default","uid":"d"},"spec":{)" + spec + R"(},"status":{)" + status + "}}]" + (more.empty() ? "" : "," + more));
}
inline std::string failing(const std::string& message) {
    return deployment(R"("replicas":1)", "", R"("replicasets":[{"metadata":{"name":"x-1","namespace":"default","uid":"r","ownerReferences":[{"uid":"d"}]},"spec":{"replicas":1},"status":{"conditions":[
        {"type":"ReplicaFailure","status":"True","message":")" + message + R"("}]}}])");
}
inline std::string service(const std::string& spec, const std::string& more = "") {
    return world(R"("services":[{"metadata":{"name":"x","namespace":"default"},"spec":{)" + spec + "}}]" + (more.empty() ? "" : "," + more));
}
inline std::string backend(const std::string& ready, const std::string& ports = "[]", const std::string& ns = "default") {
    return R"("pods":[{"metadata":{"name":"b","namespace":")" + ns + R"(","labels":{"app":"x"}},"spec":{"nodeName":"n","containers":[{"name":"c","ports":)" + ports +
           R"(}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":")" + ready + R"("}],"containerStatuses":[{"name":"c","ready":false,"state":{"running":{}}}]}}])";
}

inline Findings ask(const Fault& fault, const World& world) {
    const std::string kind = fault.kind;
    if (kind == "pod") return why_pod(world, "default", "x");
    if (kind == "deployment") return why_workload(world, "deployments", "default", "x");
    if (kind == "service") return why_service(world, "default", "x");
    if (kind == "pvc") return why_claim(world, "default", "x");
    if (kind == "job") return why_job(world, "default", "x");
    if (kind == "cronjob") return why_cron_job(world, "default", "x");
    if (kind == "ingress") return why_ingress(world, "default", "x");
    if (kind == "namespace") return why_namespace(world, "x");
    if (kind == "hpa") return why_autoscaler(world, "default", "x");
    if (kind == "pdb") return why_budget(world, "default", "x");
    if (kind == "statefulset" || kind == "daemonset") return why_workload(world, kind + "s", "default", "x");
    return why_node(world, "x");
}

inline World parse_world(const std::string& text) {
    auto tree = json::parse(text);
    if (!tree.ok()) FAIL(tree.status().message() << ": " << text);
    World world;
    world.now = WallTime(std::chrono::seconds(1'790'000'000));
    for (const auto& [resource, objects] : tree->members()) {
        world.objects[resource];
        for (const auto& object : objects.items()) world.objects[resource].push_back(object);
    }
    for (const char* read : {"pods", "nodes"}) world.objects[read];
    return world;
}

inline void check_faults(const std::vector<Fault>& faults) {
    for (const auto& fault : faults) {
        DYNAMIC_SECTION(fault.name) {
            auto findings = ask(fault, parse_world(fault.objects));
            REQUIRE_FALSE(findings.empty());
            INFO(findings[0].cause);
            CHECK(contains(findings[0].cause, fault.cause));
            CHECK_FALSE(findings[0].help.empty());
        }
    }
}

}  // namespace skiff::cli::why
