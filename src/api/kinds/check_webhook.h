// Where a webhook is called: the URL or the service of its client configuration, as apiserver/pkg/util/webhook checks them. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void check_webhook_url(std::string_view url, const FieldPath& path, FieldErrors& errors);
void check_webhook_service(const json::Value& service, const FieldPath& path, FieldErrors& errors);

}  // namespace skiff::api::kinds
