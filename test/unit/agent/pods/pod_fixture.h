// Pods and states for tests of decisions and statuses.
#pragma once

#include <string>

#include "agent/pods/pod_state.h"
#include "json/parse.h"

namespace skiff::agent::pods {

inline json::Value pod_json(const std::string& spec, const std::string& policy = "Always") {
    auto pod = json::parse(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"u-1","generation":1},"spec":)" + spec + "}");
    if (!pod.ok()) throw std::runtime_error(pod.status().message());
    pod->mut("spec").set("restartPolicy", policy);
    return *pod;
}

inline const char* one_container = R"({"containers":[{"name":"app","image":"busybox"}]})";

inline Run run_of(const std::string& name, runtime::State state, int exit_code = 0, int attempt = 0) {
    Run run;
    run.status.id = std::string(64, static_cast<char>('a' + attempt));
    run.status.name = name;
    run.status.image = "busybox";
    run.status.sandbox_id = "u-1-0";
    run.status.state = state;
    run.status.exit_code = exit_code;
    run.status.attempt = attempt;
    run.status.started_ns = 1'700'000'000'000'000'000;
    run.status.finished_ns = state == runtime::State::Exited ? 1'700'000'001'000'000'000 : 0;
    return run;
}

inline PodState state_with_sandbox() {
    PodState state;
    state.uid = "u-1";
    state.key = "default/web";
    state.sandbox = runtime::SandboxStatus{};
    state.sandbox->spec.id = "u-1-0";
    state.sandbox->ready = true;
    state.ips = {"10.42.0.5"};
    return state;
}

inline void add_run(PodState& state, const Run& run, bool started = true, bool ready = true) {
    ContainerState& container = state.container(run.status.name);
    container.runs.insert(container.runs.begin(), run);
    container.started = run.running() && started;
    container.ready = run.running() && ready;
}

}  // namespace skiff::agent::pods
