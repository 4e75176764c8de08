// What goes wrong with containers, and what outlives what. Needs root and runc.
#include <sys/wait.h>

#include "agent/runtime/monitor.h"
#include "runtime_fixture.h"

using namespace skiff;
using namespace skiff::agent::runtime;

TEST_CASE("containers outlive an agent that is killed, and the next one adopts them", "[root]") {
    if (!possible()) return;
    Machine m;
    m.runtime.reset();
    // The killed agent is a process of its own: it makes one running container and one that it has only created.
    pid_t agent = ::fork();
    if (agent == 0) {
        auto runtime = Runtime::open(m.options);
        bool ok = runtime.ok() && (*runtime)->create(m.spec("run", {"sh", "-c", "echo one; until [ -e /tmp/go ]; do sleep 0.1; done; echo two; exit 4"})).ok() && (*runtime)->start("run").ok() &&
                  (*runtime)->create(m.spec("new", {"sh", "-c", "exit 6"})).ok();
        ::raise(ok ? SIGKILL : SIGABRT);
    }
    int status = 0;
    REQUIRE(::waitpid(agent, &status, 0) == agent);
    REQUIRE(WTERMSIG(status) == SIGKILL);
    m.open();
    CHECK(m.runtime->status("run")->state == State::Running);
    CHECK(m.runtime->status("new")->state == State::Created);
    REQUIRE(m.runtime->start("new").message() == "");
    CHECK(m.wait_end("new").exit_code == 6);
    REQUIRE(file::write_volatile(m.root + "/rootfs/tmp/go", "").ok());
    CHECK(m.wait_end("run").exit_code == 4);
    CHECK(m.log("run").find("stdout F two") != std::string::npos);
}

TEST_CASE("a container whose monitor is killed ends, and says that its status is unknown", "[root]") {
    if (!possible()) return;
    Machine m;
    REQUIRE(m.runtime->create(m.spec("aa", {"sleep", "100"})).message() == "");
    REQUIRE(m.runtime->start("aa").message() == "");
    const int pid = m.runtime->status("aa")->pid, monitor = monitor_pid(m.options.state_dir + "/containers/aa");
    REQUIRE(monitor > 0);
    REQUIRE(::kill(monitor, SIGKILL) == 0);
    auto end = m.wait_end("aa");
    CHECK(end.exit_code == 137);
    CHECK(end.reason == "ContainerStatusUnknown");
    CHECK(m.runtime->remove("aa").message() == "");
    // Gone, or dead and not yet reaped by whoever inherited it.
    auto state = file::read("/proc/" + std::to_string(pid) + "/status").value_or("");
    CHECK((state.empty() || state.find("State:\tZ") != std::string::npos || state.find("State:\tX") != std::string::npos));
}

TEST_CASE("what a killed agent had half made is taken down by the next", "[root]") {
    if (!possible()) return;
    Machine m;
    REQUIRE(m.runtime->create(m.spec("aa", {"sleep", "100"})).message() == "");
    // As it is between the first write and the last one of create().
    const auto path = m.options.state_dir + "/containers/aa/spec.json";
    auto text = *file::read(path);
    auto at = text.find("\"made\":true");
    REQUIRE(at != std::string::npos);
    REQUIRE(file::write_volatile(path, text.replace(at, 11, "\"made\":false")).ok());
    m.runtime.reset();
    m.open();
    CHECK(m.runtime->containers().empty());
    CHECK_FALSE(file::exists(m.options.state_dir + "/containers/aa"));
    CHECK_FALSE(file::exists(m.options.state_dir + "/runc/aa"));
}

TEST_CASE("a start that a killed agent had only announced is finished by the next", "[root]") {
    if (!possible()) return;
    Machine m;
    REQUIRE(m.runtime->create(m.spec("aa", {"sleep", "100"})).message() == "");
    const auto path = m.options.state_dir + "/containers/aa/spec.json";
    auto text = *file::read(path);
    auto at = text.find("\"started\":0");
    REQUIRE(at != std::string::npos);
    REQUIRE(file::write_volatile(path, text.replace(at, 11, "\"started\":5")).ok());
    m.runtime.reset();
    m.open();
    auto exec = m.runtime->exec({"aa", {"ps"}, false, false, true, false, {}});
    REQUIRE(exec.ok());
    CHECK(read_all((*exec)->out_fd()).find("sleep 100") != std::string::npos);
}

