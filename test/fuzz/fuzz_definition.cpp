// The schema of a definition and an object of it, in one JSON document {"schema": ..., "object": ...}: what the checks accept must compile, prune,
// set defaults and validate.
#include <cstdint>
#include <string_view>

#include "api/structural/check.h"
#include "api/structural/prune.h"
#include "api/structural/validate.h"
#include "json/parse.h"

using namespace skiff;
using namespace skiff::api::structural;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    auto input = json::parse({reinterpret_cast<const char*>(data), size});
    if (!input.ok()) return 0;
    api::FieldErrors wrong;
    check_schema((*input)["schema"], StatusSubresource::No, api::FieldPath("schema"), wrong);
    if (!wrong.empty()) return 0;
    const Schema schema = compile((*input)["schema"]);
    json::Value object = (*input)["object"];
    prune(object, schema, Root::Yes);
    drop_nulls(object, schema);
    if (!defaults_fit(object, schema)) return 0;
    set_defaults(object, schema);
    api::FieldErrors errors;
    validate(object, &(*input)["object"], schema, api::FieldPath(), errors);
    validate_lists(object, schema, api::FieldPath(), errors);
    validate_embedded(object, schema, api::FieldPath(), errors);
    return 0;
}
