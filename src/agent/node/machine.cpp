#include "agent/node/machine.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace skiff::agent::node {

namespace {

std::string line_of(const std::string& path) {
    auto text = file::read(path, 1 << 20);
    return text.ok() ? std::string(trim(*text)) : std::string();
}

std::string go_arch(const std::string& machine) {
    if (machine == "x86_64") return "amd64";
    if (machine == "aarch64") return "arm64";
    if (machine.rfind("arm", 0) == 0) return "arm";
    return machine;
}

std::map<std::string, int64_t> read_hugepages() {
    std::map<std::string, int64_t> result;
    const std::string root = "/sys/kernel/mm/hugepages";
    for (const auto& name : file::list_dir(root).value_or({})) {
        if (name.rfind("hugepages-", 0) != 0) continue;
        const auto kb = parse_int(name.substr(10, name.size() - 12));   // hugepages-2048kB
        if (!kb) continue;
        const std::string size = *kb % (1 << 20) == 0 ? std::to_string(*kb >> 20) + "Gi" : *kb % 1024 == 0 ? std::to_string(*kb >> 10) + "Mi" : std::to_string(*kb) + "Ki";
        result[size] = parse_int(line_of(root + "/" + name + "/nr_hugepages")).value_or(0) * *kb * 1024;
    }
    return result;
}

std::string first_global_ip() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return {};
    std::string best;
    for (const ifaddrs* entry = list; entry && best.empty(); entry = entry->ifa_next) {
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET || !(entry->ifa_flags & IFF_UP) || (entry->ifa_flags & IFF_LOOPBACK)) continue;
        char text[INET_ADDRSTRLEN];
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr, text, sizeof text);
        best = text;
    }
    ::freeifaddrs(list);
    return best;
}

}  // namespace

std::string os_release_name(std::string_view os_release) {
    for (const auto line : split_views(os_release, '\n')) {
        if (line.rfind("PRETTY_NAME=", 0) != 0) continue;
        std::string value(line.substr(12));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        return value;
    }
    return "Linux";
}

int64_t meminfo_bytes(std::string_view meminfo, std::string_view field) {
    for (const auto line : split_views(meminfo, '\n')) {
        if (line.rfind(field, 0) != 0 || line.size() <= field.size() || line[field.size()] != ':') continue;
        std::string_view rest = trim(line.substr(field.size() + 1));
        return parse_int(rest.substr(0, rest.find(' '))).value_or(0) * 1024;
    }
    return 0;
}

Machine read_machine(const std::string& data_dir) {
    Machine machine;
    const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
    machine.cpus = online > 0 ? static_cast<int>(online) : 1;
    machine.memory_bytes = meminfo_bytes(file::read("/proc/meminfo", 1 << 20).value_or(""), "MemTotal");
    machine.disk_bytes = read_pressure(data_dir).disk_bytes;
    machine.hugepages = read_hugepages();
    utsname names{};
    ::uname(&names);
    machine.architecture = go_arch(names.machine);
    machine.kernel = names.release;
    std::string os_release = file::read("/etc/os-release", 1 << 20).value_or("");
    if (os_release.empty()) os_release = file::read("/usr/lib/os-release", 1 << 20).value_or("");
    machine.os_image = os_release_name(os_release);
    machine.machine_id = line_of("/etc/machine-id");
    machine.boot_id = line_of("/proc/sys/kernel/random/boot_id");
    machine.system_uuid = line_of("/sys/class/dmi/id/product_uuid");
    if (machine.system_uuid.empty()) machine.system_uuid = machine.machine_id;
    return machine;
}

Pressure read_pressure(const std::string& data_dir) {
    Pressure pressure;
    pressure.memory_available_bytes = meminfo_bytes(file::read("/proc/meminfo", 1 << 20).value_or(""), "MemAvailable");
    struct statvfs info{};
    if (::statvfs(data_dir.c_str(), &info) == 0) {
        pressure.disk_bytes = static_cast<int64_t>(info.f_blocks) * static_cast<int64_t>(info.f_frsize);
        pressure.disk_available_bytes = static_cast<int64_t>(info.f_bavail) * static_cast<int64_t>(info.f_frsize);
        pressure.inodes = static_cast<int64_t>(info.f_files);
        pressure.inodes_free = static_cast<int64_t>(info.f_favail);
    }
    const int64_t pid_max = parse_int(line_of("/proc/sys/kernel/pid_max")).value_or(32768);
    // loadavg's fourth field is running/total tasks.
    const std::string load = line_of("/proc/loadavg");
    const size_t slash = load.find('/');
    const int64_t tasks = slash == std::string::npos ? 0 : parse_int(load.substr(slash + 1, load.find(' ', slash) - slash - 1)).value_or(0);
    pressure.pids_free = pid_max - tasks;
    return pressure;
}

std::string primary_ip() {
    // Connecting a datagram socket asks the routing table which address would be used; nothing is sent.
    Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in far{};
    far.sin_family = AF_INET;
    far.sin_port = htons(53);
    ::inet_pton(AF_INET, "192.0.2.1", &far.sin_addr);   // RFC 5737: documentation
    sockaddr_in own{};
    socklen_t size = sizeof own;
    if (socket && ::connect(socket.get(), reinterpret_cast<sockaddr*>(&far), sizeof far) == 0 && ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0) {
        char text[INET_ADDRSTRLEN];
        ::inet_ntop(AF_INET, &own.sin_addr, text, sizeof text);
        return text;
    }
    return first_global_ip();
}

}  // namespace skiff::agent::node
