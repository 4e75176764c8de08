#include "agent/runtime/oci_spec.h"

#include <algorithm>

#include "agent/runtime/seccomp_profile.h"
#include "base/strings.h"

namespace skiff::agent::runtime {

namespace {

using json::Value;

// What Docker and containerd hide of /proc and /sys.
constexpr const char* kMasked[] = {"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
                                   "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
                                   "/sys/devices/virtual/powercap"};
constexpr const char* kReadOnly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

Value strings(const std::vector<std::string>& list) {
    auto out = Value::array();
    for (const auto& item : list) out.push_back(item);
    return out;
}

Value mount(const char* destination, const char* type, const char* source, std::vector<std::string> options) {
    return Value::object({{"destination", destination}, {"type", type}, {"source", source}, {"options", strings(options)}});
}

bool has_mount(const ContainerSpec& container, std::string_view destination) {
    return std::any_of(container.mounts.begin(), container.mounts.end(), [&](const Mount& m) { return m.destination == destination; });
}

Value mounts(const ContainerSpec& container, const SandboxSpec& sandbox, const HostFacts& facts) {
    const bool privileged = container.security.privileged;
    const std::string writable = privileged ? "rw" : "ro";
    auto list = Value::array();
    list.push_back(mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}));
    list.push_back(mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}));
    list.push_back(mount("/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}));
    list.push_back(mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}));
    list.push_back(sandbox.host_network ? mount("/sys", "bind", "/sys", {"rbind", "nosuid", "noexec", "nodev", writable})
                                        : mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", writable}));
    list.push_back(mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", writable}));
    if (!has_mount(container, "/dev/shm")) {
        if (facts.shm_path.empty()) list.push_back(mount("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}));
        else list.push_back(mount("/dev/shm", "bind", facts.shm_path.c_str(), {"rbind", "rw", "nosuid", "noexec", "nodev"}));
    }
    // Shorter destinations first, so that a mount never hides one inside it.
    auto own = container.mounts;
    std::stable_sort(own.begin(), own.end(), [](const Mount& a, const Mount& b) {
        return std::count(a.destination.begin(), a.destination.end(), '/') < std::count(b.destination.begin(), b.destination.end(), '/');
    });
    for (const auto& m : own) {
        std::vector<std::string> options = m.options;
        if (m.type == "bind") {
            options.push_back("rbind");
            options.push_back(m.propagation);
            options.push_back(m.read_only ? "ro" : "rw");
        }
        list.push_back(mount(m.destination.c_str(), m.type.c_str(), m.source.c_str(), options));
    }
    return list;
}

Value capabilities(const Security& security) {
    auto set = strings(security.capabilities);
    auto out = Value::object({{"bounding", set}, {"effective", set}, {"permitted", set}});
    // A user that is not root gains nothing at exec by the permitted set.
    return out;
}

Value process(const ContainerSpec& container, const HostFacts& facts) {
    const auto& security = container.security;
    auto user = Value::object({{"uid", security.uid}, {"gid", security.gid}});
    if (!security.supplemental_groups.empty()) {
        auto groups = Value::array();
        for (auto gid : security.supplemental_groups) groups.push_back(gid);
        user.set("additionalGids", std::move(groups));
    }
    auto env = container.env;
    auto missing = [&](std::string_view prefix) { return std::none_of(env.begin(), env.end(), [&](const auto& e) { return e.starts_with(prefix); }); };
    if (missing("PATH=")) env.insert(env.begin(), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    if (container.tty && missing("TERM=")) env.push_back("TERM=xterm");
    auto out = Value::object({{"terminal", container.tty},
                              {"user", std::move(user)},
                              {"args", strings(container.args)},
                              {"env", strings(env)},
                              {"cwd", container.working_dir.empty() ? "/" : container.working_dir},
                              {"capabilities", capabilities(security)},
                              {"noNewPrivileges", security.no_new_privileges},
                              {"oomScoreAdj", std::max(container.resources.oom_score_adj, facts.oom_score_adj_min)}});
    if (facts.apparmor && !security.apparmor.empty() && security.apparmor != "unconfined") out.set("apparmorProfile", security.apparmor);
    return out;
}

Value device_rules(const Security& security, const HostFacts& facts) {
    if (security.privileged) return Value::array({Value::object({{"allow", true}, {"access", "rwm"}})});
    // Nothing but the usual harmless ones; runc adds null, zero, full, random, urandom, tty, ptmx and pts itself.
    auto rules = Value::array({Value::object({{"allow", false}, {"access", "rwm"}})});
    for (const auto& d : facts.devices)
        rules.push_back(Value::object({{"allow", true}, {"type", std::string(1, d.type)}, {"major", d.major}, {"minor", d.minor}, {"access", d.read_only ? "rm" : "rwm"}}));
    return rules;
}

// A mount goes from a container to the machine only when the container's root is in the machine's group of peers.
const char* root_propagation(const ContainerSpec& container) {
    const bool outwards = std::any_of(container.mounts.begin(), container.mounts.end(), [](const Mount& mount) { return mount.propagation == "rshared"; });
    return outwards ? "rshared" : "rslave";
}

Value devices(const HostFacts& facts) {
    auto list = Value::array();
    for (const auto& d : facts.devices)
        list.push_back(Value::object({{"path", d.path}, {"type", std::string(1, d.type)}, {"major", d.major}, {"minor", d.minor}, {"fileMode", d.mode}, {"uid", d.uid}, {"gid", d.gid}}));
    return list;
}

// A Localhost profile is a linux.seccomp object; what else may stand in the file is left out.
Value local_seccomp(const Value& profile) {
    auto out = Value::object();
    for (const char* key : {"defaultAction", "defaultErrnoRet", "architectures", "flags", "listenerPath", "listenerMetadata", "syscalls"})
        if (const auto* value = profile.find(key)) out.set(key, *value);
    return out;
}

Value resources(const ContainerSpec& container, const HostFacts& facts) {
    const auto& r = container.resources;
    auto out = Value::object({{"devices", device_rules(container.security, facts)}});
    auto cpu = Value::object();
    if (r.cpu_shares) cpu.set("shares", r.cpu_shares);
    if (r.cpu_quota_us) {
        cpu.set("quota", r.cpu_quota_us);
        cpu.set("period", r.cpu_period_us);
    }
    if (cpu.size()) out.set("cpu", std::move(cpu));
    if (r.memory_bytes) {
        auto memory = Value::object({{"limit", r.memory_bytes}});
        // No swap beyond the limit. Needs swap accounting on v1: the kernel may lack it.
        if (facts.cgroup_v2) memory.set("swap", r.memory_bytes);
        out.set("memory", std::move(memory));
    }
    // The kernel kills a container as a whole when it runs out of memory, as the kubelet asks of v2.
    if (facts.cgroup_v2) out.set("unified", Value::object({{"memory.oom.group", "1"}}));
    if (r.pids_max > 0) out.set("pids", Value::object({{"limit", r.pids_max}}));
    if (!r.hugepages.empty()) {
        auto list = Value::array();
        for (const auto& [size, limit] : r.hugepages) list.push_back(Value::object({{"pageSize", size}, {"limit", limit}}));
        out.set("hugepageLimits", std::move(list));
    }
    return out;
}

Value namespaces(const ContainerSpec& container, const SandboxSpec& sandbox, const HostFacts& facts) {
    auto list = Value::array({Value::object({{"type", "mount"}})});
    auto add = [&](const char* type, const std::string& path) { list.push_back(Value::object({{"type", type}, {"path", path}})); };
    if (!sandbox.host_network) add("network", facts.netns);
    if (!facts.utsns.empty()) add("uts", facts.utsns);
    if (!sandbox.host_ipc) add("ipc", facts.ipcns);
    if (container.pid == NamespaceMode::Container && !facts.target_pidns.empty()) add("pid", facts.target_pidns);
    else if (container.pid == NamespaceMode::Sandbox && !facts.pidns.empty()) add("pid", facts.pidns);
    else if (container.pid != NamespaceMode::Host) list.push_back(Value::object({{"type", "pid"}}));
    if (facts.cgroup_v2 && !container.security.privileged) list.push_back(Value::object({{"type", "cgroup"}}));
    return list;
}

}  // namespace

Value oci_config(const ContainerSpec& container, const SandboxSpec& sandbox, const HostFacts& facts) {
    const auto& security = container.security;
    auto config = Value::object({{"ociVersion", "1.0.2"}, {"process", process(container, facts)}});
    config.set("root", Value::object({{"path", container.rootfs}, {"readonly", security.read_only_rootfs}}));
    config.set("mounts", mounts(container, sandbox, facts));
    auto linux_part = Value::object({{"cgroupsPath", facts.cgroups_path}, {"namespaces", namespaces(container, sandbox, facts)},
                                     {"resources", resources(container, facts)}, {"rootfsPropagation", root_propagation(container)}});
    if (!security.privileged && !security.unmasked_proc) {
        auto masked = Value::array(), read_only = Value::array();
        for (const char* path : kMasked) masked.push_back(path);
        for (const char* path : kReadOnly) read_only.push_back(path);
        linux_part.set("maskedPaths", std::move(masked));
        linux_part.set("readonlyPaths", std::move(read_only));
    }
    if (!facts.devices.empty()) linux_part.set("devices", devices(facts));
    if (!security.privileged && security.seccomp == "RuntimeDefault") linux_part.set("seccomp", default_seccomp(security.capabilities));
    else if (!security.privileged && facts.seccomp_profile.is_object()) linux_part.set("seccomp", local_seccomp(facts.seccomp_profile));
    config.set("linux", std::move(linux_part));
    return config;
}

Value oci_exec_process(const Value& config, const ExecSpec& exec) {
    auto process = config["process"];
    process.set("args", strings(exec.args));
    process.set("terminal", exec.tty);
    auto& env = process.mut("env");
    for (const auto& item : exec.env) env.push_back(item);
    if (exec.tty && std::none_of(env.items().begin(), env.items().end(), [](const Value& e) { return e.as_string().starts_with("TERM="); }))
        env.push_back("TERM=xterm");
    process.erase("oomScoreAdj");
    return process;
}

}  // namespace skiff::agent::runtime
