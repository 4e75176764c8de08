#include "agent/runtime/runc_runtime.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "agent/runtime/capabilities.h"
#include "agent/runtime/host_facts.h"
#include "agent/runtime/sandbox.h"
#include "agent/runtime/session.h"
#include "agent/runtime/start_fifo.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::agent::runtime {

int64_t unix_now_ns() {
    timespec t{};
    ::clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

RuncRuntime::RuncRuntime(Options options, std::string runc, sys::Cgroups cgroups)
    : options_(std::move(options)), runc_(std::move(runc)), cgroups_(std::move(cgroups)), oom_score_min_(lowest_oom_score()), apparmor_(has_apparmor()) {}

Result<SandboxStatus> RuncRuntime::create_sandbox(const SandboxSpec& spec) {
    const auto dir = sandbox_dir(spec.id);
    if (file::exists(dir + "/spec.json")) return sandbox_status(spec.id);
    TRY(cgroups_.create(cgroup(spec.cgroup_parent)));
    const auto& r = spec.resources;
    // The CPU quota waits for the first container: what makes a container runs inside its group, and would be throttled to a crawl.
    auto limited = cgroups_.set(cgroup(spec.cgroup_parent), {r.cpu_shares, 0, 0, r.memory_bytes, r.pids_max});
    if (!limited.ok()) log::warn("runtime", "pod limits are not enforced", {{"pod", spec.pod_namespace + "/" + spec.pod_name}, {"error", limited.message()}});
    if (auto pinned = pin_namespaces(dir, spec, options_.self_exe); !pinned.ok()) {
        (void)cgroups_.remove(cgroup(spec.cgroup_parent));
        (void)file::remove_tree(dir);
        return std::move(pinned).context("sandbox of pod {}/{}", spec.pod_namespace, spec.pod_name);
    }
    auto tree = sandbox_to_json(spec);
    tree.set("created", unix_now_ns());
    if (r.cpu_quota_us) TRY(file::write_volatile(dir + "/cpu-quota", fmt::format("{} {}", r.cpu_quota_us, r.cpu_period_us), 0600));
    TRY(file::write_volatile(dir + "/spec.json", json::write(tree), 0600));
    return sandbox_status(spec.id);
}

Status RuncRuntime::remove_sandbox(const std::string& id) {
    const auto dir = sandbox_dir(id);
    if (!file::exists(dir)) return {};
    for (const auto& container : containers()) {
        if (container.sandbox_id != id) continue;
        if (auto held = record(container.id); held.ok()) TRY(end_all(container.id, *held));
        // How it ended is known here alone until somebody has told the API; remove() takes that away.
        if (!file::exists(exit_file(container.id))) forget(container.id);
    }
    auto status = sandbox_status(id);
    if (status.ok()) TRY(cgroups_.remove(cgroup(status->spec.cgroup_parent)));
    TRY(unpin_namespaces(dir));
    return file::remove_tree(dir);
}

std::vector<SandboxStatus> RuncRuntime::sandboxes() {
    std::vector<SandboxStatus> all;
    auto names = file::list_dir(options_.state_dir + "/sandboxes");
    if (!names.ok()) return all;
    for (const auto& id : *names)
        if (auto status = sandbox_status(id); status.ok()) all.push_back(std::move(*status));
    return all;
}

Status RuncRuntime::create(const ContainerSpec& spec) {
    auto sandbox = TRY(sandbox_status(spec.sandbox_id));
    const auto dir = container_dir(spec.id);
    ContainerRecord made;
    made.cgroup = cgroup(sandbox.spec.cgroup_parent) + "/" + spec.id;
    ContainerSpec granted = spec;
    granted.security.capabilities = grantable(spec.security.capabilities);
    granted.resources.cpu_quota_us = 0;   // see limit_cpu
    auto config = oci_config(granted, sandbox.spec, TRY(facts(spec, sandbox, made.cgroup)));
    TRY(file::make_dirs(dir, 0700));
    auto& s = made.status;
    s.id = spec.id;
    s.sandbox_id = spec.sandbox_id;
    s.name = spec.name;
    s.image = spec.image;
    s.attempt = spec.attempt;
    s.log_path = spec.log_path;
    s.labels = spec.labels;
    s.created_ns = unix_now_ns();
    made.tty = spec.tty;
    made.stdin_open = spec.stdin_open;
    // Before anything runs: after a crash the next process knows what to take down.
    TRY(write_record(dir, made));
    TRY(file::write_volatile(dir + "/config.json", json::write(config), 0600));
    auto pid = spawn_monitor(options_.self_exe, monitor_options(spec, made.cgroup));
    if (pid.ok()) {
        s.pid = *pid;
        made.made = true;
        TRY(write_record(dir, made));
        const int monitor = monitor_pid(dir);
        if (monitor == 0 || !watch_.add(spec.id, monitor).ok()) monitor_ended(spec.id);
        limit_cpu(spec, sandbox.spec.cgroup_parent, made.cgroup);
        return {};
    }
    // As with containerd, what runc cannot make is told when the container is started.
    (void)cgroups_.remove(made.cgroup);
    (void)file::remove_tree(runc_dir(spec.id));
    made.start_error = "OCI runtime create failed: " + pid.status().message();
    return write_record(dir, made);
}

// The pod's quota once, then the container's: on v1 a child's may not exceed its parent's.
void RuncRuntime::limit_cpu(const ContainerSpec& spec, const std::string& pod_group, const std::string& group) {
    const auto pending = sandbox_dir(spec.sandbox_id) + "/cpu-quota";
    Status limited;
    if (auto text = file::read(pending, 64); text.ok()) {
        const auto words = split(*text, ' ');
        sys::CgroupLimits pod;
        if (words.size() == 2) pod.cpu_quota_us = parse_int(words[0]).value_or(0), pod.cpu_period_us = parse_int(words[1]).value_or(pod.cpu_period_us);
        limited = cgroups_.set(cgroup(pod_group), pod);
        (void)file::remove(pending);
    }
    if (spec.resources.cpu_quota_us && limited.ok()) {
        sys::CgroupLimits own;
        own.cpu_quota_us = spec.resources.cpu_quota_us;
        own.cpu_period_us = spec.resources.cpu_period_us;
        limited = cgroups_.set(group, own);
    }
    if (!limited.ok()) log::warn("runtime", "CPU limit is not enforced", {{"container", spec.id}, {"error", limited.message()}});
}

Status RuncRuntime::start(const std::string& id) {
    auto held = TRY(record(id));
    held.status.started_ns = unix_now_ns();
    TRY(write_record(container_dir(id), held));
    if (!held.start_error.empty()) return error(Reason::InternalError, "{}", held.start_error);
    TRY(release_fifo(runc_dir(id) + "/exec.fifo", monitor_pid(container_dir(id))).context("container {}", id));
    announce(id);
    // Out of the group of the service, which may be stopped and started while the container lives. Last: the kernel takes its time to move a process.
    if (const int monitor = monitor_pid(container_dir(id)); monitor > 0) (void)cgroups_.enter(cgroup("monitors"), monitor);
    return {};
}

namespace {

// Between its start and its first program runc's own init stands in the container: a signal would be answered by that, in its own way
// (exit code 2). It is a matter of microseconds, and the kernel tells nobody of an exec.
void wait_for_exec(pid_t pid) {
    constexpr int kRounds = 50;
    for (int i = 0; i < kRounds; ++i) {
        auto name = file::read("/proc/" + std::to_string(pid) + "/comm", 64);
        if (!name.ok() || !name->starts_with("runc:[")) return;
        ::usleep(1000);
    }
}

}  // namespace

Status RuncRuntime::kill(const std::string& id, int signal) {
    auto held = TRY(record(id));
    const auto now = current(held);
    if (now.state == State::Exited) return {};
    // While its monitor lives, nobody but the monitor can have reaped the process: the number is its own.
    Fd process(static_cast<int>(::syscall(SYS_pidfd_open, now.pid, 0)));
    if (!process || monitor_pid(container_dir(id)) == 0) return {};
    if (signal != SIGKILL) wait_for_exec(now.pid);
    if (::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) < 0 && errno != ESRCH) return errno_status("signal container", errno);
    return {};
}

