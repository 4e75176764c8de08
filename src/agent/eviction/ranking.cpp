#include "agent/eviction/ranking.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "agent/pods/pod_spec.h"
#include "agent/pods/resources.h"
#include "agent/sys/units.h"

namespace skiff::agent::eviction {

namespace {

constexpr int64_t kSystemPriority = 2'000'000'000;

struct Key {
    bool modest;             // uses no more than it asked for
    int64_t priority, beyond;   // beyond: negated, so that the largest comes first
    friend bool operator<(const Key& a, const Key& b) { return std::tie(a.modest, a.priority, a.beyond) < std::tie(b.modest, b.priority, b.beyond); }
};

Key key_of(const Candidate& candidate, Signal signal) {
    const json::Value& pod = *candidate.pod;
    const int64_t priority = pod["spec"]["priority"].as_int();
    switch (signal) {
        case Signal::MemoryAvailable: {
            const int64_t request = pods::pod_request(pod, "memory");
            return {candidate.memory_bytes <= request, priority, request - candidate.memory_bytes};
        }
        case Signal::NodeFsAvailable:
        case Signal::ImageFsAvailable: {
            const int64_t request = pods::pod_request(pod, "ephemeral-storage");
            return {candidate.disk_bytes <= request, priority, request - candidate.disk_bytes};
        }
        case Signal::NodeFsInodesFree: return {candidate.inodes == 0, priority, -candidate.inodes};
        case Signal::PidAvailable: return {false, priority, -candidate.pids};
    }
    return {};
}

}  // namespace

bool may_be_evicted(const json::Value& pod) { return !pods::is_static(pod) && !pods::is_mirror(pod) && pod["spec"]["priority"].as_int() < kSystemPriority; }

void rank(std::vector<Candidate>& candidates, Signal signal) {
    std::stable_sort(candidates.begin(), candidates.end(), [signal](const Candidate& a, const Candidate& b) { return key_of(a, signal) < key_of(b, signal); });
}

std::string binary_quantity(int64_t bytes) {
    const char* const suffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
    size_t step = 0;
    while (bytes != 0 && bytes % 1024 == 0 && step + 1 < std::size(suffixes)) bytes /= 1024, ++step;
    return fmt::format("{}{}", bytes, suffixes[step]);
}

std::string message(const Shortage& shortage, const Candidate& victim) {
    const std::string resource = resource_of(shortage.signal);
    const bool bytes = resource == "memory" || resource == "ephemeral-storage";
    auto text = [&](int64_t amount) { return bytes ? binary_quantity(amount) : std::to_string(amount); };
    std::string out = fmt::format("The node was low on resource: {}. Threshold quantity: {}, available: {}. ", resource, text(shortage.threshold), text(shortage.available));
    if (!bytes) return out;
    for (const auto& used : victim.containers) {
        const auto container = pods::find_container(*victim.pod, used.name);
        if (!container.spec || container.kind == pods::ContainerKind::Ephemeral) continue;
        const std::string& asked = (*container.spec)["resources"]["requests"][resource].as_string();
        const int64_t request = sys::quantity_value(asked.empty() ? "0" : asked).value_or(0), usage = resource == "memory" ? used.memory_bytes : used.disk_bytes;
        if (usage > request)
            out += fmt::format("Container {} was using {}, request is {}, has larger consumption of {}. ", used.name, binary_quantity(usage), asked.empty() ? "0" : asked, resource);
    }
    return out;
}

}  // namespace skiff::agent::eviction
