#include "agent/sys/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <set>

#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"

namespace skiff::agent::sys {

namespace {

constexpr int kKillRounds = 50;

Status write_file(const std::string& path, const std::string& value) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) return errno_status("open " + path, errno);
    if (::write(fd.get(), value.data(), value.size()) < 0) return errno_status("write " + value + " to " + path, errno);
    return {};
}

int64_t read_number(const std::string& path) {
    auto text = file::read(path, 256);
    return text.ok() ? parse_int(trim(*text)).value_or(0) : 0;
}

// "key value" lines.
int64_t stat_value(const std::string& text, std::string_view key) {
    for (auto line : split_views(text, '\n'))
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ') return parse_int(line.substr(key.size() + 1)).value_or(0);
    return 0;
}

// cgroup v2 weight of v1 shares (KEP-2254).
int64_t weight(int64_t shares) { return std::clamp<int64_t>(1 + ((std::clamp<int64_t>(shares, 2, 262144) - 2) * 9999) / 262142, 1, 10000); }

std::vector<std::string> subfolders(const std::string& path) {
    std::vector<std::string> names;
    if (DIR* dir = ::opendir(path.c_str())) {
        while (const dirent* entry = ::readdir(dir))
            if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.emplace_back(entry->d_name);
        ::closedir(dir);
    }
    return names;
}

void collect(const std::string& folder, std::set<int>& pids) {
    auto text = file::read(folder + "/cgroup.procs", 4 << 20);
    if (text.ok())
        for (auto line : split_views(*text, '\n'))
            if (auto pid = parse_int(line)) pids.insert(static_cast<int>(*pid));
    for (const auto& name : subfolders(folder)) collect(folder + "/" + name, pids);
}

// Child groups first. ENOENT is success.
bool remove_folders(const std::string& folder) {
    for (const auto& name : subfolders(folder)) remove_folders(folder + "/" + name);
    return ::rmdir(folder.c_str()) == 0 || errno == ENOENT;
}

constexpr const char* kNeeded[] = {"cpu", "memory", "pids"};
constexpr const char* kUseful[] = {"cpuset", "io", "hugetlb"};

// The needed controllers or an error; the useful ones where the kernel lets us.
Status enable_children(const std::string& folder) {
    auto text = TRY(file::read(folder + "/cgroup.controllers", 4096));
    const auto present = split(trim(text), ' ');
    auto enable = [&](const char* controller) -> Status {
        if (std::find(present.begin(), present.end(), controller) == present.end()) return {};
        return write_file(folder + "/cgroup.subtree_control", std::string("+") + controller);
    };
    for (const char* controller : kNeeded) TRY(enable(controller));
    for (const char* controller : kUseful) (void)enable(controller);
    return {};
}

// Inside a container the hierarchy's root is no true root: it may not both hold processes and share out controllers. They move to a leaf.
Status evacuate(const std::string& root) {
    TRY(file::make_dirs(root + "/supervisor"));
    auto pids = TRY(file::read(root + "/cgroup.procs", 4 << 20));
    for (auto pid : split_views(pids, '\n')) (void)write_file(root + "/supervisor/cgroup.procs", std::string(pid));
    return {};
}

}  // namespace

