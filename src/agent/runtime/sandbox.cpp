#include "agent/runtime/sandbox.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/fd.h"
#include "base/file.h"
#include "base/process.h"
#include "base/strings.h"

namespace skiff::agent::runtime {

namespace {

Status bind_namespace(const std::string& source, const std::string& target) {
    Fd touch(::open(target.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0600));
    if (!touch) return errno_status("create " + target, errno);
    if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) < 0) return errno_status("pin namespace " + target, errno);
    return {};
}

Status write_sysctl(const std::string& name, const std::string& value) {
    // Dots separate; a slash stands for a dot within a part (eno2/100).
    std::string path = name;
    for (char& c : path)
        if (c == '.' || c == '/') c = c == '.' ? '/' : '.';
    if (path.find("..") != std::string::npos) return error(Reason::BadRequest, "sysctl {}: invalid name", name);
    path = "/proc/sys/" + path;
    Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd || ::write(fd.get(), value.data(), value.size()) < 0) return errno_status("sysctl " + name, errno);
    return {};
}

void bring_loopback_up() {
    Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    if (::ioctl(socket.get(), SIOCGIFFLAGS, &request) < 0) return;
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    ::ioctl(socket.get(), SIOCSIFFLAGS, &request);
}

// The init of a PID namespace that the pod's containers share. It starts in the sandbox's other namespaces, this thread's.
Status start_pause(const std::string& dir, const std::string& self_exe) {
    if (::unshare(CLONE_NEWPID) < 0) return errno_status("make PID namespace", errno);
    process::Spawn what;
    what.path = self_exe;
    what.args = {"skiff", "pause"};
    what.working_dir = "/";
    what.new_session = true;
    auto child = TRY(process::spawn(what));
    TRY(bind_namespace("/proc/" + std::to_string(child.pid()) + "/ns/pid", dir + "/ns/pid"));
    TRY(file::write_volatile(dir + "/pause.pid", std::to_string(child.pid()), 0600));
    child.release();
    return {};
}

