// The jailed child. It is a process of its own with one thread: chroot into the layer's folder, network namespace of its own, few capabilities,
// no new privileges, bounded sizes. The layer (tar, plain or gzip or zstd) comes on standard input; on standard output go lines
// "opaque HEX" (the path) for folders that hide what is below, then "done sha256:<of the tar> <bytes>" or "error MESSAGE".
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <locale.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "agent/images/image_store.h"
#include "base/fd.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/sandbox.h"
#include "base/strings.h"

namespace skiff::agent::images {

namespace {

constexpr size_t kChunk = 128 << 10;
constexpr int64_t kLayerBytesMax = 32ll << 30;
constexpr int64_t kEntriesMax = 2'000'000;
constexpr size_t kPathMax = 4096;
constexpr unsigned kWindowLogMax = 27;   // zstd: 128 MB, as the reference implementation accepts by default

[[noreturn]] void give_up(const std::string& message) {
    auto line = "error " + replace_all(message, "\n", " ") + "\n";
    [[maybe_unused]] auto n = ::write(1, line.data(), line.size());
    ::_exit(1);
}

// Standard input as a tar stream: decompressed where needed, hashed, counted.
class TarStream {
public:
    TarStream() : in_(kChunk), out_(kChunk) {}
    ~TarStream() {
        if (gzip_) ::inflateEnd(&inflate_);
        if (zstd_) ::ZSTD_freeDStream(zstd_);
    }

    // The next piece; empty at the end.
    std::string_view next() {
        for (;;) {
            if (in_at_ == in_size_ && !refill()) {
                if (!starts_) detect();
                // What the decoder still holds.
                if (!gzip_ && !zstd_) return {};
            }
            if (!starts_) detect();
            auto piece = gzip_ ? inflate_some() : zstd_ ? zstd_some() : plain_some();
            if (!piece.empty()) {
                hash_.update(piece);
                total_ += static_cast<int64_t>(piece.size());
                if (total_ > kLayerBytesMax) give_up("layer is larger than " + std::to_string(kLayerBytesMax) + " bytes");
                return piece;
            }
            if (ended_ && in_at_ == in_size_) return {};
        }
    }

    std::string digest() { return "sha256:" + hash_.hex_digest(); }
    int64_t total() const { return total_; }

private:
    bool refill() {
        if (ended_) return false;
        ssize_t n;
        while ((n = ::read(0, in_.data(), in_.size())) < 0 && errno == EINTR) {}
        if (n < 0) give_up(std::string("read layer: ") + std::strerror(errno));
        if (n == 0) ended_ = true;
        in_at_ = 0;
        in_size_ = static_cast<size_t>(n);
        return n > 0;
    }

    void detect() {
        starts_ = true;
        std::string_view head(in_.data(), in_size_);
        if (head.starts_with("\x1f\x8b")) {
            gzip_ = true;
            if (::inflateInit2(&inflate_, 15 + 16) != Z_OK) give_up("gzip cannot be initialised");
        } else if (head.starts_with("\x28\xb5\x2f\xfd")) {
            zstd_ = ::ZSTD_createDStream();
            ::ZSTD_DCtx_setParameter(zstd_, ZSTD_d_windowLogMax, kWindowLogMax);
        }
    }

    std::string_view plain_some() {
        std::string_view piece(in_.data() + in_at_, in_size_ - in_at_);
        in_at_ = in_size_;
        return piece;
    }

    std::string_view inflate_some() {
        inflate_.next_in = reinterpret_cast<Bytef*>(in_.data() + in_at_);
        inflate_.avail_in = static_cast<uInt>(in_size_ - in_at_);
        inflate_.next_out = reinterpret_cast<Bytef*>(out_.data());
        inflate_.avail_out = static_cast<uInt>(out_.size());
        if (inflate_.avail_in == 0 && ended_) {
            if (!gzip_done_) give_up("gzip data is cut off");
            return {};
        }
        int code = ::inflate(&inflate_, Z_NO_FLUSH);
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) give_up("gzip data is damaged");
        in_at_ = in_size_ - inflate_.avail_in;
        gzip_done_ = code == Z_STREAM_END;
        // Members may follow one another.
        if (gzip_done_) ::inflateReset(&inflate_);
        return {out_.data(), out_.size() - inflate_.avail_out};
    }

    std::string_view zstd_some() {
        if (ended_ && in_at_ == in_size_ && zstd_done_) return {};
        ZSTD_inBuffer from{in_.data(), in_size_, in_at_};
        ZSTD_outBuffer to{out_.data(), out_.size(), 0};
        size_t left = ::ZSTD_decompressStream(zstd_, &to, &from);
        if (::ZSTD_isError(left)) give_up(std::string("zstd data is damaged: ") + ::ZSTD_getErrorName(left));
        in_at_ = from.pos;
        zstd_done_ = left == 0;   // of this frame; others may follow
        if (ended_ && to.pos == 0 && in_at_ == in_size_ && !zstd_done_) give_up("zstd data is cut off");
        return {out_.data(), to.pos};
    }

