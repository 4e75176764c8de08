// Fakes of what a node has: a runtime whose containers run until a test ends them, an image store, a pod network. Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "agent/network/pod_network.h"
#include "agent/runtime/runtime.h"

namespace skiff::test {

namespace runtime = agent::runtime;
namespace images = agent::images;
namespace network = agent::network;

class FakeRuntime : public runtime::Runtime {
public:
    Result<runtime::SandboxStatus> create_sandbox(const runtime::SandboxSpec& spec) override;
    Status remove_sandbox(const std::string& id) override;
    std::vector<runtime::SandboxStatus> sandboxes() override;
    Status create(const runtime::ContainerSpec& spec) override;
    Status start(const std::string& id) override;
    Status kill(const std::string& id, int signal) override;
    Status remove(const std::string& id) override;
    Status update(const std::string&, const runtime::Resources&) override { return {}; }
    Status update_sandbox(const std::string&, const runtime::Resources&) override { return {}; }
    Result<runtime::ContainerStatus> status(const std::string& id) override;
    std::vector<runtime::ContainerStatus> containers() override;
    void on_change(std::function<void(const runtime::ContainerStatus&)> changed) override { changed_ = std::move(changed); }
    Result<std::unique_ptr<runtime::Session>> exec(const runtime::ExecSpec&) override { return error(Reason::InternalError, "no exec here"); }
    Result<std::unique_ptr<runtime::Session>> attach(const std::string&) override { return error(Reason::InternalError, "no attach here"); }
    Result<runtime::Usage> usage(const std::string&) override { return runtime::Usage{}; }
    Result<runtime::Usage> pod_usage(const std::string&) override { return runtime::Usage{}; }
    Status reopen_log(const std::string&) override { return {}; }
    std::string version() const override { return "runc://fake"; }

    // For tests.
    std::string running(const std::string& container);                 // id of the running container of that name, ""
    void exit(const std::string& container, int exit_code);            // the newest run of that name ends
    size_t starts(const std::string& container);
    runtime::ContainerSpec spec(const std::string& container);         // of its newest run
    std::vector<int> signals(const std::string& container);
    std::function<Status(const runtime::ContainerSpec&)> on_start;     // may refuse
    bool obey_signals = true;                                          // SIGTERM ends a container with code 143
    int64_t now_ns = 1'700'000'000'000'000'000;

private:
    struct Held {
        runtime::ContainerSpec spec;
        runtime::ContainerStatus status;
        std::vector<int> signals;
    };
    Held* newest(const std::string& container);
    void end(const std::string& id, int exit_code);
    std::mutex mutex_;
    std::map<std::string, runtime::SandboxStatus> sandboxes_;
    std::map<std::string, Held> containers_;
    std::vector<std::string> order_;
    std::function<void(const runtime::ContainerStatus&)> changed_;
};

class FakeImages : public images::ImageStore {
public:
    Result<images::Image> get(const std::string& reference) override;
    std::vector<images::Image> list() override;
    Result<images::Image> pull(const std::string& reference, const images::PullOptions& options) override;
    Result<std::vector<images::Image>> import(const std::string&, const std::function<void(const images::Progress&)>&) override { return std::vector<images::Image>(); }
    Result<images::Image> add_builtin(const std::string& name, const std::string&, const std::vector<std::string>&, const std::vector<std::string>&) override {
        add(name);
        return get(name);
    }
    Status remove(const std::string&) override { return {}; }
    Result<std::string> mount_rootfs(const std::string& container_id, const images::Image&) override { return "/nonexistent/rootfs/" + container_id; }
    Status unmount_rootfs(const std::string&) override { return {}; }
    std::string writable_layer(const std::string&) const override { return "/nonexistent"; }
    std::set<std::string> used() override { return {}; }
    Status keep_only(const std::set<std::string>&) override { return {}; }

    // For tests.
    void add(const std::string& reference, images::ImageConfig config = {.entrypoint = {"/bin/app"}});   // present
    std::function<Result<images::Image>(const std::string&)> on_pull;   // default: every image can be had
    size_t pulls = 0;

private:
    std::mutex mutex_;
    std::map<std::string, images::Image> images_;
};

class FakeNetwork : public network::PodNetwork {
public:
    Result<std::vector<std::string>> attach(const network::PodAttachment& pod) override;
    Status detach(const std::string& pod_uid) override;
    Status keep_only(const std::vector<std::string>&) override { return {}; }
    Status set_peers(const std::vector<network::Peer>&) override { return {}; }
    Status repair() override { return {}; }
    Status destroy() override { return {}; }
    std::set<std::string> attached();

private:
    std::mutex mutex_;
    std::map<std::string, std::string> ips_;
    int next_ = 2;
};

}  // namespace skiff::test