// Shared memory is the pod's, as its IPC namespace is.
Status mount_shm(const std::string& dir, const SandboxSpec& spec) {
    if (spec.host_ipc) return {};
    TRY(file::make_dirs(dir + "/shm", 01777));
    if (::mount("shm", (dir + "/shm").c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=65536k") < 0) return errno_status("mount " + dir + "/shm", errno);
    return {};
}

// Only what belongs to a namespace of the pod: the rest would change the machine.
Status check_sysctl(const std::string& name, const SandboxSpec& spec) {
    const bool net = name.starts_with("net.") || name.starts_with("net/");
    const bool ipc = name == "kernel.sem" || name.starts_with("kernel.shm") || name.starts_with("kernel.msg") || name.starts_with("fs.mqueue.");
    if ((net && !spec.host_network) || (ipc && !spec.host_ipc)) return {};
    return error(Reason::Forbidden, "sysctl \"{}\" does not belong to the pod's namespaces", name);
}

// On a thread of its own: namespaces belong to threads, and this one ends with them.
Status make_on_this_thread(const std::string& dir, const SandboxSpec& spec, const std::string& self_exe) {
    int flags = CLONE_NEWUTS;
    if (spec.host_network) flags = spec.hostname.empty() ? 0 : CLONE_NEWUTS;
    if (!spec.host_network) flags |= CLONE_NEWNET;
    if (!spec.host_ipc) flags |= CLONE_NEWIPC;
    if (flags && ::unshare(flags) < 0) return errno_status("make namespaces", errno);
    if ((flags & CLONE_NEWUTS) && !spec.hostname.empty() && ::sethostname(spec.hostname.data(), spec.hostname.size()) < 0)
        return errno_status("set host name " + spec.hostname, errno);
    if (flags & CLONE_NEWNET) {
        bring_loopback_up();
        // As the container runtimes do: any user may bind low ports and ping.
        (void)write_sysctl("net.ipv4.ip_unprivileged_port_start", "0");
        (void)write_sysctl("net.ipv4.ping_group_range", "0 2147483647");
    }
    for (const auto& [name, value] : spec.sysctls) {
        TRY(check_sysctl(name, spec));
        TRY(write_sysctl(name, value));
    }
    if (flags & CLONE_NEWNET) TRY(bind_namespace("/proc/thread-self/ns/net", dir + "/ns/net"));
    if (flags & CLONE_NEWUTS) TRY(bind_namespace("/proc/thread-self/ns/uts", dir + "/ns/uts"));
    if (flags & CLONE_NEWIPC) TRY(bind_namespace("/proc/thread-self/ns/ipc", dir + "/ns/ipc"));
    if (spec.share_pid) TRY(start_pause(dir, self_exe));
    return mount_shm(dir, spec);
}

}  // namespace

Status pin_namespaces(const std::string& dir, const SandboxSpec& spec, const std::string& self_exe) {
    TRY(unpin_namespaces(dir));   // half made before a crash
    TRY(file::make_dirs(dir + "/ns", 0700));
    Status made;
    std::jthread([&] { made = make_on_this_thread(dir, spec, self_exe); }).join();
    if (!made.ok()) (void)unpin_namespaces(dir);
    return made;
}

namespace {

// Killed only when the number still is that namespace's first process.
void end_pause(const std::string& dir, pid_t pid) {
    Fd process(pid > 1 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1);
    struct stat pinned {}, own {};
    if (!process || ::stat((dir + "/ns/pid").c_str(), &pinned) < 0 || ::stat(("/proc/" + std::to_string(pid) + "/ns/pid").c_str(), &own) < 0) return;
    if (pinned.st_ino != own.st_ino || pinned.st_dev != own.st_dev) return;
    ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
    ::waitpid(pid, nullptr, 0);   // ours, unless the agent was started anew since
}

}  // namespace

Status unpin_namespaces(const std::string& dir) {
    if (auto text = file::read(dir + "/pause.pid", 32); text.ok()) end_pause(dir, static_cast<pid_t>(parse_int(trim(*text)).value_or(0)));
    while (::umount2((dir + "/shm").c_str(), MNT_DETACH) == 0) {}
    for (const char* kind : {"net", "uts", "ipc", "pid"}) {
        const auto path = dir + "/ns/" + kind;
        while (::umount2(path.c_str(), MNT_DETACH) == 0) {}
        TRY(file::remove(path));
    }
    return {};
}

json::Value sandbox_to_json(const SandboxSpec& s) {
    auto tree = json::Value::object({{"id", s.id}, {"podName", s.pod_name}, {"podNamespace", s.pod_namespace}, {"podUid", s.pod_uid},
                                     {"hostname", s.hostname}, {"cgroupParent", s.cgroup_parent}, {"hostNetwork", s.host_network},
                                     {"hostIpc", s.host_ipc}, {"hostPid", s.host_pid}, {"sharePid", s.share_pid}});
    for (const auto& [name, value] : s.sysctls) tree.mut("sysctls").set(name, value);
    return tree;
}

SandboxSpec sandbox_from_json(const json::Value& t) {
    SandboxSpec s;
    s.id = t["id"].as_string();
    s.pod_name = t["podName"].as_string();
    s.pod_namespace = t["podNamespace"].as_string();
    s.pod_uid = t["podUid"].as_string();
    s.hostname = t["hostname"].as_string();
    s.cgroup_parent = t["cgroupParent"].as_string();
    s.host_network = t["hostNetwork"].as_bool();
    s.host_ipc = t["hostIpc"].as_bool();
    s.host_pid = t["hostPid"].as_bool();
    s.share_pid = t["sharePid"].as_bool();
    for (const auto& [name, value] : t["sysctls"].members()) s.sysctls[name] = value.as_string();
    return s;
}

}  // namespace skiff::agent::runtime
