#include "agent/runtime/host_devices.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>

namespace skiff::agent::runtime {

namespace {

constexpr int kDepthMax = 6;
constexpr size_t kDevicesMax = 4096;
constexpr const char* kOwn[] = {"pts", "shm", "fd", "mqueue", "console", ".udev", ".lxc", ".lxd-mounts"};

void collect(const std::string& folder, int depth, std::vector<Device>& out) {
    DIR* dir = depth < kDepthMax ? ::opendir(folder.c_str()) : nullptr;
    if (!dir) return;
    while (const dirent* entry = ::readdir(dir)) {
        const std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (std::any_of(std::begin(kOwn), std::end(kOwn), [&](const char* own) { return name == own; })) continue;
        if (entry->d_type == DT_DIR) collect(folder + "/" + name, depth + 1, out);
        if (entry->d_type != DT_CHR && entry->d_type != DT_BLK) continue;
        auto device = device_at(folder + "/" + name);
        if (device.ok() && out.size() < kDevicesMax) out.push_back(std::move(*device));
    }
    ::closedir(dir);
}

}  // namespace

Result<Device> device_at(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) < 0) return errno == ENOENT ? error(Reason::NotFound, "no device {}", path) : errno_status("look at device " + path, errno);
    if (!S_ISCHR(info.st_mode) && !S_ISBLK(info.st_mode)) return error(Reason::BadRequest, "{} is no device", path);
    return Device{path, S_ISCHR(info.st_mode) ? 'c' : 'b', major(info.st_rdev), minor(info.st_rdev), info.st_mode & 07777u, info.st_uid, info.st_gid, false};
}

std::vector<Device> all_devices() {
    std::vector<Device> out;
    collect("/dev", 0, out);
    return out;
}

}  // namespace skiff::agent::runtime
