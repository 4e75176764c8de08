#include "server/store/disk_reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/fd.h"

namespace skiff::store {

bool DiskReserve::take() {
    Fd file(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file) return false;
    struct stat now {};
    if (::fstat(file.get(), &now) == 0 && now.st_size == kBytes && now.st_blocks * 512L >= kBytes) return true;
    // Well beyond the reserve, so that a disk on the edge does not flap.
    struct statvfs disk {};
    if (::fstatvfs(file.get(), &disk) != 0 || disk.f_bavail * disk.f_frsize < static_cast<unsigned long>(kBytes) * 3 / 2) {
        give_up();
        return false;
    }
    if (::posix_fallocate(file.get(), 0, kBytes) == 0) return true;
    give_up();
    return false;
}

void DiskReserve::give_up() { ::unlink(path_.c_str()); }

}  // namespace skiff::store
