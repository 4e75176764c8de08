// Devices, classes and claims for tests of the scheduler, from short JSON.
#pragma once

#include "server/scheduler/devices/device_state.h"
#include "../snapshot_fixture.h"

namespace skiff::test {

struct DeviceCluster : Cluster {
    DeviceState devices;
    int64_t revision = 0;
    DeviceCluster() {
        snapshot.devices = &devices;
        make_class("gpu");
    }

    // Devices: items of spec.devices. where: members that say which nodes reach it.
    void slice(const std::string& name, const std::string& where, const std::string& list, const std::string& pool = "", int generation = 1, int slices = 1) {
        auto text = R"({"metadata":{"name":")" + name + R"("},"spec":{"driver":"gpu.example.com","pool":{"name":")" + (pool.empty() ? name : pool) + R"(","generation":)" +
                    std::to_string(generation) + R"(,"resourceSliceCount":)" + std::to_string(slices) + "}," + where + R"(,"devices":[)" + list + "]}}";
        devices.apply_slice(nullptr, api::Object::from_tree(tree_of(text)));
    }
    static std::string device(const std::string& name, const std::string& attributes = "") {
        return R"({"name":")" + name + R"(","attributes":{)" + attributes + "}}";
    }
    static std::string on(const std::string& node) { return R"("nodeName":")" + node + "\""; }
    void make_class(const std::string& name, const std::string& expression = "true", const std::string& config = "") {
        auto text = R"({"metadata":{"name":")" + name + R"("},"spec":{"selectors":[{"cel":{"expression":")" + expression + R"("}}])" +
                    (config.empty() ? "" : R"(,"config":[)" + config + "]") + "}}";
        devices.apply_class(nullptr, api::Object::from_tree(tree_of(text)));
    }
    static std::string exactly(const std::string& name, const std::string& more = "") {
        return R"({"name":")" + name + R"(","exactly":{"deviceClassName":"gpu","allocationMode":"ExactCount","count":1)" + (more.empty() ? "" : "," + more) + "}}";
    }
    // requests: items; more: members of spec.devices; status: members.
    api::ObjectPtr claim(const std::string& name, const std::string& requests, const std::string& more = "", const std::string& status = "", const std::string& meta = "") {
        auto text = R"({"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaim","metadata":{"name":")" + name + R"(","namespace":"default","uid":"claim-)" + name +
                    R"(","resourceVersion":")" + std::to_string(++revision) + "\"" + meta + R"(},"spec":{"devices":{"requests":[)" + requests + "]" +
                    (more.empty() ? "" : "," + more) + R"(}},"status":{)" + status + "}}";
        auto object = api::Object::from_tree(tree_of(text));
        devices.apply_claim(nullptr, object);
        return object;
    }
    PodPtr user(const std::string& name, const std::string& claims) {
        std::string list;
        for (const auto& claim : split(claims, ','))
            list += (list.empty() ? "" : ",") + (R"({"name":")" + claim + R"(","resourceClaimName":")" + claim + "\"}");
        return pod(name, "1", R"("resourceClaims":[)" + list + "]");
    }
    // The devices that the pod would get on the node: "request=device ..."; "-" when none, or the error.
    std::string gets(const PodPtr& pod, const std::string& node) {
        auto reserved = devices.reserve(*pod, snapshot.nodes.at(node));
        if (!reserved.ok()) return reserved.status().message();
        std::string out;
        for (const auto& reservation : *reserved)
            for (const auto& result : reservation.allocation["devices"]["results"].items())
                out += (out.empty() ? "" : " ") + result["request"].as_string() + "=" + result["device"].as_string();
        return out.empty() ? "-" : out;
    }
};

}  // namespace skiff::test
