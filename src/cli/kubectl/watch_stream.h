// A watch on the calling thread: events in order until on_event returns false, the server ends it, or an error. For kubectl's verbs that wait.
#pragma once

#include <functional>
#include <string>

#include "cli/kubectl/session.h"

namespace skiff::cli::kubectl {

// type: ADDED, MODIFIED, DELETED, BOOKMARK. path: of the list, with its query; watch=true is added.
Status watch_events(Session& session, const std::string& path, const std::string& accept,
                    const std::function<bool(const std::string& type, const json::Value& object)>& on_event);

}  // namespace skiff::cli::kubectl
