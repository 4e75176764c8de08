// Reading of resources that are made when asked for (Core::made). They may block: pool threads, or a local client's caller.
#pragma once

#include <string>

#include "server/apiserver/core.h"
#include "server/apiserver/encode.h"

namespace skiff::apiserver {

Result<Answer> get_made(Core& core, RequestContext& context);
Result<ListAnswer> list_made(Core& core, const RequestContext& context, const std::string& label_selector, const std::string& field_selector);

}  // namespace skiff::apiserver
