// Nodes and pods for tests of the scheduler, from short JSON.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "json/parse.h"
#include "server/scheduler/cycle.h"
#include "server/scheduler/preemption.h"

namespace skiff::test {

using namespace skiff::scheduler;

inline json::Value tree_of(const std::string& text) {
    auto tree = json::parse(text);
    if (!tree.ok()) FAIL(tree.status().message() << ": " << text);
    return *tree;
}

struct Cluster {
    Snapshot snapshot;
    std::map<std::string, api::Labels> namespaces;
    std::map<std::string, ClaimState> claims;
    int uid = 0;

    Cluster() {
        snapshot.namespace_labels = [this](const std::string& ns) -> const api::Labels* {
            auto it = namespaces.find(ns);
            return it == namespaces.end() ? nullptr : &it->second;
        };
        snapshot.claim = [this](const std::string&, const std::string& name) {
            auto it = claims.find(name);
            return it == claims.end() ? ClaimState() : it->second;
        };
    }

    // cpu 4, memory 8Gi, 10 pods; labels and spec as JSON members.
    NodeInfo& node(const std::string& name, const std::string& labels = "", const std::string& spec = "{}", const std::string& more = "") {
        auto text = R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name + R"(","labels":{"kubernetes.io/hostname":")" + name + "\"" +
                    (labels.empty() ? "" : "," + labels) + R"(}},"spec":)" + spec + R"(,"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"10")" +
                    (more.empty() ? "" : "," + more) + "}}}";
        auto& node = snapshot.nodes[name];
        node.set_node(api::Object::from_tree(tree_of(text)));
        return node;
    }

    // spec: members of the pod's spec beside the container; labels: members.
    PodPtr pod(const std::string& name, const std::string& cpu, const std::string& spec = "", const std::string& labels = "", const std::string& ns = "default") {
        auto text = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","namespace":")" + ns + R"(","uid":"u)" + std::to_string(++uid) +
                    R"(","labels":{)" + labels + R"(}},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":")" + cpu + R"("}}}])" +
                    (spec.empty() ? "" : "," + spec) + "}}";
        return pod_info(api::Object::from_tree(tree_of(text)));
    }

    void place(const PodPtr& pod, const std::string& on) {
        snapshot.add_pod(snapshot.nodes.at(on), pod);
    }
    Decision run(const PodPtr& pod) { return decide(*pod, snapshot, 0); }
    std::string why(const PodPtr& pod) { return run(pod).message(); }
    std::string where(const PodPtr& pod) { return run(pod).node; }
};

}  // namespace skiff::test
