// Writes of an object's status: only when it differs, as an update of the status subresource with the revision that was read.
#pragma once

#include "client/client.h"

namespace skiff::controllers {

// The object as written, or as it was when nothing changed. An object that is gone is no error (null).
Result<api::ObjectPtr> update_status(client::Client& client, const api::Gvr& gvr, const api::ObjectPtr& object, const json::Value& status);

// Sets key, or removes it when the value is zero, false or empty: what Go's omitempty leaves out.
void set_or_omit(json::Value& object, std::string_view key, json::Value value);

// Nothing differs but the number of pods that are still ending.
bool only_terminating_differs(const json::Value& before, const json::Value& after);

}  // namespace skiff::controllers
