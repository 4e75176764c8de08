#include "agent/pods/mounts.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

std::string pod_dir(const NodeConfig& config, const std::string& uid) { return config.pods_dir + "/" + uid; }

std::string propagation_of(const json::Value& mount) {
    const std::string& mode = mount["mountPropagation"].as_string();
    if (mode == "HostToContainer") return "rslave";
    if (mode == "Bidirectional") return "rshared";
    return "rprivate";
}

Result<std::string> source_of(const MountInputs& in, const json::Value& mount, const volumes::Volume& volume, size_t index) {
    std::string part = mount["subPath"].as_string();
    if (const std::string& expression = mount["subPathExpr"].as_string(); !expression.empty()) {
        auto expanded = expand_strict(expression, in.variables);
        if (!expanded) return error(Reason::BadRequest, "failed to expand subPathExpr \"{}\" of volumeMount \"{}\"", expression, mount["name"].as_string());
        part = std::move(*expanded);
        if (part.empty() || part[0] == '/') return error(Reason::BadRequest, "error SubPath `{}` must not be an absolute path", part);
    }
    if (part.empty() || part == ".") return volume.path;
    for (const auto piece : split_views(part, '/'))
        if (piece == "..") return error(Reason::BadRequest, "unable to provision SubPath `{}`: must not contain '..'", part);
    while (!part.empty() && part.back() == '/') part.pop_back();
    return in.manager.subpath(in.uid, mount["name"].as_string(), volume.path, part, in.container.name(), index);
}

bool mounted_at(const std::vector<runtime::Mount>& mounts, const std::string& destination) {
    return std::any_of(mounts.begin(), mounts.end(), [&](const runtime::Mount& mount) { return mount.destination == destination; });
}

}  // namespace

Result<std::vector<runtime::Mount>> make_mounts(const MountInputs& in) {
    std::vector<runtime::Mount> mounts;
    size_t index = 0;
    for (const auto& mount : (*in.container.spec)["volumeMounts"].items()) {
        const std::string& name = mount["name"].as_string();
        auto found = in.volumes.find(name);
        if (found == in.volumes.end()) return error(Reason::NotFound, "cannot find volume \"{}\" to mount into container \"{}\"", name, in.container.name());
        runtime::Mount entry;
        entry.source = TRY(source_of(in, mount, found->second, index++));
        entry.destination = mount["mountPath"].as_string();
        if (entry.destination.empty() || entry.destination[0] != '/') entry.destination = "/" + entry.destination;
        entry.read_only = mount["readOnly"].as_bool() || found->second.read_only;
        entry.propagation = propagation_of(mount);
        if (found->second.no_exec) entry.options.emplace_back("noexec");
        mounts.push_back(std::move(entry));
    }
    auto add_file = [&](const std::string& source, const std::string& destination) {
        if (!mounted_at(mounts, destination)) mounts.push_back({.source = source, .destination = destination});
    };
    const std::string dir = pod_dir(in.config, in.uid);
    add_file(dir + "/etc-hosts", "/etc/hosts");
    add_file(dir + "/resolv.conf", "/etc/resolv.conf");
    add_file(dir + "/hostname", "/etc/hostname");
    if (!in.termination_log.empty()) add_file(in.termination_log, (*in.container.spec)["terminationMessagePath"].as_string("/dev/termination-log"));
    return mounts;
}

Result<std::vector<runtime::DeviceMount>> make_devices(const MountInputs& in) {
    std::vector<runtime::DeviceMount> devices;
    for (const auto& device : (*in.container.spec)["volumeDevices"].items()) {
        const std::string& name = device["name"].as_string();
        const auto found = in.volumes.find(name);
        if (found == in.volumes.end() || !found->second.device)
            return error(Reason::NotFound, "cannot find block device of volume \"{}\" for container \"{}\"", name, in.container.name());
        devices.push_back({found->second.path, device["devicePath"].as_string(), found->second.read_only});
    }
    return devices;
}

Status write_pod_files(const NodeConfig& config, const std::string& uid, const json::Value& pod, const std::vector<std::string>& ips) {
    const std::string dir = pod_dir(config, uid);
    TRY(file::make_dirs(dir, 0750));
    const std::string host_hosts = host_network(pod) ? file::read("/etc/hosts", 1 << 20).value_or("") : std::string();
    TRY(file::write_volatile(dir + "/etc-hosts", hosts_file(pod, ips, config.dns.domain, host_hosts)));
    const DnsConfig host = DnsConfig::parse(file::read(config.resolv_conf, 1 << 20).value_or(""));
    TRY(file::write_volatile(dir + "/resolv.conf", pod_dns(pod, config.dns, host).text()));
    return file::write_volatile(dir + "/hostname", pod_hostname(pod, config.node_name, config.dns.domain) + "\n");
}

Result<std::string> make_termination_log(const NodeConfig& config, const std::string& uid, const std::string& container, int attempt) {
    const std::string dir = pod_dir(config, uid) + "/containers/" + container;
    TRY(file::make_dirs(dir, 0755));
    const std::string path = fmt::format("{}/{}.termination", dir, attempt);
    TRY(file::write_volatile(path, "", 0666));
    if (::chmod(path.c_str(), 0666) != 0) return errno_status("chmod " + path, errno);
    return path;
}

}  // namespace skiff::agent::pods
