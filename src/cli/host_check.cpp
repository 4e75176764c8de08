#include "cli/host_check.h"

#include <sys/socket.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

#include "agent/sys/ip.h"
#include "agent/sys/links.h"
#include "base/file.h"
#include "base/strings.h"
#include "cli/host_trials.h"
#include "cli/port_owner.h"

namespace skiff::cli {

namespace {

using agent::sys::Cidr;

constexpr int64_t kMemoryMbMin = 256;
constexpr uint64_t kDiskMbMin = 512;

void add(std::vector<Finding>& out, bool good, Severity otherwise, std::string subject, std::string good_text, std::string bad_text, std::string fix) {
    if (good) out.push_back({Severity::Good, std::move(subject), std::move(good_text), ""});
    else out.push_back({otherwise, std::move(subject), std::move(bad_text), std::move(fix)});
}

bool in_path(const std::string& program) {
    const char* path = std::getenv("PATH");
    for (const auto& folder : split(std::string(path ? path : "") + ":/usr/sbin:/sbin:/usr/local/sbin", ':'))
        if (::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
    return false;
}

void check_kernel(std::vector<Finding>& out) {
    utsname name{};
    ::uname(&name);
    int major = 0, minor = 0;
    std::sscanf(name.release, "%d.%d", &major, &minor);
    add(out, major > 5 || (major == 5 && minor >= 4), Severity::Problem, "kernel", name.release, std::string(name.release) + " is too old",
        "use Linux 5.4 or newer");
    if (::geteuid() != 0) return;   // the rest is tried, which needs root
    const struct {
        const char* subject;
        Status tried;
        const char* fix;
    } trials[] = {
        {"overlayfs", try_overlay(), "modprobe overlay; where the module is missing, install the distribution's full kernel package"},
        {"virtual interfaces", try_interfaces(), "modprobe bridge veth vxlan (Ubuntu on a Raspberry Pi: apt-get install linux-modules-extra-raspi)"},
        {"nf_tables", try_packet_rules(), "modprobe nf_tables nft_chain_nat nft_masq nft_nat nft_fib_inet nft_numgen"},
    };
    for (const auto& trial : trials) add(out, trial.tried.ok(), Severity::Problem, trial.subject, "works", trial.tried.message(), trial.fix);
}

void check_cgroups(std::vector<Finding>& out) {
    auto v2 = file::read("/sys/fs/cgroup/cgroup.controllers", 4096);
    if (v2.ok()) {
        for (const char* controller : {"cpu", "memory", "pids"})
            add(out, contains(*v2, controller), Severity::Problem, std::string("cgroup v2: ") + controller, "present", "not enabled",
                std::string(controller) == "memory" ? "add \"cgroup_enable=memory cgroup_memory=1\" to the kernel's command line (Raspberry Pi: /boot/firmware/cmdline.txt) and reboot"
                                                    : "enable it in the kernel's configuration");
        return;
    }
    for (const char* controller : {"cpu", "memory", "pids", "devices", "freezer"})
        add(out, file::is_dir(std::string("/sys/fs/cgroup/") + controller), Severity::Problem, std::string("cgroup v1: ") + controller, "mounted",
            "not mounted", "mount a cgroup hierarchy, or boot with systemd.unified_cgroup_hierarchy=1");
}

void check_port(std::vector<Finding>& out, int64_t port) {
    if (port == 0) return;
    const auto subject = "port " + std::to_string(port);
    const auto owner = listener_of(static_cast<uint16_t>(port));
    if (!owner) return out.push_back({Severity::Good, subject, "free", ""});
    if (owner->program == "skiff") return out.push_back({Severity::Good, subject, fmt::format("used by skiff itself (pid {})", owner->pid), ""});
    const auto who = owner->pid ? fmt::format("used by {} (pid {})", owner->program, owner->pid) : "in use";
    out.push_back({Severity::Problem, subject, who, "stop that program, or choose another port with --https-listen-port or --kubelet-port"});
}

void check_firewall(std::vector<Finding>& out, const HostCheckOptions& options) {
    auto ufw = file::read("/etc/ufw/ufw.conf", 65536);
    if (ufw.ok() && contains(*ufw, "ENABLED=yes"))
        out.push_back({Severity::Warning, "firewall", "ufw is on", fmt::format("ufw allow from {}; ufw allow from {}; ufw allow {}/tcp; between nodes also 10250/tcp and 8472/udp",
                                                                               options.cluster_cidr, options.service_cidr, options.https_listen_port)});
    if (file::is_dir("/run/firewalld"))
        out.push_back({Severity::Warning, "firewall", "firewalld is on",
                       fmt::format("firewall-cmd --permanent --zone=trusted --add-source={} --add-source={}; firewall-cmd --permanent --add-port={}/tcp; firewall-cmd --reload",
                                   options.cluster_cidr, options.service_cidr, options.https_listen_port)});
}

void check_network(std::vector<Finding>& out, const HostCheckOptions& options) {
    check_port(out, options.https_listen_port);
    check_port(out, options.kubelet_port);
    check_firewall(out, options);
    auto links = agent::sys::Links::open();
    if (!links.ok()) return;
    auto list = links->list();
    if (!list.ok()) return;
    for (const auto& text : {options.cluster_cidr, options.service_cidr}) {
        auto wanted = Cidr::parse(text);
        if (!wanted.ok()) continue;
        std::string clash;
        for (const auto& link : *list) {
            if (link.name.starts_with("skiff")) continue;
            auto addresses = links->addresses(link.index);
            if (!addresses.ok()) continue;
            for (const auto& address : *addresses)
                if (wanted->contains(address.address)) clash = link.name + " has " + address.text();
        }
        add(out, clash.empty(), Severity::Problem, "range " + text, "not used elsewhere", clash, "choose another range with --cluster-cidr or --service-cidr");
    }
    auto routes = links->routes(AF_INET);
    bool has_default = false;
    if (routes.ok())
        for (const auto& route : *routes) has_default = has_default || !route.destination;
    add(out, has_default, Severity::Warning, "default route", "present", "none", "give --node-ip, so that skiff knows its address");
}

// Layers of images are the upper side of overlays, which not every file system can be.
void check_file_system(std::vector<Finding>& out, const std::string& folder) {
    struct statfs info{};
    if (::statfs(folder.c_str(), &info) < 0) return;
    const char* kind = nullptr;
    switch (info.f_type) {
        case OVERLAYFS_SUPER_MAGIC: kind = "an overlay"; break;
        case NFS_SUPER_MAGIC: kind = "NFS"; break;
        case MSDOS_SUPER_MAGIC: kind = "FAT"; break;
        case PROC_SUPER_MAGIC: kind = "proc"; break;
        default: break;
    }
    add(out, !kind, Severity::Problem, "file system at " + folder, "can hold images", std::string("is ") + (kind ? kind : ""),
        "choose a folder on ext4, xfs, btrfs or tmpfs with --data-dir");
}

void check_resources(std::vector<Finding>& out, const HostCheckOptions& options) {
    auto memory = file::read("/proc/meminfo", 8192);
    long total_kb = 0;
    if (memory.ok()) std::sscanf(memory->c_str(), "MemTotal: %ld", &total_kb);
    add(out, total_kb / 1024 >= kMemoryMbMin, Severity::Warning, "memory", std::to_string(total_kb / 1024) + " MB",
        std::to_string(total_kb / 1024) + " MB", "256 MB are the least for a useful node");
    std::string folder = options.data_dir;
    while (!file::is_dir(folder) && folder.size() > 1) folder = folder.substr(0, std::max<size_t>(folder.rfind('/'), 1));
    check_file_system(out, folder);
    struct statvfs disk{};
    ::statvfs(folder.c_str(), &disk);
    const uint64_t free_mb = disk.f_bavail * disk.f_frsize >> 20;
    add(out, free_mb >= kDiskMbMin, Severity::Warning, "disk at " + folder, std::to_string(free_mb) + " MB free", std::to_string(free_mb) + " MB free",
        "free some space, or choose another disk with --data-dir");
    add(out, in_path("runc"), Severity::Problem, "runc", "installed", "not found", "apt-get install runc");
    // A machine without a clock chip starts in 1970.
    add(out, std::time(nullptr) > 1'700'000'000, Severity::Warning, "clock", "plausible", "is in the past", "set the time, or install a time service");
}

}  // namespace

std::vector<Finding> check_host(const HostCheckOptions& options) {
    std::vector<Finding> out;
    add(out, ::geteuid() == 0, Severity::Problem, "user", "root", "not root", "run with sudo");
    check_kernel(out);
    check_cgroups(out);
    check_resources(out, options);
    check_network(out, options);
    return out;
}

}  // namespace skiff::cli
