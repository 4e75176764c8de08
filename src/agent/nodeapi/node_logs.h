// /logs/: the machine's log folder as the kubelet serves it: folders as lists of links, files as they are, in pieces.
#pragma once

#include <string>

#include "net/http_server.h"

namespace skiff::agent::nodeapi {

// path: what follows /logs/, in it no way out of root (symbolic links in it are followed: /var/log/containers are such). Blocking until the
// first piece is read; further ones are read on io threads as the client takes them.
void serve_log_files(const net::ExchangePtr& exchange, const std::string& root, const std::string& path);

}  // namespace skiff::agent::nodeapi