TEST_CASE("a container that uses more memory than it may is killed and says why", "[root]") {
    if (!possible()) return;
    Machine m;
    auto spec = m.spec("aa", {"sh", "-c", "head -c 200000000 /dev/zero | tail"});
    spec.resources.memory_bytes = 32 << 20;
    REQUIRE(m.runtime->create(spec).message() == "");
    REQUIRE(m.runtime->start("aa").message() == "");
    auto end = m.wait_end("aa");
    CHECK(end.exit_code != 0);
    CHECK(end.oom_killed);
}

TEST_CASE("a terminal of the main process is logged, attached and resized", "[root]") {
    if (!possible()) return;
    Machine m;
    auto spec = m.spec("aa", {"sh", "-c", "tty; read x; stty size; read y"});
    spec.tty = spec.stdin_open = true;
    REQUIRE(m.runtime->create(spec).message() == "");
    REQUIRE(m.runtime->start("aa").message() == "");
    auto session = m.runtime->attach("aa");
    REQUIRE(session.ok());
    REQUIRE((*session)->resize(91, 37).message() == "");
    REQUIRE(::write((*session)->in_fd(), "go\n", 3) == 3);
    std::string text;
    while (text.find("37 91") == std::string::npos) {
        pollfd ready{(*session)->out_fd(), POLLIN, 0};
        REQUIRE(::poll(&ready, 1, 5000) == 1);
        char buffer[256];
        ssize_t n = ::read((*session)->out_fd(), buffer, sizeof buffer);
        REQUIRE(n > 0);
        text.append(buffer, static_cast<size_t>(n));
    }
    CHECK(m.log("aa").find("/dev/pts/0") != std::string::npos);
    CHECK(m.runtime->kill("aa", SIGKILL).ok());
    CHECK(m.wait_end("aa").exit_code == 137);
}

TEST_CASE("an exec whose session ends does not go on in the container", "[root]") {
    if (!possible()) return;
    Machine m;
    REQUIRE(m.runtime->create(m.spec("aa", {"sleep", "100"})).message() == "");
    REQUIRE(m.runtime->start("aa").message() == "");
    auto session = m.runtime->exec({"aa", {"sh", "-c", "echo up; exec sleep 77"}, false, false, true, false, {}});
    REQUIRE(session.ok());
    pollfd ready{(*session)->out_fd(), POLLIN, 0};
    REQUIRE(::poll(&ready, 1, 5000) == 1);
    session->reset();
    auto list = m.runtime->exec({"aa", {"ps"}, false, false, true, false, {}});
    REQUIRE(list.ok());
    auto text = read_all((*list)->out_fd());
    CHECK(text.find("sleep 100") != std::string::npos);
    CHECK(text.find("sleep 77") == std::string::npos);
}

TEST_CASE("containers that share a PID namespace see each other and end as a whole", "[root]") {
    if (!possible()) return;
    Machine m(true);
    auto first = m.spec("aa", {"sh", "-c", "sleep 88 & sleep 99 & read x"}), second = m.spec("bb", {"sleep", "100"});
    first.pid = second.pid = NamespaceMode::Sandbox;
    first.stdin_open = true;
    for (auto* spec : {&first, &second}) {
        REQUIRE(m.runtime->create(*spec).message() == "");
        REQUIRE(m.runtime->start(spec->id).message() == "");
    }
    auto ps = [&] {
        auto list = m.runtime->exec({"bb", {"ps"}, false, false, true, false, {}});
        REQUIRE(list.ok());
        return read_all((*list)->out_fd());
    };
    auto text = ps();
    CHECK(text.find("sleep 88") != std::string::npos);
    CHECK(text.find("pause") != std::string::npos);
    REQUIRE(m.runtime->kill("aa", SIGTERM).ok());
    REQUIRE(m.runtime->kill("aa", SIGKILL).ok());
    m.wait_end("aa");
    text = ps();
    CHECK(text.find("sleep 88") == std::string::npos);
    CHECK(text.find("sleep 100") != std::string::npos);
}

