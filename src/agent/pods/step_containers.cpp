// Steps that start containers.
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "agent/pods/container_spec.h"
#include "agent/pods/container_status.h"
#include "agent/pods/hooks.h"
#include "agent/pods/mounts.h"
#include "agent/pods/step_image.h"
#include "agent/pods/sync.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"

namespace skiff::agent::pods {

namespace {

constexpr Duration kRetryMax = std::chrono::seconds(10);

void fail(Sync& sync, const ContainerRef& container, const char* reason, const std::string& message) {
    ContainerState& state = sync.state.container(container.name());
    state.waiting = Waiting{reason, message};
    sync.event(&container, "Warning", "Failed", "Error: " + message);
    const Duration delay = std::min<Duration>(kRetryMax, std::chrono::seconds(1 << std::min(state.failed_tries++, 4)));
    state.retry_at = sync.now() + delay;
    sync.wake_in(delay);
}

Result<Environment> environment_of(Sync& sync, const ContainerRef& container, const images::Image& image) {
    const NodeConfig& config = sync.services.config;
    const std::string ns = sync.pod["metadata"]["namespace"].as_string();
    const volumes::DownwardFacts facts{config.node_name, sync.state.ips, config.node_ips, config.cpu_milli, config.memory_bytes, config.ephemeral_bytes};
    auto object = [&](volumes::RefKind kind) {
        return [&sync, ns, kind](const std::string& name) { return sync.services.volumes.object({kind, ns, name}); };
    };
    const bool links = sync.pod["spec"]["enableServiceLinks"].as_bool(true);
    return make_environment({sync.pod, *container.spec, facts, object(volumes::RefKind::ConfigMap), object(volumes::RefKind::Secret),
                             sync.services.services ? sync.services.services(ns, links) : std::vector<api::ObjectPtr>(), image.config.env});
}

Result<User> user_of(Sync& sync, const ContainerRef& container, const images::Image& image, const std::string& rootfs) {
    auto number = [&](const char* field) -> std::optional<int64_t> {
        const json::Value& own = (*container.spec)["securityContext"][field];
        const json::Value& value = own.is_int() ? own : sync.pod["spec"]["securityContext"][field];
        return value.is_int() ? std::optional<int64_t>(value.as_int()) : std::nullopt;
    };
    return resolve_user(image.config.user, number("runAsUser"), number("runAsGroup"), read_in_root(rootfs, "/etc/passwd"), read_in_root(rootfs, "/etc/group"));
}

int next_attempt(const ContainerState& state) { return state.current() ? state.current()->status.attempt + 1 : state.restart_count_base; }

Result<runtime::ContainerSpec> build_spec(Sync& sync, const ContainerRef& container, const ReadyImage& image, const std::string& id, const std::string& rootfs) {
    PodState& pod_state = sync.state;
    const NodeConfig& config = sync.services.config;
    const int attempt = next_attempt(pod_state.container(container.name()));
    const Environment environment = TRY(environment_of(sync, container, image.image));
    const User user = TRY(user_of(sync, container, image.image, rootfs));
    const std::string termination_log = TRY(make_termination_log(config, pod_state.uid, container.name(), attempt));
    const MountInputs inputs{sync.pod, container, config, pod_state.uid, *pod_state.volumes, environment.variables, sync.services.volumes, termination_log};
    std::vector<runtime::Mount> mounts = TRY(make_mounts(inputs));
    std::vector<runtime::DeviceMount> devices = TRY(make_devices(inputs));
    std::string target;
    if (const ContainerState* wanted = pod_state.find((*container.spec)["targetContainerName"].as_string()); wanted && wanted->running()) target = wanted->current()->status.id;
    return make_container_spec({sync.pod, container, config, pod_state.uid, image.image, image.reference, id, pod_state.sandbox->spec.id, rootfs, attempt, environment, user,
                                std::move(mounts), std::move(devices), pod_state.sandbox->spec.hostname, termination_log, target});
}

void link_log(const Sync& sync, const runtime::ContainerSpec& spec) {
    const NodeConfig& config = sync.services.config;
    if (config.log_links_dir.empty() || !file::make_dirs(config.log_links_dir).ok()) return;
    const json::Value& meta = sync.pod["metadata"];
    const std::string link = fmt::format("{}/{}_{}_{}-{}.log", config.log_links_dir, meta["name"].as_string(), meta["namespace"].as_string(), spec.name, spec.id);
    [[maybe_unused]] const int linked = ::symlink(spec.log_path.c_str(), link.c_str());
}

// The run that follows a start, whether or not it went well.
Run first_status(Sync& sync, const runtime::ContainerSpec& spec, const Status& started) {
    Run run;
    if (auto status = sync.services.runtime.status(spec.id); status.ok()) run.status = std::move(*status);
    run.status.id = spec.id;
    run.status.name = spec.name;
    run.status.sandbox_id = spec.sandbox_id;
    run.status.image = spec.image;
    run.status.attempt = spec.attempt;
    run.status.log_path = spec.log_path;
    run.status.labels = spec.labels;
    if (!started.ok()) {
        const int64_t now_ns = sync.services.clock.now().time_since_epoch().count();
        run.status.state = runtime::State::Exited;
        run.status.exit_code = 128;
        run.status.reason = "StartError";
        run.status.message = started.message();
        if (run.status.finished_ns == 0) run.status.finished_ns = now_ns;
    } else if (run.status.state == runtime::State::Created) {
        run.status.state = runtime::State::Running;
    }
    if (run.status.started_ns == 0 && started.ok()) run.status.started_ns = sync.services.clock.now().time_since_epoch().count();
    run.ended = sync.now();
    return run;
}

void start_one(Sync& sync, const ContainerRef& container) {
    PodState& pod_state = sync.state;
    ContainerState& state = pod_state.container(container.name());
    auto image = ensure_image(sync, container);
    if (!image) return;
    if (!ensure_image_volumes(sync, container)) {
        sync.state.images[(*container.spec)["image"].as_string()].pulled = std::move(image->image);   // not to be pulled again
        return;
    }
    const std::string id = hex_encode(random_bytes(32));
    auto rootfs = sync.services.images.mount_rootfs(id, image->image);
    if (!rootfs.ok()) return fail(sync, container, "CreateContainerError", rootfs.status().message());
    auto spec = build_spec(sync, container, *image, id, *rootfs);
    if (!spec.ok()) {
        (void)sync.services.images.unmount_rootfs(id);
        return fail(sync, container, "CreateContainerConfigError", spec.status().message());
    }
    (void)file::make_dirs(spec->log_path.substr(0, spec->log_path.rfind('/')));
    if (const Status created = sync.services.runtime.create(*spec); !created.ok()) {
        (void)sync.services.images.unmount_rootfs(id);
        return fail(sync, container, "CreateContainerError", created.message());
    }
    link_log(sync, *spec);
    sync.event(&container, "Normal", "Created", "Created container: " + container.name());
    const Status started = sync.services.runtime.start(id);
    if (const Run* last = state.current(); last && !std::exchange(state.resized, false)) state.backoff.next(last->ended, sync.now());
    state.applied = (*container.spec)["resources"];
    state.runs.insert(state.runs.begin(), first_status(sync, *spec, started));
    state.waiting.reset();
    state.failed_tries = 0;
    state.retry_at = Duration{0};
    state.unhealthy.clear();
    state.stopping.reset();
    state.started = state.ready = false;
    if (!started.ok()) {
        sync.event(&container, "Warning", "Failed", "Error: " + started.message());
        note_ends(sync);
        state.waiting = Waiting{"RunContainerError", started.message()};
        sync.wake_in(Duration{0});
        return;
    }
    sync.event(&container, "Normal", "Started", "Started container " + container.name());
    after_start(sync, container);
    if (!state.current()->running()) sync.wake_in(Duration{0});   // it has ended already
    // Without a probe that must pass first, the next one of the ordered list may go on at once.
    if (container.kind == ContainerKind::Sidecar) sync.wake_in(Duration{0});
}

}  // namespace

void start_containers(Sync& sync, const std::vector<std::string>& names) {
    for (const auto& name : names) {
        const ContainerRef container = find_container(sync.pod, name);
        if (container.spec) start_one(sync, container);
    }
}

}  // namespace skiff::agent::pods
