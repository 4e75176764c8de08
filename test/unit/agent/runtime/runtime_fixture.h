// A runtime of its own over a busybox file tree, for tests as root with runc.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <map>
#include <mutex>

#include "agent/runtime/runtime.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/random.h"

namespace skiff::agent::runtime {

inline constexpr const char* kBusybox = "/bin/busybox";

inline bool possible() {
    if (::geteuid() == 0 && ::access(kBusybox, X_OK) == 0 && ::access("/usr/sbin/runc", X_OK) == 0) return true;
    WARN("skipped: needs root, busybox-static and runc");
    return false;
}

// A runtime with its own state folder and cgroup, and one sandbox.
struct Machine {
    std::string root;
    Runtime::Options options;
    std::unique_ptr<Runtime> runtime;
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, ContainerStatus> ended;

    explicit Machine(bool share_pid = false) {
        char name[] = "/tmp/skiff-runtime-XXXXXX";
        root = ::mkdtemp(name);
        ::chmod(root.c_str(), 0711);
        REQUIRE(file::make_dirs(root + "/rootfs/bin").ok());
        for (const char* folder : {"/rootfs/proc", "/rootfs/sys", "/rootfs/dev", "/rootfs/tmp"}) REQUIRE(file::make_dirs(root + folder).ok());
        REQUIRE(file::write_volatile(root + "/rootfs/bin/busybox", *file::read(kBusybox), 0755).ok());
        for (const char* applet : {"sh", "sleep", "cat", "echo", "hostname", "id", "tty", "true", "ls", "ps", "stty", "dd", "seq", "grep", "stat", "mkdir", "head", "tail"})
            REQUIRE(::symlink("busybox", (root + "/rootfs/bin/" + applet).c_str()) == 0);
        options.state_dir = root + "/state";
        options.cgroup_root = "skiff-test-" + hex_encode(random_bytes(4));
        options.self_exe = "/proc/self/exe";
        open();
        SandboxSpec sandbox;
        sandbox.id = "pod1";
        sandbox.share_pid = share_pid;
        sandbox.hostname = "box";
        sandbox.cgroup_parent = "kubepods/besteffort/pod1";
        auto made = runtime->create_sandbox(sandbox);
        INFO((made.ok() ? "" : made.status().message()));
        REQUIRE(made.ok());
    }

    ~Machine() {
        CHECK(runtime->remove_sandbox("pod1").message() == "");
        runtime.reset();
        CHECK(file::remove_tree(root).message() == "");
        for (const char* controller : {"cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "freezer", "blkio", "net_cls", "net_prio", "perf_event", "hugetlb", "systemd", "unified"}) {
            auto base = std::string("/sys/fs/cgroup/") + controller + "/" + options.cgroup_root;
            for (const char* part : {"/monitors", "/kubepods/besteffort", "/kubepods", ""}) ::rmdir((base + part).c_str());
        }
    }

    void open() {
        auto opened = Runtime::open(options);
        INFO((opened.ok() ? "" : opened.status().message()));
        REQUIRE(opened.ok());
        runtime = std::move(*opened);
        runtime->on_change([this](const ContainerStatus& s) {
            std::lock_guard lock(mutex);
            if (s.state == State::Exited) ended[s.id] = s;
            changed.notify_all();
        });
    }

    ContainerSpec spec(const std::string& id, std::vector<std::string> args) {
        ContainerSpec c;
        c.id = id;
        c.sandbox_id = "pod1";
        c.name = "main";
        c.args = std::move(args);
        c.env = {"GREETING=hello"};
        c.rootfs = root + "/rootfs";
        c.log_path = root + "/" + id + ".log";
        c.security.capabilities = {"CAP_CHOWN", "CAP_KILL"};
        c.labels = {{"pod", "pod1"}};
        return c;
    }

    ContainerStatus wait_end(const std::string& id) {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, std::chrono::seconds(20), [&] { return ended.count(id) > 0; });
        return ended[id];
    }
    std::string log(const std::string& id) { return file::read(root + "/" + id + ".log").value_or(""); }
};

inline std::string read_all(int fd, int timeout_ms = 5000) {
    std::string text;
    char buffer[4096];
    for (;;) {
        pollfd ready{fd, POLLIN, 0};
        if (::poll(&ready, 1, timeout_ms) <= 0) return text;
        ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n <= 0) return text;
        text.append(buffer, static_cast<size_t>(n));
    }
}

}  // namespace skiff::agent::runtime
