#include "agent/volumes/host_path.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/fd.h"
#include "base/file.h"

namespace skiff::agent::volumes {

namespace {

Status wrong(const std::string& path, const char* what) { return error(Reason::InternalError, "hostPath type check failed: {} is not {}", path, what); }

}  // namespace

Status check_host_path(const std::string& path, const std::string& type) {
    if (path.empty() || path[0] != '/') return error(Reason::BadRequest, "hostPath must be absolute: {}", path);
    if (type.empty()) {
        // Like a container engine would: what is not there becomes a folder.
        return file::exists(path) ? Status() : file::make_dirs(path);
    }
    if (type == "DirectoryOrCreate" && !file::exists(path)) return file::make_dirs(path);
    if (type == "FileOrCreate" && !file::exists(path)) {
        Fd created(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644));
        return created || errno == EEXIST ? Status() : errno_status("create " + path, errno);
    }
    struct stat info;
    const bool there = ::stat(path.c_str(), &info) == 0;
    const mode_t mode = there ? info.st_mode : 0;
    if (type == "Directory" || type == "DirectoryOrCreate") return S_ISDIR(mode) ? Status() : wrong(path, "a directory");
    if (type == "File" || type == "FileOrCreate") return S_ISREG(mode) ? Status() : wrong(path, "a file");
    if (type == "Socket") return S_ISSOCK(mode) ? Status() : wrong(path, "a socket file");
    if (type == "CharDevice") return S_ISCHR(mode) ? Status() : wrong(path, "a character device");
    if (type == "BlockDevice") return S_ISBLK(mode) ? Status() : wrong(path, "a block device");
    return error(Reason::BadRequest, "{} is an invalid volume type", type);
}

}  // namespace skiff::agent::volumes
