// Needs root and runc: real containers from a busybox file tree. Skipped with a reason elsewhere.
#include <sys/wait.h>

#include "runtime_fixture.h"

using namespace skiff;
using namespace skiff::agent::runtime;

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
    REQUIRE(m.runtime->create(m.spec("ee", {"sh", "-c", "echo one; until [ -e /tmp/go ]; do sleep 0.1; done; echo two; exit 5"})).message() == "");
    REQUIRE(m.runtime->start("ee").message() == "");
    const int pid = m.runtime->status("ee")->pid;
    m.runtime.reset();
    m.open();
    REQUIRE(m.runtime->containers().size() == 1);
    CHECK(m.runtime->containers()[0].state == State::Running);
    CHECK(m.runtime->containers()[0].pid == pid);
    CHECK(m.runtime->sandboxes().size() == 1);
    REQUIRE(file::write_volatile(m.root + "/rootfs/tmp/go", "").ok());
    CHECK(m.wait_end("ee").exit_code == 5);
    CHECK(m.log("ee").find("two") != std::string::npos);
    CHECK(m.runtime->remove("ee").message() == "");
}
