#include "unit/api/kinds/kind_case.h"

#include <stdexcept>

#include "api/decode.h"
#include "api/defaulting.h"
#include "api/timestamp.h"
#include "json/parse.h"
#include "json/write.h"

using namespace skiff;
using namespace skiff::api;

namespace {

const KindInfo& kind_of(std::string_view group, std::string_view version, std::string_view kind) {
    static const auto registry = KindRegistry::builtin();
    const KindInfo* info = registry->find(Gvk{std::string(group), std::string(version), std::string(kind)});
    if (!info) throw std::runtime_error("no such kind");
    return *info;
}

json::Value decoded(const KindInfo& kind, std::string_view text) {
    auto object = decode_json(kind.gvk, *kind.schema, text);
    if (!object.ok()) throw std::runtime_error(object.status().message());
    set_defaults(kind, *object);
    return std::move(object).value();
}

std::vector<std::string> texts(const FieldErrors& errors) {
    std::vector<std::string> out;
    for (const auto& cause : errors.causes()) out.push_back(cause.field + ": " + cause.message);
    return out;
}

}  // namespace

json::Value made(std::string_view group, std::string_view version, std::string_view kind_name, std::string_view text) {
    const KindInfo& kind = kind_of(group, version, kind_name);
    json::Value object = decoded(kind, text);
    object.mut("metadata").set("uid", "u-1");
    if (kind.scope == Scope::Namespaced) object.mut("metadata").set("namespace", "ns");
    if (kind.hooks.prepare_create) kind.hooks.prepare_create(object);
    return object;
}

std::vector<std::string> complaints(std::string_view group, std::string_view version, std::string_view kind, std::string_view text) {
    FieldErrors errors;
    kind_of(group, version, kind).hooks.validate_create(made(group, version, kind, text), errors);
    return texts(errors);
}

std::vector<std::string> update_complaints(std::string_view group, std::string_view version, std::string_view kind_name, std::string_view old_text,
                                           std::string_view text) {
    const KindInfo& kind = kind_of(group, version, kind_name);
    json::Value old = made(group, version, kind_name, old_text), object = made(group, version, kind_name, text);
    if (kind.hooks.prepare_update) kind.hooks.prepare_update(object, old);
    FieldErrors errors;
    kind.hooks.validate_update(object, old, errors);
    return texts(errors);
}

std::vector<std::string> cells(std::string_view group, std::string_view version, std::string_view kind_name, std::string_view text) {
    const KindInfo& kind = kind_of(group, version, kind_name);
    json::Value object = decoded(kind, text);
    WallTime now = *parse_time("2026-01-01T01:00:00Z");
    std::vector<std::string> out;
    for (const auto& column : kind.columns) {
        json::Value cell = column.cell(object, now);
        out.push_back(cell.is_string() ? cell.as_string() : json::write(cell));
    }
    return out;
}