    std::vector<char> in_, out_;
    size_t in_at_ = 0, in_size_ = 0;
    bool ended_ = false, starts_ = false, gzip_ = false, gzip_done_ = false, zstd_done_ = false;
    z_stream inflate_{};
    ZSTD_DStream* zstd_ = nullptr;
    Sha256 hash_;
    int64_t total_ = 0;
};

la_ssize_t read_tar(archive*, void* context, const void** buffer) {
    auto piece = static_cast<TarStream*>(context)->next();
    *buffer = piece.data();
    return static_cast<la_ssize_t>(piece.size());
}

void must(const Status& status) {
    if (!status.ok()) give_up(status.message());
}

void enter_jail(const char* dir) {
    // Names are UTF-8. Chosen before the chroot: a conversion would look for its modules in the layer.
    if (!::setlocale(LC_CTYPE, "C.UTF-8")) (void)::setlocale(LC_CTYPE, "C");
    if (::chdir(dir) < 0 || ::chroot(".") < 0 || ::chdir("/") < 0) give_up(std::string("enter ") + dir + ": " + std::strerror(errno));
    ::umask(0);
    sandbox::leave_network();
    must(sandbox::no_new_privileges());
    must(sandbox::limit({}));
    must(sandbox::keep_capabilities(1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER | 1u << CAP_FSETID | 1u << CAP_MKNOD | 1u << CAP_SETFCAP));
    must(sandbox::allow_only(
        {"read", "readv", "write", "writev", "pread64", "pwrite64", "open", "openat", "close", "lseek", "_llseek", "ftruncate", "ftruncate64", "stat", "stat64", "lstat",
         "lstat64", "fstat", "fstat64", "fstatat64", "newfstatat", "statx", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "link", "linkat", "symlink", "symlinkat",
         "mknod", "mknodat", "chmod", "fchmod", "fchmodat", "lchown", "lchown32", "fchown", "fchown32", "fchownat", "lsetxattr", "utimensat", "utimensat_time64",
         "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "futex", "futex_time64", "getrandom", "getpid", "gettid", "clock_gettime", "clock_gettime64",
         "time", "gettimeofday", "umask", "fcntl", "fcntl64", "rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "tgkill", "exit", "exit_group", "restart_syscall"}));
}

// "./a//b/" -> "a/b"; "" for the root. A path that climbs is refused.
std::string clean_path(const char* text) {
    if (!text) give_up("entry without a name");
    std::string out;
    for (auto part : split_views(text, '/')) {
        if (part.empty() || part == ".") continue;
        if (part == "..") give_up(std::string("entry leaves the image: ") + text);
        if (!out.empty()) out += '/';
        out += part;
    }
    if (out.size() > kPathMax) give_up("entry with a name that is too long");
    return out;
}

[[noreturn]] void fail_entry(const char* what, const std::string& path) { give_up(std::string(what) + " /" + path + ": " + std::strerror(errno)); }

void make_parents(const std::string& path) {
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        auto folder = path.substr(0, slash);
        if (::mkdir(folder.c_str(), 0755) < 0 && errno != EEXIST) fail_entry("make folder", folder);
    }
}

// What stands there from an earlier entry of the same layer gives way, except a folder for a folder.
void clear_way(const std::string& path, bool for_folder) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) < 0) return;
    if (S_ISDIR(info.st_mode)) {
        if (!for_folder && ::rmdir(path.c_str()) < 0) fail_entry("replace folder", path);
    } else if (::unlink(path.c_str()) < 0) {
        fail_entry("replace", path);
    }
}

// .wh.NAME hides NAME of the layers below, .wh..wh..opq all of its folder (OCI image layer specification, "Whiteouts").
bool whiteout(const std::string& path) {
    auto slash = path.rfind('/');
    auto name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (!name.starts_with(".wh.")) return false;
    auto folder = slash == std::string::npos ? std::string() : path.substr(0, slash);
    make_parents(path);
    if (name == ".wh..wh..opq") {
        // In hexadecimal: a line break in a name must not make a line of its own.
        auto line = "opaque " + hex_encode(folder) + "\n";
        [[maybe_unused]] auto n = ::write(1, line.data(), line.size());
        return true;
    }
    if (name.starts_with(".wh..wh.")) return true;
    auto target = (folder.empty() ? "" : folder + "/") + name.substr(4);
    clear_way(target, false);
    if (::mknod(target.c_str(), S_IFCHR, ::makedev(0, 0)) < 0) fail_entry("whiteout", target);
    return true;
}

