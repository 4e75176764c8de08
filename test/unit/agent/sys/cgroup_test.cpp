// Against folders that look like the kernel's; real groups are tested with the runtime.
#include "agent/sys/cgroup.h"

#include <stdlib.h>

#include <catch2/catch.hpp>

#include "base/file.h"

using namespace skiff;
using namespace skiff::agent::sys;

namespace {

struct Hierarchy {
    std::string root;
    Hierarchy() {
        char name[] = "/tmp/skiff-cgroup-XXXXXX";
        root = ::mkdtemp(name);
    }
    ~Hierarchy() { (void)file::remove_tree(root); }
    void put(const std::string& path, const std::string& text) {
        REQUIRE(file::make_dirs((root + path).substr(0, (root + path).rfind('/'))).ok());
        REQUIRE(file::write_volatile(root + path, text).ok());
    }
    std::string get(const std::string& path) { return file::read(root + path).value_or("(none)"); }
};

}  // namespace

TEST_CASE("limits and usage on cgroup v2") {
    Hierarchy h;
    for (const char* group : {"", "/skiff", "/skiff/pod"}) {
        h.put(std::string(group) + "/cgroup.controllers", "cpuset cpu io memory pids\n");
        h.put(std::string(group) + "/cgroup.subtree_control", "");
    }
    for (const char* name : {"cpu.weight", "cpu.max", "memory.max", "pids.max"}) h.put(std::string("/skiff/pod/") + name, "");
    h.put("/skiff/pod/memory.stat", "anon 100\ninactive_file 300\npgfault 7\npgmajfault 2\n");
    h.put("/skiff/pod/memory.current", "1000\n");
    h.put("/skiff/pod/cpu.stat", "usage_usec 5\nuser_usec 3\n");
    h.put("/skiff/pod/pids.current", "4\n");
    auto groups = Cgroups::open(h.root);
    REQUIRE(groups.ok());
    CHECK(groups->v2());
    CHECK(groups->missing().empty());
    REQUIRE(groups->create("/skiff/pod").message() == "");
    REQUIRE(groups->set("/skiff/pod", {.cpu_shares = 1024, .cpu_quota_us = 20'000, .memory_bytes = 64 << 20, .pids_max = 10}).message() == "");
    CHECK(h.get("/skiff/pod/cpu.weight") == "39");
    CHECK(h.get("/skiff/pod/cpu.max") == "20000 100000");
    CHECK(h.get("/skiff/pod/memory.max") == "67108864");
    CHECK(h.get("/skiff/pod/pids.max") == "10");
    auto usage = groups->usage("/skiff/pod");
    REQUIRE(usage.ok());
    CHECK(usage->memory_usage_bytes == 1000);
    CHECK(usage->memory_working_set_bytes == 700);
    CHECK(usage->memory_rss_bytes == 100);
    CHECK(usage->cpu_usage_ns == 5000);
    CHECK(usage->pids == 4);
    CHECK(groups->oom_file("/skiff/pod") == h.root + "/skiff/pod/memory.events");
}

TEST_CASE("a controller that the kernel lacks is named") {
    Hierarchy h;
    h.put("/cgroup.controllers", "cpu pids\n");
    h.put("/cgroup.subtree_control", "");
    auto groups = Cgroups::open(h.root);
    REQUIRE(groups.ok());
    CHECK(groups->missing() == std::vector<std::string>{"memory"});
    Hierarchy empty;
    CHECK_FALSE(Cgroups::open(empty.root).ok());
}

TEST_CASE("a new cpuset of cgroup v1 gets its parent's processors") {
    Hierarchy h;
    for (const char* name : {"cpuset.cpus", "cpuset.mems"}) {
        h.put(std::string("/cpuset/") + name, "0-3\n");
        h.put(std::string("/cpuset/skiff/") + name, "\n");
    }
    h.put("/memory/memory.limit_in_bytes", "");
    auto groups = Cgroups::open(h.root);
    REQUIRE(groups.ok());
    CHECK_FALSE(groups->v2());
    REQUIRE(groups->create("/skiff").message() == "");
    CHECK(h.get("/cpuset/skiff/cpuset.cpus") == "0-3");
    CHECK(file::is_dir(h.root + "/memory/skiff"));
    CHECK(groups->remove("/").reason() == Reason::InternalError);
}
