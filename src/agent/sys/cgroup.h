// Cgroups of both versions behind one interface. A group is named by its path below the root of each hierarchy ("/skiff/kubepods/pod1"); on v1
// that is the same folder in every controller. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace skiff::agent::sys {

struct CgroupLimits {                       // 0: not set
    int64_t cpu_shares = 0, cpu_quota_us = 0, cpu_period_us = 100'000;
    int64_t memory_bytes = 0, pids_max = 0;
};

struct CgroupUsage {
    int64_t cpu_usage_ns = 0, memory_usage_bytes = 0, memory_working_set_bytes = 0, memory_rss_bytes = 0, pids = 0;
    int64_t page_faults = 0, major_page_faults = 0;
};

class Cgroups {
public:
    // Finds out what is mounted. On v2 enables cpu, memory, pids for our children, moving this process to a leaf where the kernel asks for it.
    static Result<Cgroups> open(const std::string& root = "/sys/fs/cgroup");
    bool v2() const { return v2_; }
    // Controllers that the node should have and has not.
    const std::vector<std::string>& missing() const { return missing_; }

    Status create(const std::string& path) const;
    Status set(const std::string& path, const CgroupLimits& limits) const;
    // Moves a process into a group of its own kind, one that has no child groups; makes the group. On v1 only where the service manager looks.
    Status enter(const std::string& path, int pid) const;
    // SIGKILL to all that is inside, now; does not wait.
    void kill(const std::string& path) const;
    // Kills what is inside, then removes the folders; a missing group is no error.
    Status remove(const std::string& path) const;
    Result<CgroupUsage> usage(const std::string& path) const;
    std::vector<int> processes(const std::string& path) const;    // with those of child groups
    // The folder whose cgroup.procs lists the group's processes (and cgroup.kill, on v2).
    std::string processes_dir(const std::string& path) const;
    // The file in which the kernel counts OOM kills (memory.events, memory.oom_control).
    std::string oom_file(const std::string& path) const;

private:
    std::string folder(const std::string& controller, const std::string& path) const;
    bool v2_ = false;
    std::string root_ = "/sys/fs/cgroup";
    std::vector<std::string> controllers_;   // v1: folders that exist
    std::vector<std::string> missing_;
};

}  // namespace skiff::agent::sys
