// One line of the audit log: an audit.k8s.io/v1 Event. Pure; any thread.
#pragma once

#include <string>

#include "server/apiserver/audit/policy.h"

namespace skiff::apiserver::audit {

struct Answered {
    const RequestContext& context;
    const net::Request& request;
    const User& user;                       // who authenticated; context.attributes.user is whom they act for
    int code = 0;                           // 0 before the answer
    WallTime received, answered;
    const net::Response* response = nullptr;   // of an answer in one piece
    Stage stage = Stage::ResponseComplete;
    const api::KindRegistry* kinds = nullptr;  // to read bodies in protobuf; null: those are left out
};

// JSON without a line end; at most some kilobytes beside the bodies, which are left out when they are larger than 64 KiB.
std::string event_line(const Answered& answered, const Wanted& wanted);

}  // namespace skiff::apiserver::audit
