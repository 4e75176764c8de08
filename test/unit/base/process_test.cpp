#include "base/process.h"

#include <signal.h>
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace skiff;

namespace {

process::Spawn shell(const std::string& script) {
    process::Spawn what;
    what.args = {"sh", "-c", script};
    return what;
}

}  // namespace

TEST_CASE("a program's output, exit code and standard input") {
    auto output = process::run(shell("cat; echo err >&2; exit 3"), {}, "given");
    REQUIRE(output.ok());
    CHECK(output->out == "given");
    CHECK(output->err == "err\n");
    CHECK(output->exit.code == 3);
    auto killed = process::run(shell("kill -9 $$"));
    REQUIRE(killed.ok());
    CHECK(killed->exit.code == 137);
    CHECK(killed->exit.signal == SIGKILL);
}

TEST_CASE("output and time are bounded") {
    auto long_one = process::run(shell("head -c 300000 /dev/zero"), {.output_bytes_max = 1000});
    REQUIRE(long_one.ok());
    CHECK(long_one->out.size() == 1000);
    CHECK(process::run(shell("sleep 100"), {.timeout_ms = 50}).status().reason() == Reason::Timeout);
    // A process left behind keeps the pipe; the program's own end counts.
    auto left = process::run(shell("sleep 100 & echo done"), {.timeout_ms = 5000});
    REQUIRE(left.ok());
    CHECK(left->out == "done\n");
}

TEST_CASE("only named descriptors reach the child, whatever their numbers") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    Fd read_end(ends[0]), write_end(ends[1]);
    Fd inherited(::fcntl(read_end.get(), F_DUPFD, 20));   // someone forgot O_CLOEXEC
    process::Spawn what = shell("echo swapped >&5; [ -e /proc/self/fd/" + std::to_string(inherited.get()) + " ] && echo leaked >&5; [ -e /proc/self/fd/4 ] && echo four >&5");
    what.fds = {{write_end.get(), 5}, {read_end.get(), 4}};
    auto child = process::spawn(what);
    REQUIRE(child.ok());
    REQUIRE(child->wait(5000)->code == 0);
    char buffer[64] = {};
    REQUIRE(::read(read_end.get(), buffer, sizeof buffer - 1) > 0);
    CHECK(std::string(buffer) == "swapped\nfour\n");
}

TEST_CASE("a child that nobody waits for ends with its owner") {
    pid_t pid = 0;
    {
        auto child = process::spawn(shell("exec sleep 100"));
        REQUIRE(child.ok());
        pid = child->pid();
        CHECK(child->wait(10).status().reason() == Reason::Timeout);
    }
    CHECK(::kill(pid, 0) < 0);
    CHECK(process::spawn({.args = {"no-such-program-here"}}).status().reason() == Reason::NotFound);
    CHECK_FALSE(process::spawn({.args = {"/no/such/program"}}).ok());
}
