#include "agent/volumes/block_volume.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <linux/fs.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/fd.h"
#include "base/log.h"
#include "base/process.h"

namespace skiff::agent::volumes {

namespace {

constexpr uint64_t kLookBytes = 1 << 20;          // superblocks and partition tables stand in the first or the last of these
constexpr int64_t kFormatTimeoutMs = 10 * 60'000;

struct Flag {
    const char* name;
    unsigned long bit;
};
constexpr Flag kFlags[] = {{"ro", MS_RDONLY}, {"noatime", MS_NOATIME}, {"nodiratime", MS_NODIRATIME}, {"relatime", MS_RELATIME}, {"nodev", MS_NODEV},
                           {"noexec", MS_NOEXEC}, {"nosuid", MS_NOSUID}, {"sync", MS_SYNCHRONOUS}, {"dirsync", MS_DIRSYNC}, {"strictatime", MS_STRICTATIME}};

Result<Fd> open_device(const std::string& path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return errno_status("open " + path, errno);
    struct stat info;
    if (::fstat(fd.get(), &info) != 0) return errno_status("stat " + path, errno);
    if (!S_ISBLK(info.st_mode)) return error(Reason::BadRequest, "{} is no block device", path);
    return fd;
}

// Nothing but zeros where any filesystem or partition table leaves its mark: what may be formatted without losing data.
Result<bool> is_blank(const std::string& path) {
    const Fd fd = TRY(open_device(path));
    uint64_t size = 0;
    if (::ioctl(fd.get(), BLKGETSIZE64, &size) != 0) return errno_status("size of " + path, errno);
    std::vector<char> buffer(kLookBytes);
    for (const uint64_t at : {uint64_t{0}, size > kLookBytes ? size - kLookBytes : 0}) {
        const ssize_t n = ::pread(fd.get(), buffer.data(), buffer.size(), static_cast<off_t>(at));
        if (n < 0) return errno_status("read " + path, errno);
        if (std::any_of(buffer.begin(), buffer.begin() + n, [](char c) { return c != 0; })) return false;
    }
    return true;
}

Status format(const std::string& device, const std::string& fs_type) {
    process::Spawn mkfs;
    mkfs.path = TRY(process::find_program("mkfs." + fs_type));
    mkfs.args = {"mkfs." + fs_type};
    if (fs_type.starts_with("ext")) mkfs.args.insert(mkfs.args.end(), {"-F", "-m0"});
    else if (fs_type == "xfs") mkfs.args.emplace_back("-f");
    mkfs.args.push_back(device);
    log::info("volumes", "a blank device gets a filesystem", {{"device", device}, {"type", fs_type}});
    const auto output = TRY(process::run(std::move(mkfs), {.timeout_ms = kFormatTimeoutMs, .output_bytes_max = 16 << 10}));
    if (output.exit.code != 0) return error(Reason::InternalError, "mkfs.{} {} ended with {}: {}", fs_type, device, output.exit.code, output.err);
    return {};
}

}  // namespace

Result<Volume> block_device(const std::string& path, bool read_only) {
    TRY(open_device(path));
    Volume volume{path, read_only};
    volume.device = true;
    return volume;
}

Status mount_device(const std::string& device, const std::string& dir, const std::string& fs_type, const json::Value& options, bool read_only) {
    TRY(open_device(device));
    unsigned long flags = read_only ? MS_RDONLY : 0;
    std::string data;
    for (const auto& option : options.items()) {
        const auto* known = std::find_if(std::begin(kFlags), std::end(kFlags), [&](const Flag& flag) { return option.as_string() == flag.name; });
        if (known != std::end(kFlags)) flags |= known->bit;
        else data += (data.empty() ? "" : ",") + option.as_string();
    }
    const auto mounted = [&] { return ::mount(device.c_str(), dir.c_str(), fs_type.c_str(), flags, data.c_str()) == 0; };
    if (mounted()) return {};
    const int why = errno;
    if (!(flags & MS_RDONLY) && TRY(is_blank(device))) {
        TRY(format(device, fs_type));
        if (mounted()) return {};
    }
    return errno_status("mount " + device + " as " + fs_type, why);
}

}  // namespace skiff::agent::volumes
