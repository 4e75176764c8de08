#include "agent/pods/users.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "base/fd.h"
#include "base/strings.h"

namespace skiff::agent::pods {

namespace {

constexpr size_t kFileBytesMax = 1 << 20;

struct PasswdLine {
    std::string name, home;
    int64_t uid, gid;
};

std::optional<PasswdLine> find_user(std::string_view passwd, const std::string& name, std::optional<int64_t> uid) {
    for (const auto line : split_views(passwd, '\n')) {
        const auto fields = split_views(line, ':');
        if (fields.size() < 6) continue;
        const auto line_uid = parse_int(fields[2]), line_gid = parse_int(fields[3]);
        if (!line_uid || !line_gid) continue;
        if (uid ? *line_uid == *uid : fields[0] == name) return PasswdLine{std::string(fields[0]), std::string(fields[5]), *line_uid, *line_gid};
    }
    return std::nullopt;
}

std::optional<int64_t> find_group(std::string_view group, const std::string& name) {
    for (const auto line : split_views(group, '\n')) {
        const auto fields = split_views(line, ':');
        if (fields.size() >= 3 && fields[0] == name) return parse_int(fields[2]);
    }
    return std::nullopt;
}

std::vector<int64_t> groups_with(std::string_view group, const std::string& user) {
    std::vector<int64_t> result;
    for (const auto line : split_views(group, '\n')) {
        const auto fields = split_views(line, ':');
        if (fields.size() < 4) continue;
        const auto members = split_views(fields[3], ',');
        const auto id = parse_int(fields[2]);
        if (id && std::find(members.begin(), members.end(), user) != members.end()) result.push_back(*id);
    }
    return result;
}

}  // namespace

Result<User> resolve_user(const std::string& spec, std::optional<int64_t> uid, std::optional<int64_t> gid, std::string_view passwd, std::string_view group) {
    const size_t colon = spec.find(':');
    const std::string user_part = spec.substr(0, colon), group_part = colon == std::string::npos ? "" : spec.substr(colon + 1);
    User user;
    std::optional<int64_t> wanted = uid;
    if (!wanted && user_part.empty()) wanted = 0;
    if (!wanted) wanted = parse_int(user_part);
    const auto known = find_user(passwd, user_part, wanted);
    if (known) {
        user = {known->uid, known->gid, {}, known->home.empty() ? "/" : known->home, known->name};
        user.groups = groups_with(group, known->name);
    } else if (wanted) {
        user.uid = *wanted;
    } else {
        return error(Reason::NotFound, "unable to find user {}: no matching entries in passwd file", user_part);
    }
    if (gid) {
        user.gid = *gid;
    } else if (!uid && !group_part.empty()) {
        auto id = parse_int(group_part);
        if (!id) id = find_group(group, group_part);
        if (!id) return error(Reason::NotFound, "unable to find group {}: no matching entries in group file", group_part);
        user.gid = *id;
    }
    return user;
}

std::string read_in_root(const std::string& rootfs, const std::string& path) {
    Fd root(::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return {};
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    Fd opened(static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
    struct stat info;
    if (!opened || ::fstat(opened.get(), &info) != 0 || !S_ISREG(info.st_mode) || static_cast<size_t>(info.st_size) > kFileBytesMax) return {};
    std::string content(static_cast<size_t>(info.st_size), '\0');
    size_t have = 0;
    while (have < content.size()) {
        const ssize_t got = ::read(opened.get(), content.data() + have, content.size() - have);
        if (got <= 0) break;
        have += static_cast<size_t>(got);
    }
    content.resize(have);
    return content;
}

}  // namespace skiff::agent::pods
