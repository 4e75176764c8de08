// Messages with file descriptors over unix sockets (unix(7), SCM_RIGHTS). Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/status.h"

namespace skiff::agent::runtime {

struct UnixMessage {
    std::string bytes;
    std::vector<Fd> fds;
};

Result<Fd> listen_unix(const std::string& path);      // replaces what is there; 0600
Result<Fd> connect_unix(const std::string& path);
Status send_message(int socket, std::string_view bytes, const std::vector<int>& fds);
Result<UnixMessage> receive_message(int socket);      // blocks

}  // namespace skiff::agent::runtime
