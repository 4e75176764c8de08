#include <catch2/catch.hpp>

#include "agent/eviction/image_gc.h"
#include "agent/eviction/local_storage.h"
#include "agent/eviction/ranking.h"
#include "agent/eviction/signals.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::agent;
using namespace skiff::agent::eviction;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr int64_t kMi = 1 << 20;

json::Value pod(const std::string& text) { return *json::parse(text); }

json::Value asking(const char* memory, int priority) {
    json::Value p = pod(R"({"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"app","resources":{"requests":{}}}]}})");
    p.mut("spec").set("priority", priority);
    if (*memory) p.mut("spec").mut("containers").mut_items()[0].mut("resources").mut("requests").set("memory", memory);
    return p;
}

std::vector<std::string> order(std::vector<Candidate> candidates, Signal signal) {
    rank(candidates, signal);
    std::vector<std::string> uids;
    for (const auto& c : candidates) uids.push_back(c.uid);
    return uids;
}

}  // namespace

TEST_CASE("under memory pressure who uses more than it asked for goes before who keeps to it, whatever the priority") {
    const auto modest_low = asking("200Mi", -5), greedy_high = asking("50Mi", 1000), greedy_low = asking("50Mi", 0), best_effort = asking("", 0);
    CHECK(order({{"modest", &modest_low, 150 * kMi}, {"high", &greedy_high, 500 * kMi}, {"low", &greedy_low, 80 * kMi}, {"best", &best_effort, 60 * kMi}}, Signal::MemoryAvailable) ==
          std::vector<std::string>{"best", "low", "high", "modest"});
}

TEST_CASE("when pids run out the lower priority goes first, then who has most of them") {
    const auto low = asking("", 0), high = asking("", 10);
    Candidate a{"a", &high}, b{"b", &low}, c{"c", &low};
    a.pids = 1000, b.pids = 5, c.pids = 50;
    CHECK(order({a, b, c}, Signal::PidAvailable) == std::vector<std::string>{"c", "b", "a"});
}

TEST_CASE("static pods and those of system priority are never ended") {
    CHECK(may_be_evicted(asking("", 0)));
    CHECK_FALSE(may_be_evicted(asking("", 2'000'000'000)));
    CHECK_FALSE(may_be_evicted(pod(R"({"metadata":{"annotations":{"kubernetes.io/config.source":"file"}},"spec":{}})")));
}

TEST_CASE("the message names the threshold and the containers beyond their request") {
    const auto p = asking("50Mi", 0);
    Candidate victim{"u", &p};
    victim.containers = {{"app", 80 * kMi, 0}};
    CHECK(message({Signal::MemoryAvailable, 100 * kMi, 96 * 1024}, victim) ==
          "The node was low on resource: memory. Threshold quantity: 100Mi, available: 96Ki. Container app was using 80Mi, request is 50Mi, has larger consumption of memory. ");
    CHECK(message({Signal::NodeFsInodesFree, 500, 20}, victim) == "The node was low on resource: inodes. Threshold quantity: 500, available: 20. ");
}

TEST_CASE("a signal below its threshold is a shortage, and its condition stays five minutes after it has passed") {
    node::Pressure fine{.memory_available_bytes = 500 * kMi, .disk_available_bytes = 50 * kMi, .disk_bytes = 100 * kMi, .inodes_free = 50, .inodes = 100, .pids_free = 20000};
    CHECK(shortages(fine).empty());
    auto tight = fine;
    tight.memory_available_bytes = 50 * kMi;
    tight.disk_available_bytes = 3 * kMi;
    const auto list = shortages(tight);
    REQUIRE(list.size() == 3);
    CHECK(list[0].signal == Signal::MemoryAvailable);
    CHECK(list[1].signal == Signal::NodeFsAvailable);
    CHECK(list[2].signal == Signal::ImageFsAvailable);
    CHECK(near_threshold(tight));
    CHECK_FALSE(near_threshold(fine));
    ConditionMemory memory;
    CHECK(memory.update(list, seconds(10)) == Conditions{true, true, false});
    CHECK(memory.update({}, seconds(200)) == Conditions{true, true, false});
    CHECK_FALSE(memory.update({}, seconds(310)).any());
}

TEST_CASE("a pod over the limit of an emptyDir, of a container or of all its containers has to go") {
    const auto p = pod(R"({"spec":{"volumes":[{"name":"v","emptyDir":{"sizeLimit":"1Mi"}}],"containers":[
        {"name":"a","resources":{"limits":{"ephemeral-storage":"10Mi"}}},{"name":"b","resources":{"limits":{"ephemeral-storage":"20Mi"}}}]}})");
    pods::PodDisk used;
    used.volumes = {{"v", 1 * kMi, 2}};
    used.roots = {{"a", 5 * kMi, 1}, {"b", 12 * kMi, 1}};
    used.logs = {{"a", 4 * kMi, 1}};
    CHECK_FALSE(over_local_limits(p, used));
    used.logs[0].bytes = 6 * kMi;
    CHECK(over_local_limits(p, used) == "Container a exceeded its local ephemeral storage limit \"10Mi\". ");
    used.roots[1].bytes = 19 * kMi;
    CHECK(over_local_limits(p, used) == "Pod ephemeral local storage usage exceeds the total limit of containers 30Mi. ");
    used.volumes[0].bytes = 2 * kMi;
    CHECK(over_local_limits(p, used) == "Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". ");
}

TEST_CASE("images are collected above 85 % down to 80 %, the longest unused first, never used, pinned or new ones") {
    CHECK(ImageGc::bytes_to_free(1000, 200) == 0);
    CHECK(ImageGc::bytes_to_free(1000, 100) == 100);
    auto image = [](const char* id, int64_t size, bool pinned = false) {
        images::Image i;
        i.id = id;
        i.size_bytes = size;
        i.pinned = pinned;
        return i;
    };
    ImageGc gc;
    gc.observe({image("old", 10), image("used", 10), image("pinned", 10, true), image("once", 10)}, {"used", "once"}, minutes(1));
    gc.observe({image("old", 10), image("used", 10), image("pinned", 10, true), image("once", 10), image("new", 10)}, {"used"}, minutes(9));
    CHECK(gc.choose(5, ImageGc::kAgeMin, minutes(10)).ids == std::vector<std::string>{"old"});
    CHECK(gc.choose(1000, ImageGc::kAgeMin, minutes(10)).ids == std::vector<std::string>{"old", "once"});
    CHECK(gc.choose(1000, Duration{0}, minutes(10)).ids == std::vector<std::string>{"old", "new", "once"});
}
