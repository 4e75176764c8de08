#include "agent/volumes/atomic_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <set>

#include "base/file.h"
#include "base/random.h"
#include "base/strings.h"

namespace skiff::agent::volumes {

namespace {

constexpr const char* kData = "..data";

std::string first_part(const std::string& path) { return path.substr(0, path.find('/')); }

std::string read_link(const std::string& path) {
    char buffer[4096];
    const ssize_t size = ::readlink(path.c_str(), buffer, sizeof buffer);
    return size > 0 ? std::string(buffer, static_cast<size_t>(size)) : std::string();
}

mode_t effective_mode(const FileEntry& entry, int64_t group) { return group >= 0 ? entry.mode | 0440 : entry.mode; }

bool same_file(const std::string& path, const FileEntry& entry, int64_t group) {
    struct stat info;
    if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
    if ((info.st_mode & 07777) != effective_mode(entry, group) || info.st_size != static_cast<off_t>(entry.content.size())) return false;
    auto content = file::read(path);
    return content.ok() && *content == entry.content;
}

size_t count_files(const std::string& dir) {
    size_t count = 0;
    auto names = file::list_dir(dir);
    if (!names.ok()) return 0;
    for (const auto& name : *names) count += file::is_dir(dir + "/" + name) ? count_files(dir + "/" + name) : 1;
    return count;
}

bool unchanged(const std::string& data_dir, const Payload& payload, int64_t group) {
    if (count_files(data_dir) != payload.size()) return false;
    for (const auto& [path, entry] : payload)
        if (!same_file(data_dir + "/" + path, entry, group)) return false;
    return true;
}

Status write_files(const std::string& dir, const Payload& payload, int64_t group) {
    for (const auto& [path, entry] : payload) {
        const std::string full = dir + "/" + path;
        if (const size_t slash = path.rfind('/'); slash != std::string::npos) TRY(file::make_dirs(dir + "/" + path.substr(0, slash)));
        TRY(file::write_volatile(full, entry.content, 0600));
        if (entry.owner_uid >= 0 || group >= 0)
            if (::chown(full.c_str(), entry.owner_uid >= 0 ? static_cast<uid_t>(entry.owner_uid) : static_cast<uid_t>(-1),
                        group >= 0 ? static_cast<gid_t>(group) : static_cast<gid_t>(-1)) != 0)
                return errno_status("chown " + full, errno);
        if (::chmod(full.c_str(), effective_mode(entry, group)) != 0) return errno_status("chmod " + full, errno);
    }
    return {};
}

Status replace_link(const std::string& target, const std::string& path) {
    const std::string temporary = path + "_tmp";
    ::unlink(temporary.c_str());
    if (::symlink(target.c_str(), temporary.c_str()) != 0) return errno_status("symlink " + temporary, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) return errno_status("rename " + temporary, errno);
    return {};
}

std::string new_dir_name() {
    const time_t now = ::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[64];
    ::strftime(text, sizeof text, "..%Y_%m_%d_%H_%M_%S.", &parts);
    return text + std::to_string(random_u64() % 10'000'000'000ULL);
}

// Links for names that came, none for names that went; leftovers of a crash go as well.
Status fix_names(const std::string& dir, const Payload& payload, const std::string& current) {
    std::set<std::string> names;
    for (const auto& [path, entry] : payload) names.insert(first_part(path));
    for (const auto& name : names)
        if (read_link(dir + "/" + name) != std::string(kData) + "/" + name) TRY(replace_link(std::string(kData) + "/" + name, dir + "/" + name));
    for (const auto& name : TRY(file::list_dir(dir))) {
        if (name == kData || name == current || names.count(name)) continue;
        TRY(file::remove_tree(dir + "/" + name));
    }
    return {};
}

}  // namespace

Result<bool> write_atomic_dir(const std::string& dir, const Payload& payload, int64_t group) {
    TRY(file::make_dirs(dir));
    const std::string before = read_link(dir + "/" + kData);
    if (!before.empty() && unchanged(dir + "/" + before, payload, group)) {
        TRY(fix_names(dir, payload, before));
        return false;
    }
    const std::string name = new_dir_name();
    TRY(file::make_dirs(dir + "/" + name));
    if (group >= 0 && ::chown((dir + "/" + name).c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(group)) != 0) return errno_status("chown " + dir, errno);
    TRY(write_files(dir + "/" + name, payload, group));
    TRY(replace_link(name, dir + "/" + kData));
    TRY(fix_names(dir, payload, name));
    return true;
}

}  // namespace skiff::agent::volumes
