// One line of the audit log: an audit.k8s.io/v1 Event of stage ResponseComplete. Pure; any thread.
#pragma once

#include <string>

#include "server/apiserver/audit/policy.h"

namespace skiff::apiserver::audit {

struct Answered {
    const RequestContext& context;
    const net::Request& request;
    const User& user;             // who authenticated; context.attributes.user is whom they act for
    int code = 0;
    WallTime received, answered;
};

// JSON without a line end; at most some kilobytes beside the request's body.
std::string event_line(const Answered& answered, Level level);

}  // namespace skiff::apiserver::audit
