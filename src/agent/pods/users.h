// Users and groups of an image: names resolved in its own /etc/passwd and /etc/group, read without ever leaving the root file system.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace skiff::agent::pods {

struct User {
    int64_t uid = 0, gid = 0;
    std::vector<int64_t> groups;          // from /etc/group
    std::string home = "/", name;
};

// spec: the image's USER ("", uid, name, uid:gid, name:group). uid, gid override it where given. Pure.
Result<User> resolve_user(const std::string& spec, std::optional<int64_t> uid, std::optional<int64_t> gid, std::string_view passwd, std::string_view group);
// A file inside a root file system, symbolic links resolved as inside it (openat2 RESOLVE_IN_ROOT); "" when absent. Bounded.
std::string read_in_root(const std::string& rootfs, const std::string& path);

}  // namespace skiff::agent::pods
