// Needs root and runc: real containers from a busybox file tree. Skipped with a reason elsewhere.
#include "agent/runtime/runtime.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <map>
#include <mutex>

#include "base/encoding.h"
#include "base/file.h"
#include "base/random.h"

using namespace skiff;
using namespace skiff::agent::runtime;

namespace {

constexpr const char* kBusybox = "/bin/busybox";

bool possible() {
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

    Machine() {
        char name[] = "/tmp/skiff-runtime-XXXXXX";
        root = ::mkdtemp(name);
        ::chmod(root.c_str(), 0711);
        REQUIRE(file::make_dirs(root + "/rootfs/bin").ok());
        for (const char* folder : {"/rootfs/proc", "/rootfs/sys", "/rootfs/dev", "/rootfs/tmp"}) REQUIRE(file::make_dirs(root + folder).ok());
        REQUIRE(file::write_volatile(root + "/rootfs/bin/busybox", *file::read(kBusybox), 0755).ok());
        for (const char* applet : {"sh", "sleep", "cat", "echo", "hostname", "id", "tty", "true"})
            REQUIRE(::symlink("busybox", (root + "/rootfs/bin/" + applet).c_str()) == 0);
        options.state_dir = root + "/state";
        options.cgroup_root = "skiff-test-" + hex_encode(random_bytes(4));
        options.self_exe = "/proc/self/exe";
        open();
        SandboxSpec sandbox;
        sandbox.id = "pod1";
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
        for (const char* controller : {"cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "freezer", "blkio", "net_cls", "net_prio", "perf_event", "hugetlb", "systemd"}) {
            auto base = std::string("/sys/fs/cgroup/") + controller + "/" + options.cgroup_root;
            for (const char* part : {"/kubepods/besteffort", "/kubepods", ""}) ::rmdir((base + part).c_str());
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

std::string read_all(int fd, int timeout_ms = 5000) {
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

}  // namespace

TEST_CASE("a container runs, logs both streams and leaves its exit code", "[root]") {
    if (!possible()) return;
    Machine m;
    REQUIRE(m.runtime->create(m.spec("aa", {"sh", "-c", "echo $GREETING from $(hostname); echo oops >&2; exit 7"})).message() == "");
    CHECK(m.runtime->status("aa")->state == State::Created);
    REQUIRE(m.runtime->start("aa").message() == "");
    auto end = m.wait_end("aa");
    CHECK(end.state == State::Exited);
    CHECK(end.exit_code == 7);
    CHECK(end.labels["pod"] == "pod1");
    CHECK(m.log("aa").find(" stdout F hello from box\n") != std::string::npos);
    CHECK(m.log("aa").find(" stderr F oops\n") != std::string::npos);
    CHECK(m.runtime->remove("aa").message() == "");
    CHECK(m.runtime->containers().empty());
}

TEST_CASE("a command that does not exist fails at create with the reason", "[root]") {
    if (!possible()) return;
    Machine m;
    auto failed = m.runtime->create(m.spec("bb", {"/no/such/program"}));
    bool at_create = !failed.ok();
    if (!at_create) failed = m.runtime->start("bb");
    INFO(failed.message());
    auto text = failed.message() + m.log("bb");
    CHECK(text.find("no such file or directory") != std::string::npos);
    if (!at_create) CHECK(m.runtime->remove("bb").ok());
}

TEST_CASE("exec gives output, exit code, standard input and a terminal", "[root]") {
    if (!possible()) return;
    Machine m;
    REQUIRE(m.runtime->create(m.spec("cc", {"sleep", "100"})).message() == "");
    REQUIRE(m.runtime->start("cc").message() == "");
    auto exec = m.runtime->exec({"cc", {"sh", "-c", "cat; echo err >&2; exit 3"}, false, true, true, true, {}});
    REQUIRE(exec.ok());
    REQUIRE(::write((*exec)->in_fd(), "input", 5) == 5);
    (*exec)->close_in();
    CHECK(read_all((*exec)->out_fd()) == "input");
    CHECK(read_all((*exec)->err_fd()) == "err\n");
    CHECK(*(*exec)->wait(5000) == 3);

    auto terminal = m.runtime->exec({"cc", {"sh", "-c", "tty; echo $TERM"}, true, true, true, false, {}});
    INFO((terminal.ok() ? "" : terminal.status().message()));
    REQUIRE(terminal.ok());
    auto text = read_all((*terminal)->out_fd());
    CHECK(text.find("/dev/pts/0") != std::string::npos);
    CHECK(text.find("xterm") != std::string::npos);
    CHECK(*(*terminal)->wait(5000) == 0);

    CHECK(m.runtime->usage("cc")->memory_usage_bytes > 0);
    CHECK(m.runtime->kill("cc", SIGKILL).ok());
    CHECK(m.wait_end("cc").exit_code == 137);
    CHECK(m.runtime->remove("cc").message() == "");
}

TEST_CASE("attach reaches the main process", "[root]") {
    if (!possible()) return;
    Machine m;
    auto spec = m.spec("dd", {"sh", "-c", "read line; echo got $line; read more"});
    spec.stdin_open = true;
    REQUIRE(m.runtime->create(spec).message() == "");
    REQUIRE(m.runtime->start("dd").message() == "");
    auto session = m.runtime->attach("dd");
    REQUIRE(session.ok());
    REQUIRE(::write((*session)->in_fd(), "word\n", 5) == 5);
    pollfd ready{(*session)->out_fd(), POLLIN, 0};
    REQUIRE(::poll(&ready, 1, 5000) == 1);
    char buffer[64] = {};
    REQUIRE(::read((*session)->out_fd(), buffer, sizeof buffer) > 0);
    CHECK(std::string(buffer) == "got word\n");
    CHECK(m.runtime->kill("dd", SIGKILL).ok());
    m.wait_end("dd");
    CHECK(m.runtime->remove("dd").message() == "");
}

TEST_CASE("a new runtime adopts what runs", "[root]") {
    if (!possible()) return;
    Machine m;
    REQUIRE(m.runtime->create(m.spec("ee", {"sh", "-c", "echo one; sleep 1; echo two; exit 5"})).message() == "");
    REQUIRE(m.runtime->start("ee").message() == "");
    const int pid = m.runtime->status("ee")->pid;
    m.runtime.reset();
    m.open();
    REQUIRE(m.runtime->containers().size() == 1);
    CHECK(m.runtime->containers()[0].state == State::Running);
    CHECK(m.runtime->containers()[0].pid == pid);
    CHECK(m.runtime->sandboxes().size() == 1);
    CHECK(m.wait_end("ee").exit_code == 5);
    CHECK(m.log("ee").find("two") != std::string::npos);
    CHECK(m.runtime->remove("ee").message() == "");
}
