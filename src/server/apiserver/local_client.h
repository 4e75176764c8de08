// LocalClient: client::Client in the server's process: the same pipeline without HTTP. Objects of lists and watches are the cache's own,
// shared, in their storage version unless the asked version differs. What other servers serve (aggregated APIs) is had through raw(), and
// by get() and list() of resources that are theirs.
#pragma once

#include <memory>

#include "client/client.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

class Aggregator;
enum class RunAuthorizer { Yes, No };

// aggregator: null without foreign servers.
std::shared_ptr<client::Client> make_local_client(Core& core, User user, RunAuthorizer authorize, const Aggregator* aggregator = nullptr);

}  // namespace skiff::apiserver
