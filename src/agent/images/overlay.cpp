#include "agent/images/overlay.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace skiff::agent::images {

namespace {

// mount(2) takes one page of options; longer ones go through the newer interface, where each layer is a call of its own (Linux 6.5).
constexpr size_t kOptionsMax = 4000;

Status mount_classic(const std::string& target, const std::string& options) {
    if (::mount("overlay", target.c_str(), "overlay", 0, options.c_str()) < 0) return errno_status("mount overlay on " + target, errno);
    return {};
}

Status mount_by_calls(const std::string& dir, const std::vector<std::string>& layers) {
    Fd fs(static_cast<int>(::syscall(SYS_fsopen, "overlay", 1u /* FSOPEN_CLOEXEC */)));
    if (!fs) return errno_status("fsopen overlay", errno);
    auto set = [&](const char* key, const std::string& value) -> Status {
        if (::syscall(SYS_fsconfig, fs.get(), 1u /* FSCONFIG_SET_STRING */, key, value.c_str(), 0) < 0) return errno_status(std::string("overlay option ") + key, errno);
        return {};
    };
    for (const auto& layer : layers) TRY(set("lowerdir+", layer));
    TRY(set("upperdir", dir + "/upper"));
    TRY(set("workdir", dir + "/work"));
    if (::syscall(SYS_fsconfig, fs.get(), 6u /* FSCONFIG_CMD_CREATE */, nullptr, nullptr, 0) < 0) return errno_status("make overlay", errno);
    Fd mount(static_cast<int>(::syscall(SYS_fsmount, fs.get(), 1u, 0u)));
    if (!mount) return errno_status("fsmount overlay", errno);
    if (::syscall(SYS_move_mount, mount.get(), "", AT_FDCWD, (dir + "/rootfs").c_str(), 4u /* MOVE_MOUNT_F_EMPTY_PATH */) < 0)
        return errno_status("mount overlay on " + dir + "/rootfs", errno);
    return {};
}

}  // namespace

bool is_mounted(const std::string& path) {
    struct stat here {}, parent {};
    if (::lstat(path.c_str(), &here) < 0 || ::lstat((path + "/..").c_str(), &parent) < 0) return false;
    return here.st_dev != parent.st_dev;
}

namespace {

// Highest first. A layer that occurs twice counts where it is highest: there it shows all that its lower place would, and overlayfs refuses
// to see one folder twice.
std::vector<std::string> from_the_top(const std::vector<std::string>& layers) {
    std::vector<std::string> out;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
        if (std::find(out.begin(), out.end(), *layer) == out.end()) out.push_back(*layer);
    return out;
}

}  // namespace

Result<std::string> mount_overlay(const std::string& dir, const std::vector<std::string>& all_layers) {
    const auto target = dir + "/rootfs";
    if (is_mounted(target)) return target;
    for (const char* part : {"/upper", "/work", "/rootfs"}) TRY(file::make_dirs(dir + part, 0755));
    const auto layers = from_the_top(all_layers);
    const auto lower = join(layers, ":");
    const auto options = "lowerdir=" + lower + ",upperdir=" + dir + "/upper,workdir=" + dir + "/work";
    // What a power cut takes from a container's writable layer is lost with the container anyway.
    if (options.size() > kOptionsMax) TRY(mount_by_calls(dir, layers));
    else if (!mount_classic(target, options + ",volatile").ok()) {
        // A crash leaves the mark of a volatile mount behind, and old kernels have none.
        (void)file::remove_tree(dir + "/work");
        TRY(file::make_dirs(dir + "/work", 0755));
        TRY(mount_classic(target, options));
    }
    return target;
}

Status unmount_overlay(const std::string& dir) {
    const auto target = dir + "/rootfs";
    while (is_mounted(target))
        if (::umount2(target.c_str(), MNT_DETACH) < 0) return errno_status("unmount " + target, errno);
    return file::remove_tree(dir);
}

}  // namespace skiff::agent::images
