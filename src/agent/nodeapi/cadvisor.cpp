#include "agent/nodeapi/cadvisor.h"

#include <fmt/core.h>

#include <functional>
#include <optional>

namespace skiff::agent::nodeapi {

namespace {

using runtime::Usage;

// One series: value(usage) of each container, and of the pod as a whole (container "").
struct Series {
    const char *name, *help, *type;
    std::function<std::string(const Usage&)> value;
    const char* more = "";                         // further labels
};

std::string seconds(int64_t ns) { return fmt::format("{:.6f}", static_cast<double>(ns) / 1e9); }

std::string labels(const PodUsage& pod, const ContainerUsage* container, const char* more = "") {
    return fmt::format("container=\"{}\",{}id=\"/kubepods/pod{}{}{}\",image=\"{}\",name=\"{}\",namespace=\"{}\",pod=\"{}\"", container ? container->name : "", more, pod.pod->uid,
                       container ? "/" : "", container ? container->id : "", container ? container->image : "", container ? container->id : "", pod.pod->ns, pod.pod->name);
}

void head(std::string& out, const char* name, const char* help, const char* type) { out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type); }

void add_series(std::string& out, const Series& series, const std::vector<PodUsage>& pods) {
    head(out, series.name, series.help, series.type);
    for (const auto& pod : pods) {
        out += fmt::format("{}{{{}}} {} {}\n", series.name, labels(pod, nullptr, series.more), series.value(pod.usage), pod.usage.time_ns / 1'000'000);
        for (const auto& container : pod.containers)
            out += fmt::format("{}{{{}}} {} {}\n", series.name, labels(pod, &container, series.more), series.value(container.usage), container.usage.time_ns / 1'000'000);
    }
}

void add_network(std::string& out, const char* name, const char* help, int64_t InterfaceUsage::*counter, const std::vector<PodUsage>& pods) {
    head(out, name, help, "counter");
    for (const auto& pod : pods)
        for (const auto& interface : pod.network)
            out += fmt::format("{}{{{}}} {} {}\n", name, labels(pod, nullptr, fmt::format("interface=\"{}\",", interface.name).c_str()), interface.*counter, pod.usage.time_ns / 1'000'000);
}

}  // namespace

std::string cadvisor_metrics(const node::Machine& machine, const std::vector<PodUsage>& pods) {
    auto number = [](int64_t Usage::*field) { return [field](const Usage& usage) { return std::to_string(usage.*field); }; };
    const Series all[] = {
        {"container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.", "counter", [](const Usage& u) { return seconds(u.cpu_usage_ns); }, "cpu=\"total\","},
        {"container_memory_usage_bytes", "Current memory usage in bytes, including all memory regardless of when it was accessed", "gauge", number(&Usage::memory_usage_bytes)},
        {"container_memory_working_set_bytes", "Current working set in bytes.", "gauge", number(&Usage::memory_working_set_bytes)},
        {"container_memory_rss", "Size of RSS in bytes.", "gauge", number(&Usage::memory_rss_bytes)},
        {"container_processes", "Number of processes running inside the container.", "gauge", number(&Usage::pids)},
    };
    std::string out;
    for (const auto& series : all) add_series(out, series, pods);
    head(out, "container_start_time_seconds", "Start time of the container since unix epoch in seconds.", "gauge");
    for (const auto& pod : pods)
        for (const auto& container : pod.containers) out += fmt::format("container_start_time_seconds{{{}}} {}\n", labels(pod, &container), seconds(container.started_ns));
    add_network(out, "container_network_receive_bytes_total", "Cumulative count of bytes received", &InterfaceUsage::rx_bytes, pods);
    add_network(out, "container_network_receive_packets_total", "Cumulative count of packets received", &InterfaceUsage::rx_packets, pods);
    add_network(out, "container_network_receive_errors_total", "Cumulative count of errors encountered while receiving", &InterfaceUsage::rx_errors, pods);
    add_network(out, "container_network_receive_packets_dropped_total", "Cumulative count of packets dropped while receiving", &InterfaceUsage::rx_dropped, pods);
    add_network(out, "container_network_transmit_bytes_total", "Cumulative count of bytes transmitted", &InterfaceUsage::tx_bytes, pods);
    add_network(out, "container_network_transmit_packets_total", "Cumulative count of packets transmitted", &InterfaceUsage::tx_packets, pods);
    add_network(out, "container_network_transmit_errors_total", "Cumulative count of errors encountered while transmitting", &InterfaceUsage::tx_errors, pods);
    add_network(out, "container_network_transmit_packets_dropped_total", "Cumulative count of packets dropped while transmitting", &InterfaceUsage::tx_dropped, pods);
    head(out, "machine_cpu_cores", "Number of logical CPU cores.", "gauge");
    out += fmt::format("machine_cpu_cores{{boot_id=\"{0}\",machine_id=\"{1}\",system_uuid=\"{2}\"}} {3}\n", machine.boot_id, machine.machine_id, machine.system_uuid, machine.cpus);
    head(out, "machine_memory_bytes", "Amount of memory installed on the machine.", "gauge");
    out += fmt::format("machine_memory_bytes{{boot_id=\"{0}\",machine_id=\"{1}\",system_uuid=\"{2}\"}} {3}\n", machine.boot_id, machine.machine_id, machine.system_uuid, machine.memory_bytes);
    return out;
}

}  // namespace skiff::agent::nodeapi
