#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/fd.h"

namespace skiff::file {

namespace {

std::string parent_of(const std::string& path) {
    auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Status write_all(int fd, std::string_view content, const std::string& path) {
    while (!content.empty()) {
        ssize_t n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_status("write " + path, errno);
        content.remove_prefix(static_cast<size_t>(n));
    }
    return {};
}

enum class Sync { Durable, Volatile };

Status replace(const std::string& path, std::string_view content, mode_t mode, Sync sync) {
    std::string temporary = path + ".XXXXXX";
    Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!fd) return errno_status("create " + temporary, errno);
    auto undo = [&](Status status) {
        ::unlink(temporary.c_str());
        return status;
    };
    if (auto s = write_all(fd.get(), content, path); !s) return undo(std::move(s));
    if (::fchmod(fd.get(), mode) < 0) return undo(errno_status("chmod " + path, errno));
    if (sync == Sync::Durable && ::fsync(fd.get()) < 0) return undo(errno_status("fsync " + path, errno));
    if (::rename(temporary.c_str(), path.c_str()) < 0) return undo(errno_status("rename to " + path, errno));
    if (sync == Sync::Durable) {
        Fd folder(::open(parent_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!folder || ::fsync(folder.get()) < 0) return errno_status("fsync folder of " + path, errno);
    }
    return {};
}

Status remove_entries(int folder, const std::string& path, dev_t device);

Status remove_at(int parent, const std::string& name, const std::string& path, dev_t device) {
    struct stat info{};
    if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? Status() : errno_status("stat " + path, errno);
    if (!S_ISDIR(info.st_mode)) {
        if (::unlinkat(parent, name.c_str(), 0) < 0 && errno != ENOENT) return errno_status("remove " + path, errno);
        return {};
    }
    if (info.st_dev != device) return error(Reason::Conflict, "remove {}: a file system is mounted there", path);
    Fd folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return errno_status("open " + path, errno);
    TRY(remove_entries(folder.get(), path, device));
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT) return errno_status("remove " + path, errno);
    return {};
}

Status remove_entries(int folder, const std::string& path, dev_t device) {
    DIR* stream = ::fdopendir(::dup(folder));
    if (!stream) return errno_status("read " + path, errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream)) {
        std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(std::move(name));
    }
    ::closedir(stream);
    for (const auto& name : names) TRY(remove_at(folder, name, path + "/" + name, device));
    return {};
}

}  // namespace

Result<std::string> read(const std::string& path, size_t size_bytes_max) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) return error(Reason::NotFound, "{}: no such file", path);
        return errno_status("open " + path, errno);
    }
    std::string content;
    char buffer[16384];
    for (;;) {
        ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_status("read " + path, errno);
        if (n == 0) return content;
        content.append(buffer, static_cast<size_t>(n));
        if (content.size() > size_bytes_max)
            return error(Reason::RequestEntityTooLarge, "{}: larger than {} bytes", path, size_bytes_max);
    }
}

Status write_atomic(const std::string& path, std::string_view content, mode_t mode) {
    return replace(path, content, mode, Sync::Durable);
}

Status write_volatile(const std::string& path, std::string_view content, mode_t mode) {
    return replace(path, content, mode, Sync::Volatile);
}

Status make_dirs(const std::string& path, mode_t mode) {
    if (path.empty() || path == "/" || is_dir(path)) return {};
    TRY(make_dirs(parent_of(path), mode));
    if (::mkdir(path.c_str(), mode) < 0 && errno != EEXIST) return errno_status("mkdir " + path, errno);
    return {};
}

bool exists(const std::string& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0;
}

bool is_dir(const std::string& path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<std::vector<std::string>> list_dir(const std::string& path) {
    DIR* stream = ::opendir(path.c_str());
    if (!stream) {
        if (errno == ENOENT) return error(Reason::NotFound, "{}: no such folder", path);
        return errno_status("open " + path, errno);
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream)) {
        std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(std::move(name));
    }
    ::closedir(stream);
    std::sort(names.begin(), names.end());
    return names;
}

Status remove(const std::string& path) {
    if (::unlink(path.c_str()) < 0 && errno != ENOENT) return errno_status("remove " + path, errno);
    return {};
}

Status remove_tree(const std::string& path) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) < 0) return errno == ENOENT ? Status() : errno_status("stat " + path, errno);
    struct stat parent{};
    if (::stat(parent_of(path).c_str(), &parent) < 0) return errno_status("stat folder of " + path, errno);
    return remove_at(AT_FDCWD, path, path, parent.st_dev);
}

}  // namespace skiff::file