Status RuncRuntime::remove(const std::string& id) {
    if (!file::exists(container_dir(id))) return {};
    auto held = record(id);
    if (held.ok()) {
        if (current(*held).state == State::Running) return error(Reason::Conflict, "container {} still runs", id);
        TRY(end_all(id, *held));
    }
    forget(id);
    return {};
}

Status RuncRuntime::update(const std::string& id, const Resources& r) {
    return cgroups_.set(TRY(record(id)).cgroup, {r.cpu_shares, r.cpu_quota_us, r.cpu_period_us, r.memory_bytes, r.pids_max});
}

Status RuncRuntime::update_sandbox(const std::string& id, const Resources& r) {
    TRY(file::remove(sandbox_dir(id) + "/cpu-quota"));   // what was put off is out of date
    return cgroups_.set(cgroup(TRY(sandbox_status(id)).spec.cgroup_parent), {r.cpu_shares, r.cpu_quota_us, r.cpu_period_us, r.memory_bytes, r.pids_max});
}

Result<ContainerStatus> RuncRuntime::status(const std::string& id) { return current(TRY(record(id))); }

std::vector<ContainerStatus> RuncRuntime::containers() {
    std::vector<ContainerStatus> all;
    auto names = file::list_dir(options_.state_dir + "/containers");
    if (!names.ok()) return all;
    for (const auto& id : *names)
        if (auto held = record(id); held.ok()) all.push_back(current(std::move(*held)));
    return all;
}

