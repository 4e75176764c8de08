// Credentials: the Authorization and Impersonate headers of requests. A token file is read again when it changes (kubelet renews
// projected tokens in place). Any thread.
#pragma once

#include <mutex>
#include <string>

#include "client/remote_client.h"

namespace skiff::client {

class Credentials {
public:
    explicit Credentials(const RemoteConfig& config);
    void add_to(net::Headers& headers);

private:
    std::string token();
    const std::string token_, token_file_, basic_, impersonate_user_;
    const std::vector<std::string> impersonate_groups_;
    std::mutex mutex_;
    std::string file_token_;
    int64_t file_changed_ns_ = -1;
};

}  // namespace skiff::client
