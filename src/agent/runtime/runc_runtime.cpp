#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>

#include "agent/runtime/exit_watch.h"
#include "agent/runtime/monitor.h"
#include "agent/runtime/oci_spec.h"
#include "agent/runtime/runtime.h"
#include "agent/runtime/sandbox.h"
#include "agent/runtime/session.h"
#include "agent/sys/cgroup.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::agent::runtime {

namespace {

int64_t now_ns() {
    timespec t{};
    ::clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

Result<std::string> find_runc(const std::string& given) {
    if (!given.empty()) return given;
    for (const char* path : {"/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc", "/usr/local/bin/runc", "/sbin/runc"})
        if (::access(path, X_OK) == 0) return std::string(path);
    return error(Reason::NotFound, "runc is not installed; install it with: apt-get install runc");
}

// The lowest oom_score_adj that we may set: without CAP_SYS_RESOURCE not below our own.
int lowest_oom_score() {
    auto own = file::read("/proc/self/oom_score_adj", 32);
    const int current = own.ok() ? static_cast<int>(parse_int(trim(*own)).value_or(0)) : 0;
    Fd fd(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (fd && ::write(fd.get(), "-1000", 5) == 5) {
        Fd again(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
        auto text = std::to_string(current);
        [[maybe_unused]] auto n = ::write(again.get(), text.data(), text.size());
        return -1000;
    }
    return current;
}

bool alive(int pid) { return pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM); }

// start time in clock ticks: field 22 of /proc/<pid>/stat; tells a reused pid.
std::string start_ticks(int pid) {
    auto stat = file::read("/proc/" + std::to_string(pid) + "/stat", 4096);
    if (!stat.ok()) return "";
    auto close = stat->rfind(')');
    if (close == std::string::npos) return "";
    auto fields = split(stat->substr(close + 2), ' ');
    return fields.size() > 19 ? fields[19] : "";
}

class RuncRuntime : public Runtime {
public:
    explicit RuncRuntime(Options options, std::string runc, sys::Cgroups cgroups)
        : options_(std::move(options)), runc_(std::move(runc)), cgroups_(std::move(cgroups)), oom_score_min_(lowest_oom_score()) {}

    Status prepare() {
        for (const char* folder : {"/sandboxes", "/containers", "/exits", "/runc", "/exec"}) TRY(file::make_dirs(options_.state_dir + folder, 0700));
        (void)file::remove_tree(options_.state_dir + "/exec");
        TRY(file::make_dirs(options_.state_dir + "/exec", 0700));
        TRY(cgroups_.create("/" + options_.cgroup_root + "/kubepods"));
        for (const auto& missing : cgroups_.missing()) log::warn("runtime", "the kernel has no cgroup controller, its limits are not enforced", {{"controller", missing}});
        return watch_.start(options_.state_dir + "/exits", [this](const std::string& id) { announce(id); });
    }

    ~RuncRuntime() override { watch_.stop(); }

    Result<SandboxStatus> create_sandbox(const SandboxSpec& spec) override {
        const auto dir = sandbox_dir(spec.id);
        if (file::exists(dir + "/spec.json")) return sandbox_status(spec.id);
        TRY(cgroups_.create(cgroup(spec.cgroup_parent)));
        const auto& r = spec.resources;
        auto limited = cgroups_.set(cgroup(spec.cgroup_parent), {r.cpu_shares, r.cpu_quota_us, r.cpu_period_us, r.memory_bytes, r.pids_max});
        if (!limited.ok()) log::warn("runtime", "pod limits are not enforced", {{"pod", spec.pod_namespace + "/" + spec.pod_name}, {"error", limited.message()}});
        TRY(pin_namespaces(dir, spec, options_.self_exe));
        auto tree = sandbox_to_json(spec);
        tree.set("created", now_ns());
        TRY(file::write_volatile(dir + "/spec.json", json::write(tree), 0600));
        return sandbox_status(spec.id);
    }

    Status remove_sandbox(const std::string& id) override {
        const auto dir = sandbox_dir(id);
        if (!file::exists(dir)) return {};
        for (const auto& container : containers()) {
            if (container.sandbox_id != id) continue;
            if (container.state != State::Exited) TRY(cgroups_.remove(container_cgroup(container.id)));
            forget(container.id);
        }
        auto status = sandbox_status(id);
        if (status.ok()) TRY(cgroups_.remove(cgroup(status->spec.cgroup_parent)));
        TRY(unpin_namespaces(dir));
        return file::remove_tree(dir);
    }

    std::vector<SandboxStatus> sandboxes() override {
        std::vector<SandboxStatus> all;
        auto names = file::list_dir(options_.state_dir + "/sandboxes");
        if (!names.ok()) return all;
        for (const auto& id : *names) {
            auto status = sandbox_status(id);
            if (status.ok()) {
                all.push_back(std::move(*status));
            } else {
                // Half made before a crash.
                (void)unpin_namespaces(sandbox_dir(id));
                (void)file::remove_tree(sandbox_dir(id));
            }
        }
        return all;
    }

    Status create(const ContainerSpec& spec) override {
        auto sandbox = TRY(sandbox_status(spec.sandbox_id));
        const auto dir = container_dir(spec.id);
        TRY(file::make_dirs(dir, 0700));
        const auto path = cgroup(sandbox.spec.cgroup_parent) + "/" + spec.id;
        auto config = oci_config(spec, sandbox.spec, facts(spec, sandbox, path));
        TRY(file::write_volatile(dir + "/config.json", json::write(config), 0600));
        auto tree = json::Value::object({{"id", spec.id}, {"sandbox", spec.sandbox_id}, {"name", spec.name}, {"image", spec.image}, {"attempt", spec.attempt},
                                         {"log", spec.log_path}, {"tty", spec.tty}, {"stdin", spec.stdin_open}, {"cgroup", path}, {"created", now_ns()}});
        for (const auto& [key, value] : spec.labels) tree.mut("labels").set(key, value);
        MonitorOptions monitor;
        monitor.dir = dir;
        monitor.id = spec.id;
        monitor.runc = runc_;
        monitor.root = options_.state_dir + "/runc";
        monitor.exit_file = exit_file(spec.id);
        monitor.oom_file = cgroups_.oom_file(path);
        monitor.log_path = spec.log_path;
        monitor.log_max_bytes = spec.log_max_bytes;
        monitor.log_max_files = spec.log_max_files;
        monitor.tty = spec.tty;
        monitor.open_stdin = spec.stdin_open;
        monitor.stdin_once = spec.stdin_once;
        auto pid = spawn_monitor(options_.self_exe, monitor);
        if (!pid.ok()) {
            forget(spec.id);
            (void)cgroups_.remove(path);
            return std::move(pid).status();
        }
        tree.set("pid", *pid);
        tree.set("ticks", start_ticks(*pid));
        return file::write_volatile(dir + "/spec.json", json::write(tree), 0600);
    }

    // What `runc start` does: open the fifo that the container's first process waits at.
    Status start(const std::string& id) override {
        const auto fifo = options_.state_dir + "/runc/" + id + "/exec.fifo";
        Fd fd(::open(fifo.c_str(), O_RDONLY | O_CLOEXEC));
        if (!fd) return errno == ENOENT ? error(Reason::Conflict, "container {} was started before or is gone", id) : errno_status("start container", errno);
        auto tree = TRY(read_spec(id));
        tree.set("started", now_ns());
        TRY(file::write_volatile(container_dir(id) + "/spec.json", json::write(tree), 0600));
        char byte = 0;
        ssize_t n;
        while ((n = ::read(fd.get(), &byte, 1)) < 0 && errno == EINTR) {}
        ::unlink(fifo.c_str());
        if (n <= 0) return start_failure(id);
        announce(id);
        return {};
    }

    Status kill(const std::string& id, int signal) override {
        auto status = TRY(this->status(id));
        if (status.state == State::Exited) return {};
        if (signal == SIGKILL) {
            // Everything in the container, also what its first process left behind.
            for (int pid : cgroups_.processes(container_cgroup(id))) ::kill(pid, SIGKILL);
        }
        if (::kill(status.pid, signal) < 0 && errno != ESRCH) return errno_status("signal container", errno);
        return {};
    }

    Status remove(const std::string& id) override {
        if (!file::exists(container_dir(id))) return {};
        auto current = status(id);
        if (current.ok() && current->state == State::Running) return error(Reason::Conflict, "container {} still runs", id);
        if (auto path = container_cgroup(id); !path.empty()) TRY(cgroups_.remove(path));
        forget(id);
        return {};
    }

    Status update(const std::string& id, const Resources& r) override {
        return cgroups_.set(container_cgroup(id), {r.cpu_shares, r.cpu_quota_us, r.cpu_period_us, r.memory_bytes, r.pids_max});
    }

    Result<ContainerStatus> status(const std::string& id) override { return to_status(TRY(read_spec(id))); }

    std::vector<ContainerStatus> containers() override {
        std::vector<ContainerStatus> all;
        auto names = file::list_dir(options_.state_dir + "/containers");
        if (!names.ok()) return all;
        for (const auto& id : *names) {
            auto status = this->status(id);
            if (status.ok()) all.push_back(std::move(*status));
        }
        return all;
    }

    void on_change(std::function<void(const ContainerStatus&)> changed) override {
        std::lock_guard lock(mutex_);
        changed_ = std::move(changed);
    }

    Result<std::unique_ptr<Session>> exec(const ExecSpec& spec) override {
        auto current = TRY(status(spec.container_id));
        if (current.state != State::Running) return error(Reason::Conflict, "container not running ({})", spec.container_id);
        auto config = TRY(json::parse(TRY(file::read(container_dir(spec.container_id) + "/config.json"))));
        ExecPaths paths{runc_, options_.state_dir + "/runc", options_.state_dir + "/exec/" + hex_encode(random_bytes(8)), json::write(oci_exec_process(config, spec))};
        return start_exec(spec, paths);
    }

    Result<std::unique_ptr<Session>> attach(const std::string& id) override {
        auto tree = TRY(read_spec(id));
        return start_attach(container_dir(id), tree["tty"].as_bool(), tree["stdin"].as_bool());
    }

    Result<Usage> usage(const std::string& id) override { return read_usage(container_cgroup(id)); }

    Result<Usage> pod_usage(const std::string& sandbox_id) override {
        auto sandbox = TRY(sandbox_status(sandbox_id));
        return read_usage(cgroup(sandbox.spec.cgroup_parent));
    }

    Status reopen_log(const std::string& id) override { return monitor_reopen_log(container_dir(id)); }

    std::string version() const override {
        std::call_once(version_once_, [this] {
            // Asked of the package's own file name would lie; runc is asked once.
            version_ = "runc://" + runc_version(runc_);
        });
        return version_;
    }

private:
    static std::string runc_version(const std::string& runc) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) < 0) return "unknown";
        Fd read_end(ends[0]), write_end(ends[1]);
        const char* argv[] = {runc.c_str(), "--version", nullptr};
        pid_t child = ::vfork();
        if (child == 0) {
            ::dup2(write_end.get(), 1);
            ::execv(argv[0], const_cast<char* const*>(argv));
            ::_exit(127);
        }
        write_end.reset();
        std::string text;
        char buffer[512];
        for (ssize_t n; (n = ::read(read_end.get(), buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(n));
        ::waitpid(child, nullptr, 0);
        auto from = text.find("version ");
        if (from == std::string::npos) return "unknown";
        return text.substr(from + 8, text.find_first_of("\n ", from + 8) - from - 8);
    }

    std::string sandbox_dir(const std::string& id) const { return options_.state_dir + "/sandboxes/" + id; }
    std::string container_dir(const std::string& id) const { return options_.state_dir + "/containers/" + id; }
    std::string exit_file(const std::string& id) const { return options_.state_dir + "/exits/" + id + ".json"; }
    std::string cgroup(const std::string& parent) const { return "/" + options_.cgroup_root + "/" + parent; }
    std::string container_cgroup(const std::string& id) const {
        auto tree = read_spec(id);
        return tree.ok() ? (*tree)["cgroup"].as_string() : "";
    }

    Result<json::Value> read_spec(const std::string& id) const {
        return json::parse(TRY(file::read(container_dir(id) + "/spec.json", 1 << 20).context("container {}", id)));
    }

    Result<SandboxStatus> sandbox_status(const std::string& id) const {
        auto tree = TRY(json::parse(TRY(file::read(sandbox_dir(id) + "/spec.json", 1 << 20).context("sandbox {}", id))));
        SandboxStatus status;
        status.spec = sandbox_from_json(tree);
        status.created_ns = tree["created"].as_int();
        if (!status.spec.host_network) status.netns_path = sandbox_dir(id) + "/ns/net";
        return status;
    }

    HostFacts facts(const ContainerSpec& spec, const SandboxStatus& sandbox, const std::string& path) const {
        HostFacts f;
        f.cgroup_v2 = cgroups_.v2();
        f.cgroups_path = path;
        f.oom_score_adj_min = oom_score_min_;
        const auto ns = sandbox_dir(sandbox.spec.id) + "/ns/";
        f.netns = sandbox.netns_path;
        if (file::exists(ns + "uts")) f.utsns = ns + "uts";
        if (file::exists(ns + "ipc")) f.ipcns = ns + "ipc";
        if (file::exists(ns + "pid")) f.pidns = ns + "pid";
        if (spec.pid == NamespaceMode::Container)
            if (auto target = read_spec(spec.target_container); target.ok())
                f.target_pidns = "/proc/" + std::to_string((*target)["pid"].as_int()) + "/ns/pid";
        return f;
    }

    ContainerStatus to_status(const json::Value& tree) const {
        ContainerStatus s;
        s.id = tree["id"].as_string();
        s.sandbox_id = tree["sandbox"].as_string();
        s.name = tree["name"].as_string();
        s.image = tree["image"].as_string();
        s.attempt = static_cast<int>(tree["attempt"].as_int());
        s.pid = static_cast<int>(tree["pid"].as_int());
        s.log_path = tree["log"].as_string();
        s.created_ns = tree["created"].as_int();
        s.started_ns = tree["started"].as_int();
        for (const auto& [key, value] : tree["labels"].members()) s.labels[key] = value.as_string();
        s.state = s.started_ns ? State::Running : State::Created;
        auto record = file::read(exit_file(s.id), 4096);
        auto exit = record.ok() ? json::parse(*record) : Result<json::Value>(json::Value());
        if (record.ok() && exit.ok()) {
            s.state = State::Exited;
            s.exit_code = static_cast<int>((*exit)["code"].as_int());
            s.signal = static_cast<int>((*exit)["signal"].as_int());
            s.oom_killed = (*exit)["oom"].as_bool() && s.exit_code != 0;
            s.finished_ns = (*exit)["finished"].as_int();
        } else if (!alive(s.pid) || (!tree["ticks"].as_string().empty() && start_ticks(s.pid) != tree["ticks"].as_string())) {
            // Gone without a record: its monitor was killed, or the machine restarted. A record may follow within a moment.
            s.state = State::Exited;
            s.exit_code = 255;
            s.reason = "ContainerStatusUnknown";
            s.message = "The container could not be located when the pod was terminated";
            s.finished_ns = now_ns();
        }
        return s;
    }

    void announce(const std::string& id) {
        auto current = status(id);
        if (!current.ok()) return;
        std::function<void(const ContainerStatus&)> changed;
        {
            std::lock_guard lock(mutex_);
            changed = changed_;
        }
        if (changed) changed(*current);
    }

    // The first process could not exec; runc wrote why to its standard error, which is the container's log by now.
    Status start_failure(const std::string& id) {
        auto current = status(id);
        return error(Reason::InternalError, "container {} ended while it was started{}", id,
                     current.ok() && current->state == State::Exited ? fmt::format(" (exit code {})", current->exit_code) : "");
    }

    Result<Usage> read_usage(const std::string& path) const {
        auto u = TRY(cgroups_.usage(path));
        return Usage{now_ns(), u.cpu_usage_ns, u.memory_usage_bytes, u.memory_working_set_bytes, u.memory_rss_bytes, u.pids, u.page_faults, u.major_page_faults};
    }

    void forget(const std::string& id) {
        (void)file::remove_tree(options_.state_dir + "/runc/" + id);
        (void)file::remove_tree(container_dir(id));
        (void)file::remove(exit_file(id));
    }

    Options options_;
    std::string runc_;
    sys::Cgroups cgroups_;
    int oom_score_min_;
    ExitWatch watch_;
    std::mutex mutex_;
    std::function<void(const ContainerStatus&)> changed_;
    mutable std::once_flag version_once_;
    mutable std::string version_;
};

}  // namespace

Result<std::unique_ptr<Runtime>> Runtime::open(const Options& options) {
    auto runc = TRY(find_runc(options.runc));
    auto cgroups = TRY(sys::Cgroups::open());
    auto runtime = std::make_unique<RuncRuntime>(options, runc, std::move(cgroups));
    TRY(runtime->prepare().context("container runtime"));
    return std::unique_ptr<Runtime>(std::move(runtime));
}

}  // namespace skiff::agent::runtime
