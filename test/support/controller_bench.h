// ControllerBench: controllers over a FakeClient and a FakeClock, run to rest by settle(). Pods become what a test says.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>

#include "json/parse.h"
#include "reconcile/runtime.h"
#include "reconcile/timestamp.h"
#include "server/controllers/resources.h"
#include "support/fake_client.h"

namespace skiff::test {

struct ControllerBench {
    FakeClock clock;
    std::shared_ptr<FakeClient> client = std::make_shared<FakeClient>();
    std::unique_ptr<reconcile::Runtime> runtime =
        reconcile::Runtime::create({1, &clock, [this](const std::string&) { return client; }, client});

    void add(std::unique_ptr<reconcile::Controller> controller) { runtime->add(std::move(controller)); }

    static json::Value parse(const std::string& text) {
        auto tree = json::parse(text);
        if (!tree.ok()) FAIL(tree.status().message() << ": " << text);
        return *tree;
    }
    void create(const api::Gvr& gvr, const std::string& ns, const std::string& text) {
        auto made = client->create(gvr, ns, parse(text));
        if (!made.ok()) FAIL(made.status().message());
    }
    size_t settle() {
        client->now = reconcile::format_time(clock.now());
        size_t runs = runtime->run_until_idle();
        REQUIRE(runs < 20000);
        return runs;
    }
    void advance(Duration by) {
        clock.advance(by);
        settle();
    }
    std::vector<json::Value> pods(const std::string& ns = "default") { return client->trees(controllers::kPods, ns); }
    void set_pod(const json::Value& pod, const std::string& phase, bool ready) {
        const auto& meta = pod["metadata"];
        client->change(controllers::kPods, meta["namespace"].as_string(), meta["name"].as_string(), [&](json::Value& tree) {
            auto& status = tree.mut("status");
            status.set("phase", phase);
            status.set("conditions", json::Value::array({json::Value::object({{"type", "Ready"},
                                                                              {"status", ready ? "True" : "False"},
                                                                              {"lastTransitionTime", reconcile::format_time(clock.now())}})}));
        });
    }
    // Makes every active pod that is not ready yet Running and Ready.
    void all_ready(const std::string& ns = "default") {
        for (const auto& pod : pods(ns)) {
            const auto& phase = pod["status"]["phase"].as_string();
            bool ready = pod["status"]["conditions"][0]["status"].as_string() == "True";
            if (!ready && phase != "Succeeded" && phase != "Failed" && pod["metadata"]["deletionTimestamp"].is_null()) set_pod(pod, "Running", true);
        }
    }
    std::vector<std::string> event_messages(const std::string& reason) {
        std::vector<std::string> messages;
        for (const auto& event : client->trees({"", "v1", "events"}))
            if (event["reason"].as_string() == reason) messages.push_back(event["message"].as_string());
        return messages;
    }
};

inline std::string condition_text(const json::Value& object, const std::string& type) {
    for (const auto& condition : object["status"]["conditions"].items())
        if (condition["type"].as_string() == type)
            return condition["status"].as_string() + " " + condition["reason"].as_string() + ": " + condition["message"].as_string();
    return "";
}

}  // namespace skiff::test
