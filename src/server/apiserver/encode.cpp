#include "server/apiserver/encode.h"

#include "api/decode.h"
#include "json/write.h"
#include "json/yaml.h"
#include "server/apiserver/protobuf_form.h"
#include "server/apiserver/table.h"

namespace skiff::apiserver {
namespace {

// Pieces of a long list, so that no single buffer grows to the size of the whole answer.
constexpr size_t kPieceBytes = 1 << 20;

// Items of a typed list carry no kind and apiVersion: what follows them in the stored bytes.
std::string_view without_type(std::string_view bytes, const api::KindInfo& kind) {
    std::string prefix = fmt::format("{{\"kind\":\"{}\",\"apiVersion\":\"{}\",", kind.gvk.kind, kind.gvk.api_version());
    if (bytes.substr(0, prefix.size()) == prefix) bytes.remove_prefix(prefix.size());
    else return {};
    return bytes;
}

// Lists of definitions' objects are no type of Kubernetes: they always have a token, and their items say what they are.
json::Value list_metadata(const api::KindInfo& kind, const ListAnswer& list) {
    json::Value metadata = json::Value::object();
    if (list.revision != 0) metadata.set("resourceVersion", std::to_string(list.revision));   // what is not stored has none
    if (kind.custom || !list.continue_token.empty()) metadata.set("continue", list.continue_token);
    if (list.remaining) metadata.set("remainingItemCount", *list.remaining);
    return metadata;
}

std::string text_of(const json::Value& value, const Form& form) {
    if (form.media == MediaType::Yaml) return json::write_yaml(value);
    return form.pretty ? json::write_pretty(value, 2) : json::write(value) + "\n";
}

json::Value shown(const Core& core, const api::KindInfo& kind, const api::Object& object, const Form& form, bool columns, const std::string* revision) {
    json::Value tree = tree_as(core, object, kind);
    if (form.as == Form::As::PartialObject) return partial_object(tree, form.as_version);
    if (form.as != Form::As::Table) return tree;
    json::Value metadata = json::Value::object({{"resourceVersion", revision ? json::Value(*revision) : tree["metadata"]["resourceVersion"]}});
    return make_table(kind, std::move(metadata), json::Value::array({table_row(kind, tree, form, core.clock.now())}), form, columns);
}

std::vector<net::Bytes> concatenate(const Core& core, const api::KindInfo& kind, const ListAnswer& list) {
    std::vector<net::Bytes> pieces;
    std::string text = fmt::format("{{\"kind\":\"{}\",\"apiVersion\":\"{}\",\"metadata\":", kind.list_kind, kind.gvk.api_version());
    size_t total = 0;
    for (const ItemPtr& item : list.items) total += item->object->bytes()->size();
    text.reserve(std::min(total + 4096, kPieceBytes + (64 << 10)));
    json::append(text, list_metadata(kind, list));
    text.append(",\"items\":[");
    bool first = true;
    for (const ItemPtr& item : list.items) {
        if (!std::exchange(first, false)) text.push_back(',');
        api::Bytes bytes = bytes_as(core, *item->object, kind);
        std::string_view rest = kind.custom ? std::string_view() : without_type(*bytes, kind);
        if (rest.empty()) text.append(*bytes);
        else text.append("{").append(rest);
        if (text.size() >= kPieceBytes) {
            pieces.push_back(net::make_bytes(std::move(text)));
            text = std::string();
            text.reserve(kPieceBytes + (64 << 10));
        }
    }
    text.append("]}\n");
    pieces.push_back(net::make_bytes(std::move(text)));
    return pieces;
}

json::Value list_value(const Core& core, const api::KindInfo& kind, const ListAnswer& list, const Form& form) {
    if (form.as == Form::As::Table) {
        json::Value rows = json::Value::array();
        WallTime now = core.clock.now();
        for (const ItemPtr& item : list.items) rows.push_back(table_row(kind, tree_as(core, *item->object, kind), form, now));
        return make_table(kind, list_metadata({}, list), std::move(rows), form, true);
    }
    bool partial = form.as == Form::As::PartialObject;
    json::Value out = json::Value::object({{"kind", partial ? "PartialObjectMetadataList" : kind.list_kind.c_str()},
                                           {"apiVersion", partial ? "meta.k8s.io/" + form.as_version : kind.gvk.api_version()}});
    out.set("metadata", list_metadata(partial ? api::KindInfo() : kind, list));
    // Kubernetes makes lists of metadata itself: without an item they have none.
    json::Value items = partial && list.items.empty() && form.media != MediaType::Protobuf ? json::Value() : json::Value::array();
    for (const ItemPtr& item : list.items) {
        json::Value tree = tree_as(core, *item->object, kind);
        if (partial) {
            tree = partial_object(tree, form.as_version);
        } else if (!kind.custom) {
            tree.erase("kind");
            tree.erase("apiVersion");
        }
        items.push_back(std::move(tree));
    }
    out.set("items", std::move(items));
    return out;
}

std::string event_json(std::string_view type, std::string_view object) {
    std::string line;
    line.reserve(object.size() + 40);
    line.append("{\"type\":\"").append(type).append("\",\"object\":").append(object).append("}\n");
    return line;
}

Result<net::Bytes> event_of(const Core& core, std::string_view type, const json::Value& object, std::string_view schema, const Form& form) {
    if (form.media == MediaType::Protobuf) return protobuf_event(core.kinds, type, object, schema);
    if (form.media == MediaType::Yaml) {
        json::Value event = json::Value::object({{"type", type}, {"object", object}});
        return net::make_bytes("---\n" + json::write_yaml(event));
    }
    return net::make_bytes(event_json(type, json::write(object)));
}

std::string_view schema_of(const api::KindInfo& kind, const Form& form) {
    if (form.as == Form::As::PartialObject) return "meta.v1.PartialObjectMetadata";
    return kind.type_name;
}

}  // namespace

Result<net::Bytes> encode_object(const Core& core, const api::KindInfo& kind, const api::ObjectPtr& object, const Form& form) {
    if (form.as == Form::As::Object && form.media == MediaType::Json && !form.pretty) return bytes_as(core, *object, kind);
    json::Value value = shown(core, kind, *object, form, true, nullptr);
    if (form.media == MediaType::Protobuf) return protobuf_value(core.kinds, value, schema_of(kind, form));
    return net::make_bytes(text_of(value, form));
}

Result<net::Bytes> encode_value(const Core& core, const json::Value& value, std::string_view type, const Form& form) {
    if (form.media == MediaType::Protobuf) return protobuf_value(core.kinds, value, type);
    return net::make_bytes(text_of(value, form));
}

Result<std::vector<net::Bytes>> encode_list(const Core& core, const api::KindInfo& kind, const ListAnswer& list, const Form& form) {
    if (form.as == Form::As::Object && form.media == MediaType::Json && !form.pretty) return concatenate(core, kind, list);
    if (form.media == MediaType::Protobuf) {
        json::Value value = list_value(core, kind, list, form);
        std::string type = form.as == Form::As::PartialObject ? "meta.v1.PartialObjectMetadataList" : kind.type_name + "List";
        return std::vector<net::Bytes>{TRY(protobuf_value(core.kinds, value, type))};
    }
    return std::vector<net::Bytes>{net::make_bytes(text_of(list_value(core, kind, list, form), form))};
}

Result<net::Bytes> encode_event(const Core& core, const api::KindInfo& kind, std::string_view type, const api::ObjectPtr& object, const Form& form, bool columns) {
    if (form.as == Form::As::Object && form.media == MediaType::Json) return net::make_bytes(event_json(type, *bytes_as(core, *object, kind)));
    return event_of(core, type, shown(core, kind, *object, form, columns, nullptr), schema_of(kind, form), form);
}

Result<net::Bytes> encode_bookmark(const Core& core, const api::KindInfo& kind, int64_t revision, bool initial_end, const Form& form, bool columns) {
    json::Value metadata = json::Value::object({{"resourceVersion", std::to_string(revision)}});
    if (initial_end) metadata.set("annotations", json::Value::object({{"k8s.io/initial-events-end", "true"}}));
    json::Value object = json::Value::object({{"kind", kind.gvk.kind}, {"apiVersion", kind.gvk.api_version()}, {"metadata", metadata}});
    if (form.as == Form::As::PartialObject) {
        object.set("kind", "PartialObjectMetadata");
        object.set("apiVersion", "meta.k8s.io/" + form.as_version);
    } else if (!kind.custom) {   // an object of which nothing else is said
        (void)api::normalize_kind(kind, object);
        // What conversions from Kubernetes' internal form add.
        if (kind.gvk.group == "apps" && object["spec"].has("template") && kind.plural != "daemonsets") object.mut("spec").set("replicas", 0);
        if (kind.plural == "daemonsets") object.mut("metadata").mut("annotations").set("deprecated.daemonset.template.generation", "0");
    }
    if (form.as == Form::As::Table) {
        object.mut("metadata").set("name", "");
        json::Value row = table_row(kind, object, form, core.clock.now());
        object.mut("metadata").erase("name");
        // Texts and times that nobody has set.
        for (json::Value& cell : row.mut("cells").mut_items())
            if (cell.is_null()) cell = kind.columns.empty() ? "0001-01-01T00:00:00Z" : "";
        const bool whole = form.include == Form::Include::Object;
        if (form.include != Form::Include::None)
            row.set("object", json::Value::object({{"kind", whole ? kind.gvk.kind : "PartialObjectMetadata"}, {"apiVersion", whole ? kind.gvk.api_version() : "meta.k8s.io/" + form.as_version}, {"metadata", std::move(metadata)}}));
        object = make_table(kind, json::Value::object({{"resourceVersion", std::to_string(revision)}}), json::Value::array({std::move(row)}), form, columns);
    }
    return event_of(core, "BOOKMARK", object, schema_of(kind, form), form);
}

Result<net::Bytes> encode_error_event(const Core& core, const Status& status, const Form& form) {
    return event_of(core, "ERROR", status_value(status), "meta.v1.Status", form);
}

}  // namespace skiff::apiserver
