// RuncRuntime: the Runtime over runc, monitors and pinned namespaces. See runtime.h for the contract.
#pragma once

#include <mutex>

#include "agent/runtime/container_record.h"
#include "agent/runtime/monitor.h"
#include "agent/runtime/oci_spec.h"
#include "agent/runtime/process_watch.h"
#include "agent/runtime/runtime.h"
#include "agent/sys/cgroup.h"

namespace skiff::agent::runtime {

class RuncRuntime : public Runtime {
public:
    RuncRuntime(Options options, std::string runc, sys::Cgroups cgroups);
    // Folders, cgroups, and what a former process left: adopted or removed.
    Status prepare();
    ~RuncRuntime() override { watch_.stop(); }

    Result<SandboxStatus> create_sandbox(const SandboxSpec& spec) override;
    Status remove_sandbox(const std::string& id) override;
    std::vector<SandboxStatus> sandboxes() override;

    Status create(const ContainerSpec& spec) override;
    Status start(const std::string& id) override;
    Status kill(const std::string& id, int signal) override;
    Status remove(const std::string& id) override;
    Status update(const std::string& id, const Resources& resources) override;
    Status update_sandbox(const std::string& id, const Resources& resources) override;
    Result<ContainerStatus> status(const std::string& id) override;
    std::vector<ContainerStatus> containers() override;
    void on_change(std::function<void(const ContainerStatus&)> changed) override;

    Result<std::unique_ptr<Session>> exec(const ExecSpec& spec) override;
    Result<std::unique_ptr<Session>> attach(const std::string& id) override;
    Result<Usage> usage(const std::string& id) override;
    Result<Usage> pod_usage(const std::string& sandbox_id) override;
    Status reopen_log(const std::string& id) override;
    std::string version() const override;

private:
    std::string sandbox_dir(const std::string& id) const { return options_.state_dir + "/sandboxes/" + id; }
    std::string container_dir(const std::string& id) const { return options_.state_dir + "/containers/" + id; }
    std::string runc_dir(const std::string& id) const { return options_.state_dir + "/runc/" + id; }
    std::string exit_file(const std::string& id) const { return options_.state_dir + "/exits/" + id + ".json"; }
    std::string cgroup(const std::string& parent) const { return "/" + options_.cgroup_root + "/" + parent; }

    Result<ContainerRecord> record(const std::string& id) const;         // NotFound when there is no such container
    Result<SandboxStatus> sandbox_status(const std::string& id) const;
    Result<HostFacts> facts(const ContainerSpec& spec, const SandboxStatus& sandbox, const std::string& cgroup_path) const;
    MonitorOptions monitor_options(const ContainerSpec& spec, const std::string& cgroup_path) const;
    ContainerStatus current(ContainerRecord record) const;
    Result<Usage> read_usage(const std::string& cgroup_path) const;
    void limit_cpu(const ContainerSpec& spec, const std::string& pod_group, const std::string& group);
    Status end_all(const std::string& id, const ContainerRecord& record);   // kills what runs, waits for the monitor, removes the cgroup
    void adopt(const std::string& id);
    void lose(const std::string& id, const ContainerRecord& record);
    void monitor_ended(const std::string& id);
    void announce(const std::string& id);
    void forget(const std::string& id);

    Options options_;
    std::string runc_;
    sys::Cgroups cgroups_;
    int oom_score_min_;
    bool apparmor_;
    std::mutex mutex_;
    std::function<void(const ContainerStatus&)> changed_;
    mutable std::once_flag version_once_;
    mutable std::string version_;
    ProcessWatch watch_;                                                  // of the monitors; last, so that it stops first
};

int64_t unix_now_ns();

}  // namespace skiff::agent::runtime
