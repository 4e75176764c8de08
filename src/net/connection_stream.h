// A Stream over a Connection: what an upgraded request, connect_tcp and a tunnel hand out.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/connection.h"
#include "net/stream.h"

namespace skiff::net {

// Any thread. The connection's events become the stream's on its loop; early is called then and gives what was read with the
// message before, which is delivered first.
std::shared_ptr<Stream> make_connection_stream(std::shared_ptr<Connection> connection, std::function<std::string()> early = {});

}  // namespace skiff::net
