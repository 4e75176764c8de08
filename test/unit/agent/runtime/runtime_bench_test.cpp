// Hidden: `test_agent "[bench]"` prints what creating containers costs. Needs root and runc.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "agent/runtime/monitor.h"
#include "runtime_fixture.h"

using namespace skiff;
using namespace skiff::agent::runtime;

namespace {

double ms_since(std::chrono::steady_clock::time_point start) { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count(); }

// Private_Dirty + Private_Clean of a process, in KiB.
int private_kib(int pid) {
    auto text = file::read("/proc/" + std::to_string(pid) + "/smaps_rollup").value_or("");
    int sum = 0;
    for (const char* key : {"Private_Clean:", "Private_Dirty:"})
        if (auto at = text.find(key); at != std::string::npos) sum += std::atoi(text.c_str() + at + 14);
    return sum;
}

}  // namespace

TEST_CASE("what containers cost", "[.bench]") {
    if (!possible()) return;
    Machine m;
    std::vector<double> create, start, exec;
    for (int i = 0; i < 15; ++i) {
        const auto id = "alone" + std::to_string(i);
        auto begin = std::chrono::steady_clock::now();
        REQUIRE(m.runtime->create(m.spec(id, {"sleep", "1000"})).ok());
        create.push_back(ms_since(begin));
        begin = std::chrono::steady_clock::now();
        REQUIRE(m.runtime->start(id).ok());
        start.push_back(ms_since(begin));
        begin = std::chrono::steady_clock::now();
        auto session = m.runtime->exec({id, {"true"}, false, false, true, false, {}});
        REQUIRE(*(*session)->wait(5000) == 0);
        exec.push_back(ms_since(begin));
    }
    for (auto* list : {&create, &start, &exec}) std::sort(list->begin(), list->end());
    const int monitor = monitor_pid(m.options.state_dir + "/containers/alone0");
    std::printf("create %.1f ms, start %.2f ms, exec %.1f ms (medians); monitor %d KiB private\n", create[7], start[7], exec[7], private_kib(monitor));
    auto begin = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> workers;
        for (int w = 0; w < 4; ++w)
            workers.emplace_back([&, w] {
                for (int i = w; i < 50; i += 4) {
                    const auto id = "burst" + std::to_string(i);
                    SandboxSpec sandbox;
                    sandbox.id = "pod-" + id;
                    sandbox.cgroup_parent = "kubepods/besteffort/pod-" + id;
                    if (!m.runtime->create_sandbox(sandbox).ok()) std::printf("sandbox failed\n");
                    auto spec = m.spec(id, {"sleep", "1000"});
                    spec.sandbox_id = sandbox.id;
                    if (!m.runtime->create(spec).ok() || !m.runtime->start(id).ok()) std::printf("container failed\n");
                }
            });
    }
    std::printf("50 sandboxes with a container each: %.0f ms\n", ms_since(begin));
    begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) (void)m.runtime->remove_sandbox("pod-burst" + std::to_string(i));
    std::printf("removing them: %.0f ms\n", ms_since(begin));
}
