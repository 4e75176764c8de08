// Runtime: containers through runc, each under its own small monitor process that outlives us.
//
// A sandbox is a set of pinned namespaces (bind mounts below <state>/sandboxes/<id>/ns: net, uts, ipc, and pid where shared) and a cgroup,
// without a pause process. A container is an OCI bundle. Its monitor (this same executable, an early branch of main: `skiff monitor`) owns stdio, the
// log file (CRI format: time stream F|P line), the exit code file and the control socket for attach and resize. kill -9 of the agent changes
// nothing for them; list() after a restart finds what runs. State is below /run/skiff (Options::state_dir).
// Blocking methods, any thread; one call at a time per container.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::agent::runtime {

struct Mount {
    std::string source, destination;
    bool read_only = false;
    std::string type = "bind";                     // bind, tmpfs, ...
    std::string propagation = "rprivate";          // rprivate, rslave, rshared
    std::vector<std::string> options;
    std::string image_subpath_jail;                // when set, source is below this folder and must stay there (subPath)
};

struct Resources {                                  // 0 or unset: unlimited
    int64_t cpu_shares = 0, cpu_quota_us = 0, cpu_period_us = 100'000;
    int64_t memory_bytes = 0, memory_request_bytes = 0;
    int64_t pids_max = 0;
    int oom_score_adj = 0;
    std::map<std::string, int64_t> hugepages;       // "2MB" -> bytes
};

enum class NamespaceMode { Own, Sandbox, Host, Container };   // Container: target_container's

struct Security {
    int64_t uid = 0, gid = 0;
    std::vector<int64_t> supplemental_groups;
    std::vector<std::string> capabilities;          // the effective set, CAP_ names
    bool privileged = false, read_only_rootfs = false, no_new_privileges = false;
    std::string seccomp = "RuntimeDefault";         // RuntimeDefault, Unconfined, or a path of a profile
    std::string apparmor;                            // ignored where the kernel has none
    bool unmasked_proc = false;
};

struct SandboxSpec {
    std::string id;                                  // pod uid + attempt
    std::string pod_name, pod_namespace, pod_uid, hostname;
    std::string cgroup_parent;                       // kubepods/burstable/pod<uid>, relative to our root cgroup
    bool host_network = false, host_ipc = false, host_pid = false, share_pid = false;
    std::map<std::string, std::string> sysctls;
    Resources resources;                             // of the pod's cgroup
};

struct DeviceMount {
    std::string source, destination;                 // on the host, in the container
    bool read_only = false;
};

struct ContainerSpec {
    std::string id;                                  // 64 hex digits
    std::string sandbox_id, name, image;             // names for listing
    int attempt = 0;                                 // restart count
    std::vector<std::string> args, env;              // final: entrypoint + command
    std::string working_dir, rootfs;
    std::string log_path;                            // /var/log/pods/ns_name_uid/container/attempt.log
    std::string termination_log_path;
    std::vector<Mount> mounts;
    std::vector<DeviceMount> devices;
    Resources resources;
    Security security;
    NamespaceMode pid = NamespaceMode::Own;
    std::string target_container;
    bool tty = false, stdin_open = false, stdin_once = false;
    std::string stop_signal;
    std::map<std::string, std::string> labels;       // kept beside the container, returned by list()
    int64_t log_max_bytes = 10 << 20;
    int log_max_files = 5;
};

enum class State { Created, Running, Exited };

struct ContainerStatus {
    std::string id, sandbox_id, name, image;
    int attempt = 0;
    State state = State::Created;
    int pid = 0;
    int exit_code = 0;                               // 128 + signal when killed
    int signal = 0;
    bool oom_killed = false;
    std::string reason, message;                     // StartError, ContainerCannotRun, ...
    int64_t created_ns = 0, started_ns = 0, finished_ns = 0;   // Unix nanoseconds
    std::string log_path;
    std::map<std::string, std::string> labels;
};

struct SandboxStatus {
    SandboxSpec spec;
    std::string netns_path;                          // "" on the host's network
    int64_t created_ns = 0;
    bool ready = true;
};

// A process inside a container, or the stdio of its main process. Ends are non-blocking pipes or a terminal's master.
struct ExecSpec {
    std::string container_id;
    std::vector<std::string> args;
    bool tty = false, in = false, out = true, err = true;
    std::vector<std::string> env;
};
class Session {
public:
    virtual ~Session() = default;                    // hangs up; kills an exec's process
    virtual int in_fd() const = 0;                   // -1 when not open; owned by the session
    virtual int out_fd() const = 0;
    virtual int err_fd() const = 0;                  // -1 with a tty
    virtual void close_in() = 0;
    virtual Status resize(uint16_t columns, uint16_t rows) = 0;
    // Exit code once out and err ended; -1 for attach.
    virtual Result<int> wait(int64_t timeout_ms) = 0;
};

struct Usage {                                       // from cgroups
    int64_t time_ns = 0, cpu_usage_ns = 0, memory_usage_bytes = 0, memory_working_set_bytes = 0, memory_rss_bytes = 0, pids = 0;
    int64_t page_faults = 0, major_page_faults = 0;
};

class Runtime {
public:
    struct Options {
        std::string state_dir = "/run/skiff";        // one per server on a machine
        std::string cgroup_root = "skiff";           // our folder below each hierarchy
        std::string self_exe = "/proc/self/exe";     // runs as the monitor
        std::string runc = "";                       // "" finds it in PATH
    };
    static Result<std::unique_ptr<Runtime>> open(const Options& options);
    virtual ~Runtime() = default;                    // leaves everything running

    virtual Result<SandboxStatus> create_sandbox(const SandboxSpec& spec) = 0;
    virtual Status remove_sandbox(const std::string& id) = 0;          // kills what is left in it, whose ends stay known; idempotent
    virtual std::vector<SandboxStatus> sandboxes() = 0;

    virtual Status create(const ContainerSpec& spec) = 0;
    virtual Status start(const std::string& id) = 0;
    virtual Status kill(const std::string& id, int signal) = 0;        // ok when it has ended already
    virtual Status remove(const std::string& id) = 0;                   // must not run; removes bundle and state, keeps the log
    virtual Status update(const std::string& id, const Resources& resources) = 0;
    virtual Status update_sandbox(const std::string& id, const Resources& resources) = 0;   // of the pod's cgroup
    virtual Result<ContainerStatus> status(const std::string& id) = 0;
    virtual std::vector<ContainerStatus> containers() = 0;
    // Called on a thread of the runtime when a container ends or starts (event-driven: pidfd/inotify, no polling). Set once, before use.
    virtual void on_change(std::function<void(const ContainerStatus&)> changed) = 0;

    virtual Result<std::unique_ptr<Session>> exec(const ExecSpec& spec) = 0;
    virtual Result<std::unique_ptr<Session>> attach(const std::string& id) = 0;
    virtual Result<Usage> usage(const std::string& id) = 0;             // of a container
    virtual Result<Usage> pod_usage(const std::string& sandbox_id) = 0;
    virtual Status reopen_log(const std::string& id) = 0;
    virtual std::string version() const = 0;                            // "runc://1.1.5"
};

// The monitor's main function: an early branch of main, before anything else is set up.
int monitor_main(int argc, char** argv);
// The init of a PID namespace that the containers of a pod share: reaps, and ends on SIGTERM or SIGINT.
int pause_main();

}  // namespace skiff::agent::runtime
