// LocalClient: client::Client in the server's process: the same pipeline without HTTP. Objects of lists and watches are the cache's own,
// shared, in their storage version unless the asked version differs.
#pragma once

#include <memory>

#include "client/client.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {

enum class RunAuthorizer { Yes, No };

std::shared_ptr<client::Client> make_local_client(Core& core, User user, RunAuthorizer authorize);

}  // namespace skiff::apiserver
