// Tables (meta.k8s.io Table) and PartialObjectMetadata from objects, by the columns of the kind. Pure; any thread.
#pragma once

#include <vector>

#include "api/kind.h"
#include "api/object.h"
#include "base/clock.h"
#include "json/value.h"
#include "server/apiserver/negotiate.h"

namespace skiff::apiserver {

json::Value column_definitions(const api::KindInfo& kind);
// One row; the object in the version of kind.
json::Value table_row(const api::KindInfo& kind, const json::Value& object, const Form& form, WallTime now);
// metadata: of the list or, for one object, its resourceVersion.
json::Value make_table(const api::KindInfo& kind, json::Value metadata, json::Value rows, const Form& form, bool columns);
json::Value partial_object(const json::Value& object, const std::string& version);

}  // namespace skiff::apiserver
