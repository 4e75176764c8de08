#include "agent/images/unpacker.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "base/encoding.h"
#include "base/fd.h"
#include "base/process.h"
#include "base/strings.h"

namespace skiff::agent::images {

namespace {

constexpr size_t kAnswerBytesMax = 64 << 20;

// overlayfs' mark needs CAP_SYS_ADMIN, which the child has not. The path is its word, so it is opened beneath the layer only.
Status mark_opaque(const std::string& dir, const std::string& path) {
    Fd root(::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return errno_status("open " + dir, errno);
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const auto relative = path.empty() ? std::string(".") : path;
    Fd folder(static_cast<int>(::syscall(SYS_openat2, root.get(), relative.c_str(), &how, sizeof how)));
    if (!folder) return errno_status("open opaque folder " + path, errno);
    if (::fsetxattr(folder.get(), "trusted.overlay.opaque", "y", 1, 0) < 0) return errno_status("mark opaque folder " + path, errno);
    return {};
}

}  // namespace

Result<Unpacked> unpack_layer(const std::string& self_exe, const std::string& blob_path, const std::string& dir) {
    Fd blob(::open(blob_path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!blob) return errno_status("open " + blob_path, errno);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return errno_status("pipe", errno);
    Fd read_end(ends[0]), write_end(ends[1]);
    process::Spawn what;
    what.path = self_exe;
    what.args = {"skiff", "unpack", dir};
    what.env = std::vector<std::string>();
    what.fds = {{blob.get(), 0}, {write_end.get(), 1}};
    auto child = TRY(process::spawn(what));
    write_end.reset();
    std::string answer;
    char buffer[16384];
    for (ssize_t n; (n = ::read(read_end.get(), buffer, sizeof buffer)) != 0;) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 || answer.size() > kAnswerBytesMax) break;
        answer.append(buffer, static_cast<size_t>(n));
    }
    read_end.reset();
    const auto exit = TRY(child.wait());
    Unpacked unpacked;
    for (auto line : split_views(answer, '\n')) {
        if (line.starts_with("opaque ")) TRY(mark_opaque(dir, hex_decode(line.substr(7)).value_or("")));
        if (line.starts_with("error ")) return error(Reason::BadRequest, "unpack layer: {}", line.substr(6));
        if (line.starts_with("done ")) {
            auto words = split(line.substr(5), ' ');
            if (words.size() == 2) unpacked = {words[0], parse_int(words[1]).value_or(0)};
        }
    }
    if (unpacked.diff_id.empty()) {
        if (exit.signal) return error(Reason::InternalError, "unpack layer: ended by signal {}", exit.signal);
        return error(Reason::InternalError, "unpack layer: ended with status {}", exit.code);
    }
    return unpacked;
}

}  // namespace skiff::agent::images
