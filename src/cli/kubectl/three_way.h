// The patch of `kubectl apply`: from what the file said last time, what the server has and what the file says now. What the file dropped is
// deleted, what it says is set, what others added stays. Pure; any thread.
#pragma once

#include "api/schema.h"
#include "json/value.h"

namespace skiff::cli::kubectl {

// With the kind's schema: a strategic merge patch ({} when nothing is to change). Without (CRDs): a JSON merge patch.
json::Value three_way_patch(const api::TypeSchema* schema, const json::Value& before, const json::Value& current, const json::Value& wanted);

}  // namespace skiff::cli::kubectl
