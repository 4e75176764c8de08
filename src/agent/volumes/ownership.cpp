#include "agent/volumes/ownership.h"

#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

namespace skiff::agent::volumes {

namespace {

constexpr mode_t kReadWrite = 0660, kReadOnly = 0440, kDir = 0110 | S_ISGID;

Status set_one(const char* path, const struct stat& info, gid_t group, bool read_only) {
    if (::lchown(path, static_cast<uid_t>(-1), group) != 0) return errno_status(std::string("chown ") + path, errno);
    if (S_ISLNK(info.st_mode)) return {};
    const mode_t mask = (read_only ? kReadOnly : kReadWrite) | (S_ISDIR(info.st_mode) ? kDir : 0);
    if (::chmod(path, (info.st_mode & 07777) | mask) != 0) return errno_status(std::string("chmod ") + path, errno);
    return {};
}

bool root_matches(const std::string& dir, gid_t group, bool read_only) {
    struct stat info;
    if (::stat(dir.c_str(), &info) != 0) return false;
    const mode_t wanted = (read_only ? kReadOnly : kReadWrite) | kDir;
    return info.st_gid == group && (info.st_mode & wanted) == wanted;
}

}  // namespace

Status set_group(const std::string& path, int64_t group, GroupChange policy, bool read_only) {
    const std::unique_ptr<char, decltype(&::free)> real(::realpath(path.c_str(), nullptr), &::free);
    if (!real) return errno_status("open " + path, errno);
    const std::string dir = real.get();
    const gid_t gid = static_cast<gid_t>(group);
    if (policy == GroupChange::OnRootMismatch && root_matches(dir, gid, read_only)) return {};
    char* const paths[] = {const_cast<char*>(dir.c_str()), nullptr};
    FTS* walk = ::fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nullptr);
    if (!walk) return errno_status("open " + dir, errno);
    Status result;
    while (FTSENT* entry = ::fts_read(walk)) {
        if (entry->fts_info == FTS_D) continue;   // folders after their content
        if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS) {
            result = errno_status(std::string("read ") + entry->fts_path, entry->fts_errno);
            break;
        }
        result = set_one(entry->fts_accpath, *entry->fts_statp, gid, read_only);
        if (!result.ok()) break;
    }
    ::fts_close(walk);
    return result;
}

}  // namespace skiff::agent::volumes
