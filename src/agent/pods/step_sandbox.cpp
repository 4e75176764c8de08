// Steps before any container: admission, volumes, the sandbox with its network.
#include <fmt/core.h>

#include "agent/pods/mounts.h"
#include "agent/pods/resources.h"
#include "agent/pods/sync.h"
#include "agent/pods/sysctls.h"
#include "base/log.h"

namespace skiff::agent::pods {

namespace {

constexpr Duration kVolumesRetry = std::chrono::seconds(2), kSandboxRetry = std::chrono::seconds(5);

constexpr const char* kHandler = "runc";

bool has_downward_volume(const json::Value& pod) {
    for (const auto& volume : pod["spec"]["volumes"].items()) {
        if (volume.has("downwardAPI")) return true;
        for (const auto& source : volume["projected"]["sources"].items())
            if (source.has("downwardAPI")) return true;
    }
    return false;
}

// An ephemeral container may come with a volume that no other uses.
bool covered(const json::Value& pod, const volumes::Volumes& made) {
    for (const auto& container : pod["spec"]["ephemeralContainers"].items())
        for (const auto& mount : container["volumeMounts"].items())
            if (!made.count(mount["name"].as_string())) return false;
    return true;
}

runtime::SandboxSpec sandbox_spec(const Sync& sync) {
    const json::Value& pod = sync.pod;
    const json::Value& spec = pod["spec"];
    runtime::SandboxSpec sandbox;
    sandbox.id = fmt::format("{}-{}", sync.state.uid, sync.state.sandbox_attempt);
    sandbox.pod_name = pod["metadata"]["name"].as_string();
    sandbox.pod_namespace = pod["metadata"]["namespace"].as_string();
    sandbox.pod_uid = sync.state.uid;
    sandbox.hostname = pod_hostname(pod, sync.services.config.node_name, sync.services.config.dns.domain);
    sandbox.cgroup_parent = pod_cgroup(pod, sync.state.uid);
    sandbox.host_network = host_network(pod);
    sandbox.host_ipc = spec["hostIPC"].as_bool();
    sandbox.host_pid = spec["hostPID"].as_bool();
    sandbox.share_pid = spec["shareProcessNamespace"].as_bool();
    for (const auto& sysctl : spec["securityContext"]["sysctls"].items()) sandbox.sysctls[normal_sysctl(sysctl["name"].as_string())] = sysctl["value"].as_string();
    sandbox.resources = pod_resources(pod);
    return sandbox;
}

std::vector<network::HostPort> host_ports(const json::Value& pod) {
    std::vector<network::HostPort> ports;
    for (const auto& container : container_list(pod))
        for (const auto& port : (*container.spec)["ports"].items())
            if (port["hostPort"].as_int() > 0)
                ports.push_back({port["protocol"].as_string("TCP"), static_cast<uint16_t>(port["hostPort"].as_int()), static_cast<uint16_t>(port["containerPort"].as_int()),
                                 port["hostIP"].as_string()});
    return ports;
}

Status attach_network(Sync& sync) {
    PodState& state = sync.state;
    if (host_network(sync.pod)) {
        state.ips = sync.services.config.node_ips;
        return {};
    }
    network::PodNetwork* const network = sync.services.network.load();
    if (!network) return error(Reason::ServiceUnavailable, "the node has no pod network yet");
    network::PodAttachment attachment{state.uid, state.key, state.sandbox->netns_path, host_ports(sync.pod)};
    state.ips = TRY(network->attach(attachment));
    return {};
}

// There is one runtime here; what asks for another, or for a user namespace, cannot be served.
Status check_runtime(const Sync& sync) {
    const json::Value& host_users = sync.pod["spec"]["hostUsers"];
    if (host_users.is_bool() && !host_users.as_bool()) return error(Reason::BadRequest, "the container runtime does not support user namespaces");
    const std::string& name = sync.pod["spec"]["runtimeClassName"].as_string();
    if (name.empty()) return {};
    const api::ObjectPtr found = TRY(sync.services.client->get({"node.k8s.io", "v1", "runtimeclasses"}, "", name).context("failed to get RuntimeClass \"{}\"", name));
    const api::TreePtr tree = found->tree();
    const std::string& handler = (*tree)["handler"].as_string();
    if (handler.empty() || handler == kHandler) return {};
    return error(Reason::NotFound, "no runtime for \"{}\" is configured", handler);
}

Status create_sandbox(Sync& sync) {
    PodState& state = sync.state;
    if (!state.sandbox) {
        TRY(check_runtime(sync));
        const runtime::SandboxSpec spec = sandbox_spec(sync);
        state.sandbox = TRY(sync.services.runtime.create_sandbox(spec));
        state.resize.pod_applied = spec.resources;
        ++state.sandbox_attempt;
    }
    TRY(attach_network(sync));
    return write_pod_files(sync.services.config, state.uid, sync.pod, state.ips);
}

}  // namespace

bool admit(Sync& sync, const std::function<std::optional<Waiting>(const json::Value& pod)>& fits) {
    PodState& state = sync.state;
    if (state.admitted) return true;
    if (auto refused = fits(sync.pod)) {
        sync.event(nullptr, "Warning", refused->reason, refused->message);
        state.rejected = std::move(refused);
        return false;
    }
    state.admitted = true;
    return true;
}

bool ensure_volumes(Sync& sync) {
    PodState& state = sync.state;
    const std::string version = std::to_string(state.pod->meta().resource_version);
    if (state.volumes && (state.volumes_for == version || (!has_downward_volume(sync.pod) && covered(sync.pod, *state.volumes)))) return true;
    if (state.volumes_retry_at > sync.now()) {
        sync.wake_in(state.volumes_retry_at - sync.now());
        return state.volumes.has_value();
    }
    const NodeConfig& config = sync.services.config;
    const volumes::DownwardFacts facts{config.node_name, state.ips, config.node_ips, config.cpu_milli, config.memory_bytes, config.ephemeral_bytes};
    auto made = sync.services.volumes.prepare(state.uid, state.pod, facts);
    if (made.ok()) {
        state.volumes = std::move(*made);
        state.volumes_for = version;
        state.volumes_error.clear();
        return true;
    }
    if (state.volumes_error != made.status().message()) sync.event(nullptr, "Warning", "FailedMount", made.status().message());
    state.volumes_error = made.status().message();
    state.volumes_retry_at = sync.now() + kVolumesRetry;
    sync.wake_in(kVolumesRetry);
    return state.volumes.has_value();   // what stands there is good enough for containers that run
}

bool ensure_sandbox(Sync& sync) {
    PodState& state = sync.state;
    if (state.sandbox && state.sandbox->ready && !state.ips.empty()) return true;
    if (!host_network(sync.pod) && !sync.services.network.load()) return false;   // set_network() wakes every pod
    if (state.sandbox_retry_at > sync.now()) {
        sync.wake_in(state.sandbox_retry_at - sync.now());
        return false;
    }
    if (state.sandbox && !state.sandbox->ready) {
        sync.event(nullptr, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        (void)sync.services.runtime.remove_sandbox(state.sandbox->spec.id);
        state.sandbox.reset();
        state.ips.clear();
    }
    const Status prepared = state.sandbox ? Status() : check_devices(sync);
    const Status created = prepared.ok() ? create_sandbox(sync) : prepared;
    if (created.ok()) return true;
    if (prepared.ok()) sync.event(nullptr, "Warning", "FailedCreatePodSandBox", "Failed to create pod sandbox: " + created.message());
    else sync.event(nullptr, "Warning", "FailedPrepareDynamicResources", "Failed to prepare dynamic resources: " + prepared.message());
    log::warn("pods", "sandbox failed", {{"pod", state.key}, {"error", created.message()}});
    state.ips.clear();
    state.sandbox_retry_at = sync.now() + kSandboxRetry;
    sync.wake_in(kSandboxRetry);
    return false;
}

}  // namespace skiff::agent::pods
