#include "agent/nodeapi/local_volumes.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"

namespace skiff::agent::nodeapi {

namespace {

// A name is one path element of a volume that a provisioner made, whatever else was sent.
Status check_name(const std::string& volume) {
    const bool plain = std::all_of(volume.begin(), volume.end(), [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    if (plain && volume.rfind("pvc-", 0) == 0 && volume.size() < 128) return {};
    return error(Reason::BadRequest, "\"{}\" names no local volume", volume.substr(0, 128));
}

}  // namespace

Result<std::string> make_local_volume(const std::string& data_dir, const std::string& volume) {
    TRY(check_name(volume));
    TRY(file::make_dirs(data_dir + "/storage", 0711));
    const std::string path = data_dir + "/storage/" + volume;
    if (::mkdir(path.c_str(), 0777) != 0) {
        if (errno == EEXIST) return path;
        return errno_status("make " + path, errno);
    }
    // The process's umask took bits away.
    if (::chmod(path.c_str(), 0777) != 0) return errno_status("chmod " + path, errno);
    return path;
}

Status remove_local_volume(const std::string& data_dir, const std::string& volume) {
    TRY(check_name(volume));
    const std::string path = data_dir + "/storage/" + volume;
    return file::exists(path) ? file::remove_tree(path) : Status();
}

}  // namespace skiff::agent::nodeapi