void write_file(archive* tar, const std::string& path, mode_t mode) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!fd) fail_entry("create", path);
    const void* data = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    int code;
    while ((code = ::archive_read_data_block(tar, &data, &size, &offset)) == ARCHIVE_OK) {
        const char* at = static_cast<const char*>(data);
        while (size) {
            ssize_t n = ::pwrite(fd.get(), at, size, offset);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) fail_entry("write", path);
            at += n;
            offset += n;
            size -= static_cast<size_t>(n);
        }
    }
    if (code != ARCHIVE_EOF) give_up(std::string("layer is damaged: ") + (::archive_error_string(tar) ? ::archive_error_string(tar) : "bad data"));
}

void set_metadata(archive_entry* entry, const std::string& path, bool is_link) {
    if (::lchown(path.c_str(), static_cast<uid_t>(::archive_entry_uid(entry)), static_cast<gid_t>(::archive_entry_gid(entry))) < 0) fail_entry("chown", path);
    if (!is_link && ::chmod(path.c_str(), ::archive_entry_perm(entry) & 07777) < 0) fail_entry("chmod", path);
    ::archive_entry_xattr_reset(entry);
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    while (::archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
        // overlayfs' own attributes would change what other layers show.
        if (!name || std::string_view(name).starts_with("trusted.")) continue;
        if (::lsetxattr(path.c_str(), name, value, size, 0) < 0 && errno != ENOTSUP && errno != EPERM) fail_entry("set attribute", path);
    }
    timespec times[2] = {{::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)}, {::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)}};
    ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

struct FolderTime {
    std::string path;
    timespec time;
};

void unpack_entry(archive* tar, archive_entry* entry, std::vector<FolderTime>& folders) {
    auto path = clean_path(::archive_entry_pathname(entry));
    if (path.empty() || whiteout(path)) {
        if (path.empty()) ::chmod("/", ::archive_entry_perm(entry) & 07777);
        return;
    }
    make_parents(path);
    const auto type = ::archive_entry_filetype(entry);
    clear_way(path, type == AE_IFDIR);
    if (const char* link = ::archive_entry_hardlink(entry)) {
        auto target = clean_path(link);
        // The kernel follows no symbolic link here, and chroot keeps the rest.
        if (::linkat(AT_FDCWD, target.c_str(), AT_FDCWD, path.c_str(), 0) < 0) fail_entry("link", path);
        return;
    }
    if (type == AE_IFDIR) {
        if (::mkdir(path.c_str(), 0755) < 0 && errno != EEXIST) fail_entry("make folder", path);
        folders.push_back({path, {::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)}});
    } else if (type == AE_IFREG) {
        write_file(tar, path, 0600);
    } else if (type == AE_IFLNK) {
        const char* target = ::archive_entry_symlink(entry);
        if (!target || ::symlink(target, path.c_str()) < 0) fail_entry("make symbolic link", path);
    } else if (type == AE_IFCHR || type == AE_IFBLK || type == AE_IFIFO) {
        if (::mknod(path.c_str(), type, ::archive_entry_rdev(entry)) < 0) fail_entry("make device", path);
    } else {
        return;   // sockets mean nothing in an image
    }
    set_metadata(entry, path, type == AE_IFLNK);
}

}  // namespace

int unpack_main(int argc, char** argv) {
    if (argc < 1) return 2;
    enter_jail(argv[0]);
    TarStream stream;
    archive* tar = ::archive_read_new();
    ::archive_read_support_format_tar(tar);
    ::archive_read_support_format_empty(tar);
    if (::archive_read_open(tar, &stream, nullptr, read_tar, nullptr) != ARCHIVE_OK) give_up("layer is no tar archive");
    std::vector<FolderTime> folders;
    archive_entry* entry = nullptr;
    int code;
    for (int64_t count = 0; (code = ::archive_read_next_header(tar, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN; ++count) {
        if (count >= kEntriesMax) give_up("layer has too many entries");
        unpack_entry(tar, entry, folders);
    }
    if (code != ARCHIVE_EOF) give_up(std::string("layer is damaged: ") + (::archive_error_string(tar) ? ::archive_error_string(tar) : "bad header"));
    // The digest covers the padding behind the archive's end too.
    while (!stream.next().empty()) {}
    for (auto it = folders.rbegin(); it != folders.rend(); ++it) {
        timespec times[2] = {it->time, it->time};
        ::utimensat(AT_FDCWD, it->path.c_str(), times, AT_SYMLINK_NOFOLLOW);
    }
    auto line = "done " + stream.digest() + " " + std::to_string(stream.total()) + "\n";
    [[maybe_unused]] auto n = ::write(1, line.data(), line.size());
    ::_exit(0);
}

}  // namespace skiff::agent::images
