#include "cli/node_cleanup.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "agent/runtime/monitor.h"
#include "agent/sys/cgroup.h"
#include "agent/sys/links.h"
#include "agent/sys/netlink_socket.h"
#include "agent/sys/nft.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace skiff::cli {

namespace {

constexpr const char* kBridge = "skiff0";
constexpr const char* kOverlay = "skiff.1";
constexpr const char* kTables[] = {"skiff", "skiff-policy"};
constexpr int kLookMs = 50;
constexpr int kMonitorMs = 2000;

// \040 and the like, as the kernel writes blanks in mountinfo.
std::string decode_octal(std::string_view text) {
    std::string plain;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

bool below(const std::string& path, const std::string& folder) { return path.size() > folder.size() + 1 && path.starts_with(folder) && path[folder.size()] == '/'; }

// Looks until done() or the time is over; a cgroup of version 1 tells nobody when it becomes empty.
template <typename F>
bool wait_until(int64_t limit_ms, F&& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
    while (!done()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        ::poll(nullptr, 0, kLookMs);
    }
    return true;
}

void end_monitors(const std::string& state_dir) {
    const auto folder = state_dir + "/containers";
    auto left = [&] {
        std::vector<int> pids;
        for (const auto& id : file::list_dir(folder).value_or({}))
            if (int pid = agent::runtime::monitor_pid(folder + "/" + id); pid > 1) pids.push_back(pid);
        return pids;
    };
    // A monitor ends by itself when its container has ended.
    if (wait_until(kMonitorMs, [&] { return left().empty(); })) return;
    for (int pid : left()) ::kill(pid, SIGKILL);
    (void)wait_until(kMonitorMs, [&] { return left().empty(); });
}

std::string read_link(const std::string& path) {
    char target[256];
    const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
    return size > 0 ? std::string(target, static_cast<size_t>(size)) : "";
}

}  // namespace

std::vector<Mount> own_mounts(const std::string& mountinfo, const std::string& data_dir, const std::string& state_dir) {
    std::vector<Mount> mounts;
    for (auto line : split_views(mountinfo, '\n')) {
        const auto words = split_views(line, ' ');
        const auto dash = std::find(words.begin(), words.end(), std::string_view("-"));
        if (words.size() < 5 || dash == words.end() || dash + 1 == words.end()) continue;
        Mount mount{decode_octal(words[4]), std::string(dash[1])};
        const bool made_by_us = mount.type == "overlay" || mount.type == "tmpfs";
        if (below(mount.point, state_dir) || below(mount.point, data_dir + "/agent/pods") || (made_by_us && below(mount.point, data_dir + "/agent")))
            mounts.push_back(std::move(mount));
    }
    std::reverse(mounts.begin(), mounts.end());   // the kernel lists in the order of mounting: what is on top comes last
    return mounts;
}

Status end_pods(const std::string& state_dir, int64_t grace_ms, const Told& told) {
    auto groups = TRY(agent::sys::Cgroups::open());
    const auto root = "/" + state_dir.substr(state_dir.rfind('/') + 1);
    const auto pods = root + "/kubepods";
    const auto running = groups.processes(pods);
    if (!running.empty() && grace_ms > 0) {
        for (int pid : running) ::kill(pid, SIGTERM);
        (void)wait_until(grace_ms, [&] { return groups.processes(pods).empty(); });
    }
    TRY(groups.remove(pods));
    end_monitors(state_dir);
    TRY(groups.remove(root));
    if (!running.empty()) told("ended " + std::to_string(running.size()) + " processes of pods");
    return {};
}

Status unmount_all(const std::string& data_dir, const std::string& state_dir, const Told& told) {
    size_t count = 0;
    for (const auto& mount : own_mounts(TRY(file::read("/proc/self/mountinfo", 16 << 20)), data_dir, state_dir)) {
        if (::umount2(mount.point.c_str(), UMOUNT_NOFOLLOW) < 0 && ::umount2(mount.point.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
            return errno_status("unmount " + mount.point, errno);
        ++count;
    }
    if (count) told("unmounted " + std::to_string(count) + " file systems");
    return {};
}

Status remove_network(const Told& told) {
    auto links = TRY(agent::sys::Links::open());
    if (auto bridge = links.get(kBridge); bridge.ok()) {
        for (const auto& link : TRY(links.list()))
            if (link.master == bridge->index) TRY(links.remove(link.name));
        TRY(links.remove(kBridge));
        told(std::string("removed interface ") + kBridge);
    }
    if (links.get(kOverlay).ok()) {
        TRY(links.remove(kOverlay));
        told(std::string("removed interface ") + kOverlay);
    }
    auto socket = TRY(agent::sys::NetlinkSocket::open_netfilter());
    for (const char* table : kTables) {
        if (!agent::sys::nft_table_state(socket, agent::sys::kFamilyInet, table).ok()) continue;
        agent::sys::NftBatch batch(agent::sys::kFamilyInet, table);
        batch.remove_table();
        TRY(batch.commit(socket, "remove the nftables table"));
        told(std::string("removed nftables table inet ") + table);
    }
    return {};
}

void restore_sysctls(const std::string& state_dir, const Told& told) {
    auto text = file::read(state_dir + "/sysctls", 65536);
    if (!text.ok()) return;
    bool other_bridge = false;
    if (auto links = agent::sys::Links::open(); links.ok())
        for (const auto& link : links->list().value_or({})) other_bridge = other_bridge || (link.kind == "bridge" && link.name != kBridge);
    for (auto line : split_views(*text, '\n')) {
        const auto words = split(line, ' ');
        if (words.size() != 2 || contains(words[0], "..") || (other_bridge && contains(words[0], "forward"))) continue;
        Fd fd(::open(("/proc/sys/" + words[0]).c_str(), O_WRONLY | O_CLOEXEC));
        if (fd && ::write(fd.get(), words[1].data(), words[1].size()) > 0) told("set " + replace_all(words[0], "/", ".") + " back to " + words[1]);
    }
}

std::vector<int> running_nodes() {
    std::vector<int> pids;
    const auto here = read_link("/proc/self/ns/net");
    for (const auto& name : file::list_dir("/proc").value_or({})) {
        const auto pid = parse_int(name);
        if (!pid || *pid == ::getpid()) continue;
        auto line = file::read("/proc/" + name + "/cmdline", 65536);
        if (!line.ok()) continue;
        const auto words = split_views(*line, '\0');
        if (words.size() < 2 || (words[1] != "server" && words[1] != "agent")) continue;
        const auto program = words[0].substr(words[0].rfind('/') + 1);
        if (program == "skiff" && read_link("/proc/" + name + "/ns/net") == here) pids.push_back(static_cast<int>(*pid));
    }
    return pids;
}

}  // namespace skiff::cli
