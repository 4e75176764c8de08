#include "cli/port_owner.h"

#include <unistd.h>

#include "base/file.h"
#include "base/strings.h"

namespace skiff::cli {

namespace {

constexpr size_t kTableBytesMax = 16 << 20;

std::string link_target(const std::string& path) {
    char target[128];
    const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
    return size > 0 ? std::string(target, static_cast<size_t>(size)) : "";
}

PortOwner owner_of(const std::string& inode) {
    const auto wanted = "socket:[" + inode + "]";
    for (const auto& name : file::list_dir("/proc").value_or({})) {
        const auto pid = parse_int(name);
        if (!pid) continue;
        for (const auto& fd : file::list_dir("/proc/" + name + "/fd").value_or({})) {
            if (link_target("/proc/" + name + "/fd/" + fd) != wanted) continue;
            auto line = file::read("/proc/" + name + "/comm", 64);
            return {static_cast<int>(*pid), line.ok() ? std::string(trim(*line)) : ""};
        }
    }
    return {};
}

}  // namespace

std::string listening_inode(const std::string& table, uint16_t port) {
    constexpr std::string_view kListen = "0A";   // TCP_LISTEN
    const auto suffix = fmt::format(":{:04X}", port);
    for (auto line : split_views(table, '\n')) {
        std::string words[10];
        size_t count = 0;
        for (auto word : split_views(line, ' '))
            if (!word.empty() && count < 10) words[count++] = word;
        if (count == 10 && words[1].ends_with(suffix) && words[3] == kListen) return words[9];
    }
    return "";
}

std::optional<PortOwner> listener_of(uint16_t port) {
    for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        auto table = file::read(path, kTableBytesMax);
        if (!table.ok()) continue;
        if (auto inode = listening_inode(*table, port); !inode.empty()) return owner_of(inode);
    }
    return std::nullopt;
}

}  // namespace skiff::cli
