#include "agent/volumes/subpath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "agent/volumes/payload.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace skiff::agent::volumes {

namespace {

Fd open_beneath(int dir, const std::string& path, uint64_t flags) {
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return Fd(static_cast<int>(::syscall(SYS_openat2, dir, path.c_str(), &how, sizeof how)));
}

// Opens volume/subpath, making folders that are missing. Each step is resolved anew below the volume.
Result<Fd> open_or_make(const std::string& volume_dir, const std::string& subpath) {
    Fd root(::open(volume_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return errno_status("open " + volume_dir, errno);
    if (Fd there = open_beneath(root.get(), subpath, O_PATH)) return there;
    if (errno != ENOENT) return errno_status("open subPath " + subpath, errno);
    struct stat info;
    const mode_t mode = ::fstat(root.get(), &info) == 0 ? info.st_mode & 07777 : 0755;
    std::string done;
    for (const auto& part : split(subpath, '/')) {
        Fd parent = open_beneath(root.get(), done.empty() ? "." : done, O_PATH | O_DIRECTORY);
        if (!parent) return errno_status("open subPath " + done, errno);
        if (::mkdirat(parent.get(), part.c_str(), mode) == 0) ::fchmodat(parent.get(), part.c_str(), mode, 0);
        else if (errno != EEXIST) return errno_status("mkdir subPath " + part, errno);
        done += done.empty() ? part : "/" + part;
    }
    Fd made = open_beneath(root.get(), subpath, O_PATH);
    if (!made) return errno_status("open subPath " + subpath, errno);
    return made;
}

bool same_inode(const std::string& path, const struct stat& wanted) {
    struct stat info;
    return ::stat(path.c_str(), &info) == 0 && info.st_dev == wanted.st_dev && info.st_ino == wanted.st_ino;
}

}  // namespace

Status bind_subpath(const std::string& volume_dir, const std::string& subpath, const std::string& target) {
    if (!safe_relative_path(subpath)) return error(Reason::BadRequest, "invalid subPath: {}", subpath);
    Fd source = TRY(open_or_make(volume_dir, subpath));
    struct stat info;
    if (::fstat(source.get(), &info) != 0) return errno_status("stat subPath " + subpath, errno);
    if (same_inode(target, info)) return {};
    ::umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);   // of an earlier run of the container
    TRY(file::make_dirs(target.substr(0, target.rfind('/'))));
    if (S_ISDIR(info.st_mode)) TRY(file::make_dirs(target));
    else TRY(file::write_volatile(target, "", 0600));
    const std::string from = "/proc/self/fd/" + std::to_string(source.get());
    if (::mount(from.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) return errno_status("bind " + subpath, errno);
    return {};
}

Status release_subpaths(const std::string& dir) {
    auto volumes = file::list_dir(dir);
    if (!volumes.ok()) return volumes.status().reason() == Reason::NotFound || !file::exists(dir) ? Status() : std::move(volumes).status();
    for (const auto& volume : *volumes)
        for (const auto& container : file::list_dir(dir + "/" + volume).value_or({}))
            for (const auto& index : file::list_dir(dir + "/" + volume + "/" + container).value_or({}))
                ::umount2((dir + "/" + volume + "/" + container + "/" + index).c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    return file::remove_tree(dir);
}

}  // namespace skiff::agent::volumes
