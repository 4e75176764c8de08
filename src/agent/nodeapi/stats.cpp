#include "agent/nodeapi/stats.h"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>

#include "agent/sys/units.h"
#include "base/file.h"
#include "base/strings.h"

namespace skiff::agent::nodeapi {

namespace {

constexpr int64_t kForgetNs = 600'000'000'000;
// A rate over less than this says nothing.
constexpr int64_t kRateMinNs = 1'000'000'000;

std::string time_text(int64_t ns) { return sys::rfc3339(sys::from_unix_ns(ns)); }

json::Value cpu_of(const std::string& time, int64_t usage_ns, std::optional<int64_t> rate) {
    json::Value cpu = json::Value::object({{"time", time}});
    if (rate) cpu.set("usageNanoCores", *rate);
    cpu.set("usageCoreNanoSeconds", usage_ns);
    return cpu;
}

json::Value memory_of(const std::string& time, const runtime::Usage& usage) {
    return json::Value::object({{"time", time},
                                {"usageBytes", usage.memory_usage_bytes},
                                {"workingSetBytes", usage.memory_working_set_bytes},
                                {"rssBytes", usage.memory_rss_bytes},
                                {"pageFaults", usage.page_faults},
                                {"majorPageFaults", usage.major_page_faults}});
}

json::Value fs_of(const std::string& time, const NodeUsage& node) {
    return json::Value::object({{"time", time},
                                {"availableBytes", node.disk_available_bytes},
                                {"capacityBytes", node.disk_bytes},
                                {"usedBytes", node.disk_bytes - node.disk_available_bytes},
                                {"inodesFree", node.inodes_free},
                                {"inodes", node.inodes},
                                {"inodesUsed", node.inodes - node.inodes_free}});
}

// What one part of a pod takes of the node's file system.
json::Value fs_use(const std::string& time, const NodeUsage& node, int64_t bytes, int64_t inodes) {
    json::Value value = fs_of(time, node);
    value.set("usedBytes", bytes);
    value.set("inodesUsed", inodes);
    return value;
}

json::Value network_of(const std::string& time, const std::vector<InterfaceUsage>& interfaces) {
    json::Value list = json::Value::array();
    auto one = [](const InterfaceUsage& usage) {
        return json::Value::object({{"name", usage.name}, {"rxBytes", usage.rx_bytes}, {"rxErrors", usage.rx_errors}, {"txBytes", usage.tx_bytes}, {"txErrors", usage.tx_errors}});
    };
    for (const auto& usage : interfaces) list.push_back(one(usage));
    json::Value value = one(interfaces.front());
    value.set("time", time);
    value.set("interfaces", std::move(list));
    return value;
}

const pods::DiskUse* find_use(const std::vector<pods::DiskUse>& list, const std::string& name) {
    for (const auto& use : list)
        if (use.name == name) return &use;
    return nullptr;
}

json::Value volumes_of(const std::string& time, const NodeUsage& node, const pods::PodDisk& disk) {
    json::Value list = json::Value::array();
    for (const auto& use : disk.volumes) {
        json::Value entry = fs_use(time, node, use.bytes, use.inodes);
        entry.set("name", use.name);
        list.push_back(std::move(entry));
    }
    return list;
}

json::Value pod_of(const PodUsage& pod, const NodeUsage& node, CpuRates& rates) {
    const std::string time = time_text(pod.usage.time_ns);
    json::Value result = json::Value::object();
    result.set("podRef", json::Value::object({{"name", pod.pod->name}, {"namespace", pod.pod->ns}, {"uid", pod.pod->uid}}));
    result.set("startTime", (*pod.pod->status)["startTime"]);
    json::Value containers = json::Value::array();
    for (const auto& container : pod.containers) {
        const std::string at = time_text(container.usage.time_ns);
        json::Value entry = json::Value::object({{"name", container.name}, {"startTime", time_text(container.started_ns)}});
        entry.set("cpu", cpu_of(at, container.usage.cpu_usage_ns, rates.nano_cores(pod.pod->uid + "/" + container.name, container.usage.cpu_usage_ns, container.usage.time_ns)));
        entry.set("memory", memory_of(at, container.usage));
        if (pod.disk) {
            if (const auto* use = find_use(pod.disk->roots, container.name)) entry.set("rootfs", fs_use(at, node, use->bytes, use->inodes));
            if (const auto* use = find_use(pod.disk->logs, container.name)) entry.set("logs", fs_use(at, node, use->bytes, use->inodes));
        }
        containers.push_back(std::move(entry));
    }
    result.set("containers", std::move(containers));
    result.set("cpu", cpu_of(time, pod.usage.cpu_usage_ns, rates.nano_cores(pod.pod->uid, pod.usage.cpu_usage_ns, pod.usage.time_ns)));
    result.set("memory", memory_of(time, pod.usage));
    if (!pod.network.empty()) result.set("network", network_of(time, pod.network));
    if (pod.disk) {
        if (!pod.disk->volumes.empty()) result.set("volume", volumes_of(time, node, *pod.disk));
        result.set("ephemeral-storage", fs_use(time, node, pod.disk->total_bytes(), pod.disk->total_inodes()));
    }
    result.set("process_stats", json::Value::object({{"process_count", pod.usage.pids}}));
    return result;
}

}  // namespace

NodeUsage read_node_usage(const std::string& data_dir) {
    NodeUsage usage;
    const node::Pressure pressure = node::read_pressure(data_dir);
    usage.disk_bytes = pressure.disk_bytes;
    usage.disk_available_bytes = pressure.disk_available_bytes;
    usage.inodes = pressure.inodes;
    usage.inodes_free = pressure.inodes_free;
    usage.memory_available_bytes = pressure.memory_available_bytes;
    const std::string meminfo = file::read("/proc/meminfo", 1 << 20).value_or("");
    const int64_t total = node::meminfo_bytes(meminfo, "MemTotal");
    usage.memory_usage_bytes = total - node::meminfo_bytes(meminfo, "MemFree");
    usage.memory_working_set_bytes = total - pressure.memory_available_bytes;
    usage.memory_rss_bytes = node::meminfo_bytes(meminfo, "AnonPages");
    // /proc/stat: jiffies of user, nice, system, idle, iowait, irq, softirq, steal.
    const std::string stat = file::read("/proc/stat", 1 << 20).value_or("");
    int64_t jiffies = 0;
    size_t column = 0;
    for (const auto word : split_views(std::string_view(stat).substr(0, stat.find('\n')), ' ')) {
        const auto value = parse_int(word);
        if (!value) continue;
        if (column != 3 && column != 4 && column < 8) jiffies += *value;
        ++column;
    }
    usage.cpu_usage_ns = jiffies * (1'000'000'000 / std::max<long>(1, ::sysconf(_SC_CLK_TCK)));
    return usage;
}

std::vector<PodUsage> read_pod_usage(const pods::PodManager& pods, runtime::Runtime& runtime) {
    std::vector<PodUsage> result;
    for (const auto& pod : pods.list()) {
        if (pod->sandbox_id.empty()) continue;
        PodUsage entry{pod, {}, {}, {}, {}};
        if (auto usage = runtime.pod_usage(pod->sandbox_id); usage.ok()) entry.usage = *usage;
        for (const auto& container : pod->containers) {
            if (!container.running) continue;
            auto usage = runtime.usage(container.id);
            if (!usage.ok()) continue;
            entry.containers.push_back({container.name, container.id, container.image, container.started_ns, *usage});
            if (pod->host_network || !entry.network.empty()) continue;
            if (const auto status = runtime.status(container.id); status.ok()) entry.network = read_net_dev(status->pid);
        }
        result.push_back(std::move(entry));
    }
    return result;
}

void read_disks(std::vector<PodUsage>& pods, const pods::NodeConfig& config, images::ImageStore& images) {
    for (auto& pod : pods) pod.disk = pods::read_pod_disk(*pod.pod, config, images);
}

std::optional<int64_t> CpuRates::nano_cores(const std::string& key, int64_t cpu_ns, int64_t time_ns) {
    auto [found, fresh] = readings_.try_emplace(key, Reading{cpu_ns, time_ns});
    if (fresh) return std::nullopt;
    Reading& last = found->second;
    if (cpu_ns < last.cpu_ns) {          // another container of that name
        last = {cpu_ns, time_ns};
        return std::nullopt;
    }
    if (time_ns - last.time_ns >= kRateMinNs) last = {cpu_ns, time_ns, static_cast<int64_t>(static_cast<double>(cpu_ns - last.cpu_ns) * 1e9 / static_cast<double>(time_ns - last.time_ns))};
    return last.rate < 0 ? std::nullopt : std::optional<int64_t>(last.rate);
}

void CpuRates::keep_only_recent(int64_t now_ns) {
    for (auto reading = readings_.begin(); reading != readings_.end();) reading = now_ns - reading->second.time_ns > kForgetNs ? readings_.erase(reading) : std::next(reading);
}

json::Value stats_summary(const std::string& node_name, const NodeUsage& node, const std::vector<PodUsage>& pods, CpuRates& rates, WallTime now, WallTime boot) {
    const int64_t now_ns = now.time_since_epoch().count();
    const std::string time = sys::rfc3339(now);
    rates.keep_only_recent(now_ns);
    json::Value node_part = json::Value::object({{"nodeName", node_name}, {"startTime", sys::rfc3339(boot)}});
    node_part.set("cpu", cpu_of(time, node.cpu_usage_ns, rates.nano_cores("", node.cpu_usage_ns, now_ns)));
    node_part.set("memory", json::Value::object({{"time", time},
                                                 {"availableBytes", node.memory_available_bytes},
                                                 {"usageBytes", node.memory_usage_bytes},
                                                 {"workingSetBytes", node.memory_working_set_bytes},
                                                 {"rssBytes", node.memory_rss_bytes}}));
    if (const auto interfaces = read_net_dev(::getpid()); !interfaces.empty()) node_part.set("network", network_of(time, interfaces));
    node_part.set("fs", fs_of(time, node));
    node_part.set("runtime", json::Value::object({{"imageFs", fs_of(time, node)}}));
    json::Value list = json::Value::array();
    for (const auto& pod : pods) list.push_back(pod_of(pod, node, rates));
    return json::Value::object({{"node", std::move(node_part)}, {"pods", std::move(list)}});
}

std::string resource_metrics(const NodeUsage& node, const std::vector<PodUsage>& pods, WallTime now) {
    const int64_t now_ms = now.time_since_epoch().count() / 1'000'000;
    auto seconds = [](int64_t ns) { return fmt::format("{:.6f}", static_cast<double>(ns) / 1e9); };
    auto head = [](const char* name, const char* help, const char* type) { return fmt::format("# HELP {0} [STABLE] {1}\n# TYPE {0} {2}\n", name, help, type); };
    std::string out = head("node_cpu_usage_seconds_total", "Cumulative cpu time consumed by the node in core-seconds", "counter");
    out += fmt::format("node_cpu_usage_seconds_total {} {}\n", seconds(node.cpu_usage_ns), now_ms);
    out += head("node_memory_working_set_bytes", "Current working set of the node in bytes", "gauge");
    out += fmt::format("node_memory_working_set_bytes {} {}\n", node.memory_working_set_bytes, now_ms);
    std::string cpu, memory, started, pod_cpu, pod_memory;
    for (const auto& pod : pods) {
        const std::string of_pod = fmt::format("namespace=\"{}\",pod=\"{}\"", pod.pod->ns, pod.pod->name);
        pod_cpu += fmt::format("pod_cpu_usage_seconds_total{{{}}} {} {}\n", of_pod, seconds(pod.usage.cpu_usage_ns), pod.usage.time_ns / 1'000'000);
        pod_memory += fmt::format("pod_memory_working_set_bytes{{{}}} {} {}\n", of_pod, pod.usage.memory_working_set_bytes, pod.usage.time_ns / 1'000'000);
        for (const auto& container : pod.containers) {
            const std::string labels = fmt::format("container=\"{}\",{}", container.name, of_pod);
            const int64_t at = container.usage.time_ns / 1'000'000;
            cpu += fmt::format("container_cpu_usage_seconds_total{{{}}} {} {}\n", labels, seconds(container.usage.cpu_usage_ns), at);
            memory += fmt::format("container_memory_working_set_bytes{{{}}} {} {}\n", labels, container.usage.memory_working_set_bytes, at);
            started += fmt::format("container_start_time_seconds{{{}}} {}\n", labels, seconds(container.started_ns));
        }
    }
    out += head("container_cpu_usage_seconds_total", "Cumulative cpu time consumed by the container in core-seconds", "counter") + cpu;
    out += head("container_memory_working_set_bytes", "Current working set of the container in bytes", "gauge") + memory;
    out += head("container_start_time_seconds", "Start time of the container since unix epoch in seconds", "gauge") + started;
    out += head("pod_cpu_usage_seconds_total", "Cumulative cpu time consumed by the pod in core-seconds", "counter") + pod_cpu;
    out += head("pod_memory_working_set_bytes", "Current working set of the pod in bytes", "gauge") + pod_memory;
    out += head("resource_scrape_error", "1 if there was an error while getting container metrics, 0 otherwise", "gauge") + "resource_scrape_error 0\n";
    return out;
}

}  // namespace skiff::agent::nodeapi