Result<Cgroups> Cgroups::open(const std::string& root) {
    Cgroups groups;
    groups.root_ = root;
    if (file::exists(root + "/cgroup.controllers")) {
        groups.v2_ = true;
        auto enabled = enable_children(root);
        // The true root has no cgroup.type, and its processes are the machine's own.
        if (!enabled.ok() && file::exists(root + "/cgroup.type")) {
            TRY(evacuate(root));
            enabled = enable_children(root);
        }
        TRY(std::move(enabled).context("cgroup v2"));
        const auto present = split(trim(TRY(file::read(root + "/cgroup.controllers", 4096))), ' ');
        for (const char* controller : kNeeded)
            if (std::find(present.begin(), present.end(), controller) == present.end()) groups.missing_.emplace_back(controller);
        return groups;
    }
    for (const char* controller : {"cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "freezer", "blkio", "net_cls", "net_prio", "perf_event", "hugetlb", "systemd", "unified"})
        if (file::is_dir(groups.root_ + "/" + controller)) groups.controllers_.emplace_back(controller);
    for (const char* controller : kNeeded)
        if (std::find(groups.controllers_.begin(), groups.controllers_.end(), controller) == groups.controllers_.end()) groups.missing_.emplace_back(controller);
    if (groups.controllers_.empty()) return error(Reason::InternalError, "no cgroup hierarchy is mounted at {}", groups.root_);
    return groups;
}

std::string Cgroups::folder(const std::string& controller, const std::string& path) const {
    return v2_ ? root_ + path : root_ + "/" + controller + path;
}

Status Cgroups::create(const std::string& path) const {
    if (v2_) {
        std::string at;
        for (const auto& part : split(path.substr(1), '/')) {
            at += "/" + part;
            TRY(file::make_dirs(root_ + at));
            TRY(enable_children(root_ + at));
        }
        return {};
    }
    for (const auto& controller : controllers_) {
        TRY(file::make_dirs(folder(controller, path)));
        if (controller != "cpuset") continue;
        // A new v1 cpuset is empty and takes no process before it has its parent's.
        std::string at = root_ + "/cpuset";
        for (const auto& part : split(path.substr(1), '/')) {
            for (const char* name : {"cpuset.cpus", "cpuset.mems"}) {
                auto own = file::read(at + "/" + part + "/" + name, 4096);
                auto parent = file::read(at + "/" + name, 4096);
                if (own.ok() && parent.ok() && trim(*own).empty()) TRY(write_file(at + "/" + part + "/" + name, std::string(trim(*parent))));
            }
            at += "/" + part;
        }
    }
    return {};
}

Status Cgroups::set(const std::string& path, const CgroupLimits& limits) const {
    if (v2_) {
        const auto at = root_ + path + "/";
        if (limits.cpu_shares) TRY(write_file(at + "cpu.weight", std::to_string(weight(limits.cpu_shares))));
        if (limits.cpu_quota_us) TRY(write_file(at + "cpu.max", (limits.cpu_quota_us > 0 ? std::to_string(limits.cpu_quota_us) : "max") + " " + std::to_string(limits.cpu_period_us)));
        if (limits.memory_bytes) TRY(write_file(at + "memory.max", std::to_string(limits.memory_bytes)));
        if (limits.pids_max) TRY(write_file(at + "pids.max", std::to_string(limits.pids_max)));
        return {};
    }
    if (limits.cpu_shares) TRY(write_file(folder("cpu", path) + "/cpu.shares", std::to_string(limits.cpu_shares)));
    if (limits.cpu_quota_us) {
        TRY(write_file(folder("cpu", path) + "/cpu.cfs_period_us", std::to_string(limits.cpu_period_us)));
        TRY(write_file(folder("cpu", path) + "/cpu.cfs_quota_us", std::to_string(limits.cpu_quota_us)));
    }
    if (limits.memory_bytes) TRY(write_file(folder("memory", path) + "/memory.limit_in_bytes", std::to_string(limits.memory_bytes)));
    if (limits.pids_max) TRY(write_file(folder("pids", path) + "/pids.max", std::to_string(limits.pids_max)));
    return {};
}

Status Cgroups::enter(const std::string& path, int pid) const {
    if (v2_) {
        // On v2 a group that shares out controllers may hold no processes: the parent does, this one does not.
        const auto parent = path.substr(0, path.rfind('/'));
        if (!file::is_dir(root_ + path) && !parent.empty()) TRY(create(parent));
        TRY(file::make_dirs(root_ + path));
        return write_file(root_ + path + "/cgroup.procs", std::to_string(pid));
    }
    if (std::find(controllers_.begin(), controllers_.end(), "systemd") == controllers_.end()) return {};
    TRY(file::make_dirs(folder("systemd", path)));
    return write_file(folder("systemd", path) + "/cgroup.procs", std::to_string(pid));
}

std::vector<int> Cgroups::processes(const std::string& path) const {
    std::set<int> pids;
    collect(processes_dir(path), pids);
    return {pids.begin(), pids.end()};
}

std::string Cgroups::processes_dir(const std::string& path) const {
    if (v2_) return root_ + path;
    return folder(std::find(controllers_.begin(), controllers_.end(), "pids") != controllers_.end() ? "pids" : controllers_[0], path);
}

void Cgroups::kill(const std::string& path) const {
    if (path.size() < 2) return;
    if (v2_ && write_file(root_ + path + "/cgroup.kill", "1").ok()) return;
    for (int pid : processes(path)) ::kill(pid, SIGKILL);
}

Status Cgroups::remove(const std::string& path) const {
    if (path.size() < 2) return error(Reason::InternalError, "refusing to remove the root cgroup");
    for (int round = 0; round < kKillRounds; ++round) {
        kill(path);
        bool gone = true;
        if (v2_) gone = remove_folders(root_ + path);
        else for (const auto& controller : controllers_) gone = remove_folders(folder(controller, path)) && gone;
        if (gone) return {};
        // Killed processes leave their group a moment later; the kernel offers no wait for that on v1.
        ::usleep(static_cast<useconds_t>(1000 * std::min(round + 1, 20)));
    }
    return error(Reason::Timeout, "cgroup {} still holds processes", path);
}

std::string Cgroups::oom_file(const std::string& path) const {
    return v2_ ? root_ + path + "/memory.events" : folder("memory", path) + "/memory.oom_control";
}

Result<CgroupUsage> Cgroups::usage(const std::string& path) const {
    CgroupUsage usage;
    const auto memory = folder("memory", path);
    auto stat = file::read(memory + "/memory.stat", 65536);
    if (!stat.ok()) return std::move(stat).status();
    int64_t inactive = 0;
    if (v2_) {
        usage.memory_usage_bytes = read_number(memory + "/memory.current");
        usage.memory_rss_bytes = stat_value(*stat, "anon");
        inactive = stat_value(*stat, "inactive_file");
        usage.page_faults = stat_value(*stat, "pgfault");
        usage.major_page_faults = stat_value(*stat, "pgmajfault");
        auto cpu = file::read(root_ + path + "/cpu.stat", 4096);
        if (cpu.ok()) usage.cpu_usage_ns = stat_value(*cpu, "usage_usec") * 1000;
    } else {
        usage.memory_usage_bytes = read_number(memory + "/memory.usage_in_bytes");
        usage.memory_rss_bytes = stat_value(*stat, "total_rss");
        inactive = stat_value(*stat, "total_inactive_file");
        usage.page_faults = stat_value(*stat, "total_pgfault");
        usage.major_page_faults = stat_value(*stat, "total_pgmajfault");
        usage.cpu_usage_ns = read_number(folder("cpuacct", path) + "/cpuacct.usage");
    }
    usage.memory_working_set_bytes = std::max<int64_t>(0, usage.memory_usage_bytes - inactive);
    usage.pids = read_number(folder("pids", path) + "/pids.current");
    return usage;
}

}  // namespace skiff::agent::sys
