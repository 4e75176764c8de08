// Status as metav1.Status JSON and back. Any thread.
#pragma once

#include "base/status.h"
#include "json/value.h"

namespace skiff::api {

// A failure. details are left out when the status has none.
json::Value status_object(const Status& status);
// A body that a server answered; http_code is used when it has no code or is no Status.
Status status_from_object(const json::Value& object, int http_code);

}  // namespace skiff::api