TEST_CASE("a pod's containers share memory, and a privileged one has the machine's devices", "[root]") {
    if (!possible()) return;
    Machine m;
    auto writer = m.spec("aa", {"sh", "-c", "echo shared > /dev/shm/note"});
    REQUIRE(m.runtime->create(writer).message() == "");
    REQUIRE(m.runtime->start("aa").message() == "");
    m.wait_end("aa");
    auto reader = m.spec("bb", {"sh", "-c", "cat /dev/shm/note; ls /dev/kmsg; grep Seccomp: /proc/1/status"});
    reader.security.privileged = true;
    REQUIRE(m.runtime->create(reader).message() == "");
    REQUIRE(m.runtime->start("bb").message() == "");
    m.wait_end("bb");
    CHECK(m.log("bb").find("shared") != std::string::npos);
    CHECK((m.log("bb").find("stdout F /dev/kmsg") != std::string::npos || !file::exists("/dev/kmsg")));
}

TEST_CASE("a seccomp profile from a file is applied, and one that is missing refuses the container", "[root]") {
    if (!possible()) return;
    Machine m;
    REQUIRE(file::write_volatile(m.root + "/no-mkdir.json",
                                 R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":1}]})").ok());
    auto spec = m.spec("aa", {"sh", "-c", "mkdir /tmp/x && echo made"});
    spec.security.seccomp = m.root + "/no-mkdir.json";
    REQUIRE(m.runtime->create(spec).message() == "");
    REQUIRE(m.runtime->start("aa").message() == "");
    CHECK(m.wait_end("aa").exit_code == 1);
    CHECK(m.log("aa").find("not permitted") != std::string::npos);
    auto missing = m.spec("bb", {"true"});
    missing.security.seccomp = m.root + "/none.json";
    CHECK(m.runtime->create(missing).reason() == Reason::NotFound);
}

TEST_CASE("a pod in the machine's own namespaces sees the machine", "[root]") {
    if (!possible()) return;
    Machine m;
    SandboxSpec sandbox;
    sandbox.id = "host";
    sandbox.cgroup_parent = "kubepods/besteffort/host";
    sandbox.host_network = sandbox.host_ipc = sandbox.host_pid = true;
    auto made = m.runtime->create_sandbox(sandbox);
    REQUIRE((made.ok() ? "" : made.status().message()) == "");
    CHECK(made->netns_path.empty());
    for (bool privileged : {false, true}) {
        const std::string id = privileged ? "bb" : "aa";
        auto spec = m.spec(id, {"sh", "-c", "ls -d /sys/fs/cgroup /sys/class/net/lo; ls -l /proc/self/ns/net; ps | grep -c test"});
        spec.sandbox_id = "host";
        spec.pid = NamespaceMode::Host;
        spec.security.privileged = privileged;
        REQUIRE(m.runtime->create(spec).message() == "");
        REQUIRE(m.runtime->start(id).message() == "");
        CHECK(m.wait_end(id).exit_code == 0);
        char own[64] = {};
        REQUIRE(::readlink("/proc/self/ns/net", own, sizeof own - 1) > 0);
        INFO(m.log(id));
        CHECK(m.log(id).find(own) != std::string::npos);
        CHECK(m.log(id).find("stdout F /sys/class/net/lo") != std::string::npos);
    }
    CHECK(m.runtime->remove_sandbox("host").message() == "");
}

TEST_CASE("a sysctl of the pod's namespaces is set and one of the machine is refused", "[root]") {
    if (!possible()) return;
    Machine m;
    SandboxSpec sandbox;
    sandbox.id = "ctl";
    sandbox.cgroup_parent = "kubepods/besteffort/ctl";
    sandbox.sysctls = {{"net.ipv4.ip_local_port_range", "2000\t3000"}, {"kernel.shmmax", "123456"}};
    REQUIRE(m.runtime->create_sandbox(sandbox).ok());
    auto spec = m.spec("aa", {"sh", "-c", "cat /proc/sys/net/ipv4/ip_local_port_range /proc/sys/kernel/shmmax"});
    spec.sandbox_id = "ctl";
    REQUIRE(m.runtime->create(spec).message() == "");
    REQUIRE(m.runtime->start("aa").message() == "");
    m.wait_end("aa");
    CHECK(m.log("aa").find("2000\t3000") != std::string::npos);
    CHECK(m.log("aa").find("123456") != std::string::npos);
    CHECK(m.runtime->remove_sandbox("ctl").message() == "");
    sandbox.sysctls = {{"vm.swappiness", "1"}};
    CHECK(m.runtime->create_sandbox(sandbox).status().reason() == Reason::Forbidden);
    CHECK(m.runtime->sandboxes().size() == 1);
}
