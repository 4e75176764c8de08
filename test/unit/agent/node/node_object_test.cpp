#include "agent/node/node_object.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::agent::node;

namespace {
const WallTime kNow{std::chrono::seconds(1'700'000'000)};
Machine machine() {
    Machine m;
    m.cpus = 2;
    m.memory_bytes = int64_t{4} << 30;
    m.disk_bytes = int64_t{100} << 30;
    m.hugepages["2Mi"] = 0;
    m.architecture = "amd64";
    return m;
}
json::Value ready(const json::Value& status) {
    for (const auto& condition : status["conditions"].items())
        if (condition["type"].as_string() == "Ready") return condition;
    return {};
}
}  // namespace

TEST_CASE("a node tells capacity, addresses and readiness as the kubelet does") {
    NodeIdentity identity{.name = "n1", .ips = {"192.0.2.1"}, .labels = {{"zone", "a"}}, .taints = {"k=v:NoSchedule", "bad"}, .runtime_version = "runc://1.1.5"};
    const json::Value node = new_node(identity, machine());
    CHECK(node["metadata"]["labels"]["kubernetes.io/hostname"].as_string() == "n1");
    CHECK(node["metadata"]["labels"]["zone"].as_string() == "a");
    REQUIRE(node["spec"]["taints"].size() == 1);
    CHECK(node["spec"]["taints"][0]["effect"].as_string() == "NoSchedule");
    NodeState state;
    state.network_message = "no";
    json::Value status = node_status(identity, machine(), state, {}, kNow);
    CHECK(status["capacity"]["memory"].as_string() == "4194304Ki");
    CHECK(status["capacity"]["hugepages-2Mi"].as_string() == "0");
    CHECK(status["allocatable"]["memory"].as_string() == "4091904Ki");
    CHECK(status["addresses"][0]["address"].as_string() == "192.0.2.1");
    CHECK(status["daemonEndpoints"]["kubeletEndpoint"]["Port"].as_int() == 10250);
    CHECK(ready(status)["reason"].as_string() == "KubeletNotReady");
    state.network_ready = true;
    json::Value later = node_status(identity, machine(), state, status["conditions"], kNow + std::chrono::seconds(10));
    CHECK(ready(later)["reason"].as_string() == "KubeletReady");
    CHECK(ready(later)["lastTransitionTime"].as_string() == "2023-11-14T22:13:30Z");
    const json::Value again = node_status(identity, machine(), state, later["conditions"], kNow + std::chrono::seconds(20));
    CHECK(ready(again)["lastTransitionTime"].as_string() == "2023-11-14T22:13:30Z");
    CHECK_FALSE(status_changed(later, again));
    CHECK(status_changed(status, later));
}

TEST_CASE("extended resources that somebody advertises in a node's capacity are allocatable, and go with it") {
    json::Value status = node_status({.name = "n"}, machine(), {}, {}, kNow);
    const json::Value cpus = status["allocatable"]["cpu"];
    json::Value seen = json::Value::object({{"capacity", json::Value::object({{"cpu", "64"}, {"example.com/dongle", "4"}, {"attachable.kubernetes.io/x", "1"}})},
                                            {"allocatable", json::Value::object({{"cpu", "64"}, {"example.com/old", "2"}})}});
    CHECK(keep_extended_resources(status, seen) == std::vector<std::string>{"example.com/old"});
    CHECK(status["allocatable"]["example.com/dongle"].as_string() == "4");
    CHECK(status["capacity"]["example.com/dongle"].as_string() == "4");
    CHECK(status["allocatable"]["cpu"] == cpus);
    CHECK(status["capacity"]["attachable.kubernetes.io/x"].is_null());
}

TEST_CASE("pressure is told by type") {
    NodeState state;
    state.pressure.memory_available_bytes = 10 << 20;
    const json::Value status = node_status({.name = "n"}, machine(), state, {}, kNow);
    CHECK(status["conditions"][0]["status"].as_string() == "True");
    CHECK(status["conditions"][0]["reason"].as_string() == "KubeletHasInsufficientMemory");
}

TEST_CASE("kernel texts are read") {
    CHECK(os_release_name("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n") == "Debian GNU/Linux 12 (bookworm)");
    CHECK(meminfo_bytes("MemTotal:       16384 kB\nMemFree: 1 kB\n", "MemTotal") == 16384 * 1024);
    CHECK(meminfo_bytes("MemTotalX: 5 kB\n", "MemTotal") == 0);
}
