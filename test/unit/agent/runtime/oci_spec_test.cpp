// config.json against golden files; ACCEPT=1 rewrites them.
#include "agent/runtime/oci_spec.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "agent/runtime/container_record.h"
#include "base/file.h"
#include "json/parse.h"
#include "json/write.h"

using namespace skiff;
using namespace skiff::agent::runtime;

namespace {

ContainerSpec container() {
    ContainerSpec c;
    c.id = "abc";
    c.args = {"/bin/app", "--flag"};
    c.env = {"A=b"};
    c.working_dir = "/srv";
    c.rootfs = "/store/rootfs";
    c.mounts = {{.source = "/pods/x/volumes/data", .destination = "/data", .read_only = true}, {.source = "/pods/x/etc-hosts", .destination = "/etc/hosts"}};
    c.resources.cpu_shares = 102;
    c.resources.cpu_quota_us = 50'000;
    c.resources.memory_bytes = 64 << 20;
    c.resources.oom_score_adj = -997;
    c.security.uid = 1000;
    c.security.gid = 1001;
    c.security.supplemental_groups = {2000};
    c.security.capabilities = {"CAP_NET_BIND_SERVICE"};
    c.security.no_new_privileges = true;
    return c;
}

HostFacts facts() {
    HostFacts f;
    f.cgroups_path = "/skiff/kubepods/podx/abc";
    f.netns = "/run/ns/net";
    f.utsns = "/run/ns/uts";
    f.ipcns = "/run/ns/ipc";
    f.shm_path = "/run/shm";
    return f;
}

void check_golden(const char* name, json::Value config) {
    // The filter's list has its own test; here only that it is there.
    if (auto* seccomp = config.mut("linux").find("seccomp")) *seccomp = json::Value("(" + (*seccomp)["defaultAction"].as_string() + ")");
    const std::string path = std::string(SKIFF_SOURCE_DIR) + "/test/golden/agent/runtime/" + name;
    const auto text = json::write_pretty(config) + "\n";
    if (std::getenv("ACCEPT")) REQUIRE(file::write_volatile(path, text).ok());
    CHECK(text == file::read(path).value_or(""));
}

bool allows(const json::Value& seccomp, std::string_view call) {
    for (const auto& rule : seccomp["syscalls"].items())
        if (rule["action"].as_string() == "SCMP_ACT_ALLOW" && rule["args"].is_null())
            for (const auto& name : rule["names"].items())
                if (name.as_string() == call) return true;
    return false;
}

}  // namespace

TEST_CASE("an ordinary container on cgroup v1") { check_golden("ordinary_v1.json", oci_config(container(), {}, facts())); }

TEST_CASE("a terminal with a shared PID namespace on cgroup v2") {
    auto c = container();
    c.tty = true;
    c.pid = NamespaceMode::Sandbox;
    c.security.read_only_rootfs = true;
    auto f = facts();
    f.cgroup_v2 = true;
    f.pidns = "/run/ns/pid";
    f.oom_score_adj_min = 0;
    check_golden("terminal_v2.json", oci_config(c, {}, f));
}

TEST_CASE("a privileged container in the machine's namespaces with its devices") {
    auto c = container();
    c.security.privileged = true;
    c.pid = NamespaceMode::Host;
    SandboxSpec s;
    s.host_network = s.host_ipc = s.host_pid = true;
    HostFacts f;
    f.cgroups_path = "/skiff/x";
    f.devices = {{"/dev/fuse", 'c', 10, 229, 0666, 0, 0}};
    check_golden("privileged.json", oci_config(c, s, f));
}

TEST_CASE("a container with a Bidirectional mount shares its root, so that its mounts reach the machine") {
    auto c = container();
    c.mounts.push_back({.source = "/s", .destination = "/d", .propagation = "rslave"});
    CHECK(oci_config(c, {}, facts())["linux"]["rootfsPropagation"].as_string() == "rslave");
    c.mounts.push_back({.source = "/s", .destination = "/e", .propagation = "rshared"});
    CHECK(oci_config(c, {}, facts())["linux"]["rootfsPropagation"].as_string() == "rshared");
}

TEST_CASE("the default filter opens calls by capability and argument") {
    auto c = container();
    auto plain = oci_config(c, {}, facts())["linux"]["seccomp"];
    for (const char* call : {"read", "openat", "execve", "clone3", "futex"}) CHECK(allows(plain, call) == (std::string_view(call) != "clone3"));
    for (const char* call : {"mount", "bpf", "reboot", "init_module", "unshare", "setns", "keyctl", "add_key", "kexec_load", "userfaultfd", "io_uring_setup", "chroot"})
        CHECK_FALSE(allows(plain, call));
    c.security.capabilities = {"CAP_SYS_ADMIN", "CAP_SYS_CHROOT"};
    auto admin = oci_config(c, {}, facts())["linux"]["seccomp"];
    for (const char* call : {"mount", "unshare", "clone", "clone3", "chroot"}) CHECK(allows(admin, call));
    c.security.seccomp = "Unconfined";
    CHECK(oci_config(c, {}, facts())["linux"]["seccomp"].is_null());
    c.security.seccomp = "/profiles/own.json";
    auto f = facts();
    f.seccomp_profile = *json::parse(R"({"defaultAction":"SCMP_ACT_LOG","archMap":[],"syscalls":[]})");
    CHECK(json::write(oci_config(c, {}, f)["linux"]["seccomp"]) == R"({"defaultAction":"SCMP_ACT_LOG","syscalls":[]})");
}

TEST_CASE("a process of an exec is the container's with its own arguments") {
    auto process = oci_exec_process(oci_config(container(), {}, facts()), {"abc", {"sh"}, true, true, true, false, {"X=1"}});
    CHECK(json::write(process["args"]) == R"(["sh"])");
    CHECK(process["terminal"].as_bool());
    CHECK(process["user"]["uid"].as_int() == 1000);
    CHECK(json::write(process["env"]).find("TERM=xterm") != std::string::npos);
    CHECK(json::write(process["env"]).find("X=1") != std::string::npos);
}

TEST_CASE("a record of a container reads back as it was written") {
    ContainerRecord r;
    r.status.id = "abc";
    r.status.sandbox_id = "pod";
    r.status.attempt = 3;
    r.status.pid = 42;
    r.status.created_ns = 5;
    r.status.labels = {{"a", "b"}};
    r.cgroup = "/skiff/x";
    r.made = r.tty = true;
    auto same = record_from_json(record_to_json(r));
    CHECK(json::write(record_to_json(same)) == json::write(record_to_json(r)));
    CHECK(same.status.state == State::Created);
    r.start_error = "no such file";
    r.status.started_ns = 9;
    auto failed = record_from_json(record_to_json(r));
    CHECK(failed.status.state == State::Exited);
    CHECK(failed.status.reason == "StartError");
    CHECK(failed.status.exit_code == 128);
}
