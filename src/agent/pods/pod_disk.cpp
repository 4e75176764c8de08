#include "agent/pods/pod_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/pods/container_spec.h"
#include "base/fd.h"
#include "base/file.h"

namespace skiff::agent::pods {

namespace {

constexpr int64_t kInodesMax = 5'000'000;
constexpr int kDepthMax = 128;

// fd is taken. Files with several links count each time: an upper bound is good enough here.
void walk(int fd, dev_t device, int depth, DiskUse& use) {
    DIR* folder = ::fdopendir(fd);
    if (!folder) {
        ::close(fd);
        return;
    }
    while (const dirent* entry = ::readdir(folder)) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == ".." || use.inodes >= kInodesMax) continue;
        struct stat info;
        if (::fstatat(::dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || info.st_dev != device) continue;
        ++use.inodes;
        use.bytes += info.st_blocks * 512;
        if (!S_ISDIR(info.st_mode) || depth >= kDepthMax) continue;
        const int child = ::openat(::dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child >= 0) walk(child, device, depth + 1, use);
    }
    ::closedir(folder);
}

}  // namespace

bool limits_local_storage(const json::Value& pod) {
    for (const auto& volume : pod["spec"]["volumes"].items())
        if (!volume["emptyDir"]["sizeLimit"].empty()) return true;
    for (const auto& container : container_list(pod))
        if (!(*container.spec)["resources"]["limits"]["ephemeral-storage"].empty()) return true;
    return false;
}

int64_t PodDisk::total_bytes() const {
    int64_t sum = 0;
    for (const auto* list : {&roots, &logs, &volumes})
        for (const auto& use : *list) sum += use.in_memory ? 0 : use.bytes;
    return sum;
}

int64_t PodDisk::total_inodes() const {
    int64_t sum = 0;
    for (const auto* list : {&roots, &logs, &volumes})
        for (const auto& use : *list) sum += use.in_memory ? 0 : use.inodes;
    return sum;
}

DiskUse tree_use(const std::string& path) {
    DiskUse use;
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat info;
    if (fd < 0) return use;
    if (::fstat(fd, &info) != 0) {
        ::close(fd);
        return use;
    }
    use.inodes = 1;
    walk(fd, info.st_dev, 0, use);
    return use;
}

PodDisk read_pod_disk(const PodSnapshot& pod, const NodeConfig& config, images::ImageStore& images) {
    PodDisk disk;
    const api::TreePtr tree = pod.pod->tree();
    for (const auto& container : pod.containers) {
        if (container.id.empty()) continue;
        DiskUse root = tree_use(images.writable_layer(container.id));
        root.name = container.name;
        disk.roots.push_back(std::move(root));
        DiskUse log = tree_use(pod_log_dir(config, *tree, pod.uid) + "/" + container.name);
        log.name = container.name;
        disk.logs.push_back(std::move(log));
    }
    for (const auto& volume : (*tree)["spec"]["volumes"].items()) {
        if (!volume["emptyDir"].is_object()) continue;
        const std::string& name = volume["name"].as_string();
        if (name.empty() || name.find('/') != std::string::npos) continue;
        DiskUse use = tree_use(config.pods_dir + "/" + pod.uid + "/volumes/kubernetes.io~empty-dir/" + name);
        use.name = name;
        use.in_memory = volume["emptyDir"]["medium"].as_string() == "Memory";
        disk.volumes.push_back(std::move(use));
    }
    return disk;
}

}  // namespace skiff::agent::pods
