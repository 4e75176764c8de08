#include "client/credentials.h"

#include <sys/stat.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/strings.h"

namespace skiff::client {

Credentials::Credentials(const RemoteConfig& config)
    : token_(config.token),
      token_file_(config.token_file),
      basic_(config.username.empty() ? "" : "Basic " + base64_encode(config.username + ":" + config.password)),
      impersonate_user_(config.impersonate_user),
      impersonate_groups_(config.impersonate_groups) {}

std::string Credentials::token() {
    if (token_file_.empty()) return token_;
    struct stat info {};
    if (stat(token_file_.c_str(), &info) != 0) return token_;
    int64_t changed = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
    std::lock_guard lock(mutex_);
    if (changed != file_changed_ns_) {
        auto text = file::read(token_file_, 64 << 10);
        if (text.ok()) {
            file_token_ = std::string(trim(*text));
            file_changed_ns_ = changed;
        }
    }
    return file_token_.empty() ? token_ : file_token_;
}

void Credentials::add_to(net::Headers& headers) {
    if (std::string bearer = token(); !bearer.empty()) headers.set("Authorization", "Bearer " + bearer);
    else if (!basic_.empty()) headers.set("Authorization", basic_);
    if (impersonate_user_.empty()) return;
    headers.set("Impersonate-User", impersonate_user_);
    for (const auto& group : impersonate_groups_) headers.add("Impersonate-Group", group);
}

}  // namespace skiff::client
