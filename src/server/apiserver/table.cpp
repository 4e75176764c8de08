#include "server/apiserver/table.h"

#include "api/kinds/column_cells.h"
#include "server/apiserver/registry/conversion.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kNameDescription =
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an "
    "appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";
constexpr std::string_view kCreatedDescription =
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across "
    "separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. "
    "More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

json::Value definition(std::string_view name, std::string_view type, std::string_view format, std::string_view description, int priority) {
    return json::Value::object({{"name", name}, {"type", type}, {"format", format}, {"description", description}, {"priority", priority}});
}

std::string meta_version(const Form& form) { return "meta.k8s.io/" + (form.as_version.empty() ? std::string("v1") : form.as_version); }

}  // namespace

json::Value column_definitions(const api::KindInfo& kind) {
    json::Value out = json::Value::array();
    if (kind.columns.empty()) {
        out.push_back(definition("Name", "string", "name", kNameDescription, 0));
        out.push_back(definition("Created At", "date", "", kCreatedDescription, 0));
        return out;
    }
    for (const api::Column& column : kind.columns) {
        std::string_view description = column.description;
        if (description.empty() && column.name == "Name" && column.format == "name") description = kNameDescription;
        if (description.empty() && column.name == "Age") description = kCreatedDescription;
        out.push_back(definition(column.name, column.type, column.format, description, column.priority));
    }
    return out;
}

json::Value partial_object(const json::Value& object, const std::string& version) {
    json::Value out = json::Value::object({{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/" + version}});
    out.set("metadata", object["metadata"]);
    // A field that v1 shows as an annotation is none inside Kubernetes, where this form is made.
    if (object["kind"].as_string() == "DaemonSet")
        if (json::Value* annotations = out.mut("metadata").find("annotations")) {
            annotations->erase("deprecated.daemonset.template.generation");
            if (annotations->empty()) out.mut("metadata").erase("annotations");
        }
    return out;
}

json::Value table_row(const api::KindInfo& kind, const json::Value& given, const Form& form, WallTime now) {
    json::Value stored;
    if (is_shown_in_storage_version(kind)) stored = in_storage_version(given);
    const json::Value& object = stored.is_null() ? given : stored;
    json::Value cells = json::Value::array();
    if (kind.columns.empty()) {
        cells.push_back(object["metadata"]["name"]);
        cells.push_back(object["metadata"]["creationTimestamp"]);
    }
    for (const api::Column& column : kind.columns) cells.push_back(column.cell ? column.cell(object, now) : json::Value());
    if (kind.plural == "ipaddresses") cells.push_back(api::kinds::age(object, now));   // more than its columns, as in Kubernetes
    json::Value row = json::Value::object({{"cells", std::move(cells)}});
    // Clients that hide what is over look at this.
    if (const std::string& phase = object["status"]["phase"].as_string(); kind.plural == "pods" && (phase == "Succeeded" || phase == "Failed")) {
        const char* message = phase == "Failed" ? "The pod failed." : "The pod has completed successfully.";
        row.set("conditions", json::Value::array({json::Value::object({{"type", "Completed"}, {"status", "True"}, {"reason", phase}, {"message", message}})}));
    }
    if (form.include == Form::Include::Object) row.set("object", given);
    else if (form.include == Form::Include::Metadata) row.set("object", partial_object(object, form.as_version.empty() ? "v1" : form.as_version));
    else row.set("object", nullptr);
    return row;
}

json::Value make_table(const api::KindInfo& kind, json::Value metadata, json::Value rows, const Form& form, bool columns) {
    json::Value table = json::Value::object({{"kind", "Table"}, {"apiVersion", meta_version(form)}});
    table.set("metadata", std::move(metadata));
    table.set("columnDefinitions", columns ? column_definitions(kind) : json::Value());
    // Kinds without columns of their own have null for no rows.
    table.set("rows", kind.columns.empty() && rows.empty() ? json::Value() : std::move(rows));
    return table;
}

}  // namespace skiff::apiserver