void RuncRuntime::on_change(std::function<void(const ContainerStatus&)> changed) {
    std::lock_guard lock(mutex_);
    changed_ = std::move(changed);
}

Result<std::unique_ptr<Session>> RuncRuntime::exec(const ExecSpec& spec) {
    auto now = TRY(status(spec.container_id));
    if (now.state != State::Running) return error(Reason::Conflict, "container not running ({})", spec.container_id);
    auto config = TRY(json::parse(TRY(file::read(container_dir(spec.container_id) + "/config.json"))));
    ExecPaths paths{runc_, options_.state_dir + "/runc", options_.state_dir + "/exec/" + hex_encode(random_bytes(8)), json::write(oci_exec_process(config, spec))};
    return start_exec(spec, paths);
}

Result<std::unique_ptr<Session>> RuncRuntime::attach(const std::string& id) {
    auto held = TRY(record(id));
    if (current(held).state == State::Exited) return error(Reason::Conflict, "container {} has ended", id);
    return start_attach(container_dir(id), held.tty, held.stdin_open);
}

Result<Usage> RuncRuntime::usage(const std::string& id) { return read_usage(TRY(record(id)).cgroup); }

Result<Usage> RuncRuntime::pod_usage(const std::string& sandbox_id) { return read_usage(cgroup(TRY(sandbox_status(sandbox_id)).spec.cgroup_parent)); }

Status RuncRuntime::reopen_log(const std::string& id) { return monitor_reopen_log(container_dir(id)); }

std::string RuncRuntime::version() const {
    std::call_once(version_once_, [this] { version_ = "runc://" + runc_version(runc_); });
    return version_;
}

Result<std::unique_ptr<Runtime>> Runtime::open(const Options& options) {
    auto runc = TRY(find_runc(options.runc));
    auto cgroups = TRY(sys::Cgroups::open());
    auto runtime = std::make_unique<RuncRuntime>(options, runc, std::move(cgroups));
    TRY(runtime->prepare().context("container runtime"));
    return std::unique_ptr<Runtime>(std::move(runtime));
}

}  // namespace skiff::agent::runtime
