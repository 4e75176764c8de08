// RuncRuntime's view of what is on disk: adoption at start, statuses, and the end of monitors.
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/runtime/host_facts.h"
#include "agent/runtime/runc_runtime.h"
#include "agent/runtime/sandbox.h"
#include "agent/runtime/start_fifo.h"
#include "base/file.h"
#include "base/log.h"
#include "json/parse.h"

namespace skiff::agent::runtime {

namespace {

constexpr int kMonitorEndMs = 5000;

}  // namespace

Status RuncRuntime::prepare() {
    (void)file::remove_tree(options_.state_dir + "/exec");
    for (const char* folder : {"/sandboxes", "/containers", "/exits", "/runc", "/exec"}) TRY(file::make_dirs(options_.state_dir + folder, 0700));
    TRY(cgroups_.create("/" + options_.cgroup_root + "/kubepods"));
    for (const auto& missing : cgroups_.missing()) log::warn("runtime", "the kernel has no cgroup controller, its limits are not enforced", {{"controller", missing}});
    TRY(watch_.start([this](const std::string& id) { monitor_ended(id); }));
    for (const auto& id : TRY(file::list_dir(options_.state_dir + "/containers"))) adopt(id);
    for (const auto& name : TRY(file::list_dir(options_.state_dir + "/exits")))
        if (!file::exists(container_dir(name.substr(0, name.rfind('.'))))) (void)file::remove(options_.state_dir + "/exits/" + name);
    for (const auto& id : TRY(file::list_dir(options_.state_dir + "/sandboxes"))) {
        if (sandbox_status(id).ok()) continue;
        (void)unpin_namespaces(sandbox_dir(id));   // half made before a crash
        (void)file::remove_tree(sandbox_dir(id));
    }
    return {};
}

void RuncRuntime::adopt(const std::string& id) {
    auto held = record(id);
    const int monitor = monitor_pid(container_dir(id));
    if (!held.ok() || (!held->made && held->start_error.empty())) {
        // The agent died while this was made: nobody knows of it.
        if (monitor > 0) ::kill(monitor, SIGKILL);
        if (held.ok()) (void)end_all(id, *held);
        return forget(id);
    }
    if (!held->made || file::exists(exit_file(id))) return;
    if (monitor == 0 || !watch_.add(id, monitor).ok()) return lose(id, *held);
    // The agent died between saying that it starts the container and doing so.
    auto name = file::read("/proc/" + std::to_string(held->status.pid) + "/comm", 64);
    if (!held->status.started_ns || !name.ok() || !name->starts_with("runc:[")) return;
    if (auto released = release_fifo(runc_dir(id) + "/exec.fifo", monitor); !released.ok())
        log::warn("runtime", "a start that was cut short cannot be finished", {{"id", id}, {"error", released.message()}});
}

Status RuncRuntime::end_all(const std::string& id, const ContainerRecord& held) {
    TRY(cgroups_.remove(held.cgroup));
    const int monitor = monitor_pid(container_dir(id));
    if (monitor == 0) return {};
    // It writes the exit record now; nothing of it may come after forget().
    Fd process(static_cast<int>(::syscall(SYS_pidfd_open, monitor, 0)));
    pollfd ended{process.get(), POLLIN, 0};
    if (process && ::poll(&ended, 1, kMonitorEndMs) == 0) ::kill(monitor, SIGKILL);
    return {};
}

// The monitor was killed: without it there is no output and no exit code, so what is left of the container ends too.
void RuncRuntime::lose(const std::string& id, const ContainerRecord& held) {
    if (file::exists(exit_file(id))) return;
    log::warn("runtime", "a container has lost its monitor and is ended", {{"id", id}, {"name", held.status.name}});
    cgroups_.kill(held.cgroup);
    auto written = write_lost_exit(exit_file(id), unix_now_ns());
    if (!written.ok()) log::error("runtime", "cannot record the end of a container", {{"id", id}, {"error", written.message()}});
}

void RuncRuntime::monitor_ended(const std::string& id) {
    auto held = record(id);
    if (!held.ok()) return;   // removed meanwhile
    lose(id, *held);
    announce(id);
    // What a dead container's group still asks for would count against its pod's.
    if (const Status removed = cgroups_.remove(held->cgroup); !removed.ok()) log::warn("runtime", "the cgroup of a container that has ended stays", {{"id", id}, {"error", removed.message()}});
}

void RuncRuntime::announce(const std::string& id) {
    auto now = status(id);
    if (!now.ok()) return;
    std::function<void(const ContainerStatus&)> changed;
    {
        std::lock_guard lock(mutex_);
        changed = changed_;
    }
    if (changed) changed(*now);
}

Result<ContainerRecord> RuncRuntime::record(const std::string& id) const {
    auto held = read_record(container_dir(id));
    if (!held.ok() && held.status().reason() == Reason::NotFound) return error(Reason::NotFound, "no container {}", id);
    return std::move(held).context("container {}", id);
}

ContainerStatus RuncRuntime::current(ContainerRecord held) const {
    (void)apply_exit(exit_file(held.status.id), held.status);
    return std::move(held.status);
}

Result<SandboxStatus> RuncRuntime::sandbox_status(const std::string& id) const {
    auto text = file::read(sandbox_dir(id) + "/spec.json", 1 << 20);
    if (!text.ok()) return error(Reason::NotFound, "no sandbox {}", id);
    auto tree = TRY(json::parse(*text).context("sandbox {}", id));
    SandboxStatus status;
    status.spec = sandbox_from_json(tree);
    status.created_ns = tree["created"].as_int();
    if (!status.spec.host_network) status.netns_path = sandbox_dir(id) + "/ns/net";
    return status;
}

Result<HostFacts> RuncRuntime::facts(const ContainerSpec& spec, const SandboxStatus& sandbox, const std::string& cgroup_path) const {
    HostFacts f;
    f.cgroup_v2 = cgroups_.v2();
    f.cgroups_path = cgroup_path;
    f.oom_score_adj_min = oom_score_min_;
    f.apparmor = apparmor_;
    const auto dir = sandbox_dir(sandbox.spec.id);
    f.netns = sandbox.netns_path;
    if (file::exists(dir + "/ns/uts")) f.utsns = dir + "/ns/uts";
    if (file::exists(dir + "/ns/ipc")) f.ipcns = dir + "/ns/ipc";
    if (file::exists(dir + "/ns/pid")) f.pidns = dir + "/ns/pid";
    f.shm_path = sandbox.spec.host_ipc ? "/dev/shm" : dir + "/shm";
    if (spec.pid == NamespaceMode::Container) {
        auto target = TRY(record(spec.target_container).context("target container"));
        f.target_pidns = "/proc/" + std::to_string(target.status.pid) + "/ns/pid";
    }
    const auto& profile = spec.security.seccomp;
    if (!spec.security.privileged && profile.starts_with('/')) f.seccomp_profile = TRY(load_seccomp(profile));
    if (spec.security.privileged) f.devices = all_devices();
    for (const auto& device : spec.devices) {
        f.devices.push_back(TRY(device_at(device.source)));
        f.devices.back().path = device.destination;
        f.devices.back().read_only = device.read_only;
    }
    return f;
}

MonitorOptions RuncRuntime::monitor_options(const ContainerSpec& spec, const std::string& cgroup_path) const {
    MonitorOptions m;
    m.dir = container_dir(spec.id);
    m.id = spec.id;
    m.runc = runc_;
    m.root = options_.state_dir + "/runc";
    m.exit_file = exit_file(spec.id);
    m.cgroup_dir = cgroups_.processes_dir(cgroup_path);
    m.oom_file = cgroups_.oom_file(cgroup_path);
    m.log_path = spec.log_path;
    m.log_max_bytes = spec.log_max_bytes;
    m.log_max_files = spec.log_max_files;
    m.kill_rest = spec.pid != NamespaceMode::Own;
    m.tty = spec.tty;
    m.open_stdin = spec.stdin_open;
    m.stdin_once = spec.stdin_once;
    return m;
}

Result<Usage> RuncRuntime::read_usage(const std::string& cgroup_path) const {
    auto u = TRY(cgroups_.usage(cgroup_path));
    return Usage{unix_now_ns(), u.cpu_usage_ns, u.memory_usage_bytes, u.memory_working_set_bytes, u.memory_rss_bytes, u.pids, u.page_faults, u.major_page_faults};
}

void RuncRuntime::forget(const std::string& id) {
    (void)file::remove_tree(runc_dir(id));
    (void)file::remove_tree(container_dir(id));
    (void)file::remove(exit_file(id));
}

}  // namespace skiff::agent::runtime
