#include "api/openapi.h"

#include <algorithm>
#include <functional>
#include <set>

#include "api/openapi_custom.h"
#include "api/openapi_gnostic.h"
#include "api/openapi_paths.h"
#include "api/protobuf_wire.h"
#include "base/hash.h"
#include "base/version.h"
#include "json/write.h"

namespace skiff::api {

namespace {

std::string path_of(const GroupVersion& version) {
    return version.group.empty() ? "api/" + version.version : "apis/" + version.group + "/" + version.version;
}

std::vector<const KindInfo*> kinds_of(const KindRegistry& kinds, std::string_view path) {
    std::vector<const KindInfo*> out;
    for (const auto* kind : kinds.all())
        if (path_of({kind->gvk.group, kind->gvk.version}) == path) out.push_back(kind);
    return out;
}

std::vector<const TypeSchema*> roots_of(const KindRegistry& kinds, const std::vector<const KindInfo*>& of) {
    std::vector<const TypeSchema*> roots{kinds.schemas().find("meta.v1.Status"), kinds.schemas().find("meta.v1.DeleteOptions"),
                                         kinds.schemas().find("meta.v1.APIResourceList"), kinds.schemas().find("meta.v1.WatchEvent")};
    for (const auto* kind : of) {
        if (kind->custom) {
            // Their definitions are made from the definition object (add_custom).
            roots.push_back(kinds.schemas().find("meta.v1.ObjectMeta"));
            roots.push_back(kinds.schemas().find("meta.v1.ListMeta"));
            if (kind->custom->scale) roots.push_back(kinds.schemas().find("autoscaling.v1.Scale"));
            continue;
        }
        roots.push_back(kind->schema);
        roots.push_back(list_schema(kinds, *kind));
        for (const auto& sub : kind->subresources) roots.push_back(subresource_schema(kinds, *kind, sub));
    }
    return roots;
}

// Text is appended piece by piece: a tree of the whole document would need many times its size.
class Document {
public:
    explicit Document(std::string head) : text_(std::move(head)) {}
    void open(std::string_view name) {
        json::append_quoted(text_, name);
        text_ += ":{";
        first_ = true;
    }
    void member(std::string_view name, const json::Value& value) {
        if (!first_) text_ += ',';
        first_ = false;
        json::append_quoted(text_, name);
        text_ += ':';
        json::append(text_, value);
    }
    void text_member(std::string_view name, std::string_view text) {
        member(name, {});
        text_.resize(text_.size() - 4);   // null
        text_ += text;
    }
    void raw(std::string_view text) { text_ += text; }
    std::string take() {
        text_.shrink_to_fit();
        return std::move(text_);
    }

private:
    std::string text_;
    bool first_ = true;
};

using Emit = OpenApi::Emit;

// The definitions of built-in types that a document has, in any of its forms.
void each_definition(const std::vector<const TypeSchema*>& roots, OpenApiVersion version, const TypeFacts& facts, const Emit& emit) {
    auto types = reachable(roots);
    for (const auto& [name, type] : types) emit(definition_name(name), definition_of(*type, version, facts));
    if (types.count("apiextensions.v1.JSONSchemaProps"))
        for (const auto& name : json_definitions()) emit(name, json::Value::object());
    for (const auto& [name, schema] : scalar_definitions(version)) emit(name, schema);
}

json::Value security_scheme() {
    return json::Value::object({{"type", "apiKey"}, {"description", "Bearer Token authentication"}, {"name", "authorization"}, {"in", "header"}});
}

// The version of the API, not of the release.
json::Value info() { return json::Value::object({{"title", "Kubernetes"}, {"version", kKubernetesVersion.substr(1, kKubernetesVersion.find('.', 3) - 1)}}); }

// Upper case, as kube-apiserver's.
std::string hex_of(Sha256& sha) {
    std::string hex = sha.hex_digest();
    for (char& c : hex)
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    return hex;
}

}  // namespace

Bytes OpenApi::index() {
    std::lock_guard lock(mutex_);
    if (!index_) index_ = std::make_shared<const std::string>(make_index({}));
    return index_;
}

void OpenApi::invalidate() {
    std::lock_guard lock(mutex_);
    index_.reset();
    v2_hash_.clear();
    documents_.clear();
}

void OpenApi::set_foreign(std::vector<std::shared_ptr<const ForeignOpenApi>> foreign) {
    std::lock_guard lock(mutex_);
    foreign_ = std::move(foreign);
    index_.reset();
    v2_hash_.clear();
    documents_.clear();
}

Bytes OpenApi::document(std::string_view path, Encoding encoding) {
    if (kinds_of(*kinds_, path).empty() && !plain_document(*kinds_, path)) return nullptr;
    return encoding == Encoding::Json ? cached(std::string(path), &OpenApi::make_document) : cached("protobuf " + std::string(path), &OpenApi::make_document_protobuf);
}

Bytes OpenApi::v2(Encoding encoding) { return encoding == Encoding::Json ? cached("v2", &OpenApi::make_v2) : cached("v2 protobuf", &OpenApi::make_v2_protobuf); }

std::string OpenApi::v2_hash() {
    Bytes all = index();
    std::lock_guard lock(mutex_);
    if (!v2_hash_.empty()) return v2_hash_;
    Sha256 sha;
    sha.update(*all);
    for (const auto& foreign : foreign_)
        for (const auto* texts : {&foreign->paths, &foreign->definitions})
            for (const auto& [name, text] : *texts) {
                sha.update(name);
                sha.update(text);
            }
    return v2_hash_ = hex_of(sha);
}

// Depends on nothing but the tables, so it needs no document to be made.
std::string OpenApi::hash(std::string_view path) const {
    auto kinds = kinds_of(*kinds_, path);
    if (kinds.empty()) return sha256_hex(kKubernetesVersion);   // of a document that never changes
    Sha256 sha;
    sha.update(kVersion);
    sha.update(kKubernetesVersion);
    for (const auto* kind : kinds) {
        sha.update(kind->plural);
        if (kind->custom) sha.update(fmt::format("{}/{}", kind->custom->definition->uid, kind->custom->definition->object->meta().generation));
        for (const auto& sub : kind->subresources) sha.update(sub.name);
    }
    for (const auto& [name, type] : reachable(roots_of(*kinds_, kinds))) {
        sha.update(name);
        for (const auto& field : type->fields()) {
            sha.update(field.name);
            sha.update(field.doc);
            sha.update(std::string_view(field.required ? "r" : "o"));
            char shape[] = {static_cast<char>('a' + static_cast<int>(field.value.kind)), static_cast<char>('a' + field.patch_strategy)};
            sha.update(std::string_view(shape, sizeof shape));
        }
    }
    return hex_of(sha);
}

Bytes OpenApi::cached(const std::string& name, std::string (OpenApi::*make)(std::string_view) const) {
    std::lock_guard lock(mutex_);
    auto& slot = documents_[name];
    if (auto bytes = slot.lock()) return bytes;
    auto bytes = std::make_shared<const std::string>((this->*make)(name));
    slot = bytes;
    return bytes;
}

std::string OpenApi::make_index(std::string_view) const {
    json::Value paths = json::Value::object();
    auto add = [&](const std::string& path, const std::string& hash) {
        paths.set(path, json::Value::object({{"serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash}}));
    };
    for (const auto& version : kinds_->group_versions()) add(path_of(version), hash(path_of(version)));
    std::string plain = sha256_hex(kKubernetesVersion);
    for (const auto& path : plain_documents(*kinds_)) add(path, plain);
    for (const auto& foreign : foreign_)
        for (const auto& [name, url] : foreign->documents)
            if (!paths.has(name)) paths.set(name, json::Value::object({{"serverRelativeURL", url}}));
    return json::write(json::Value::object({{"paths", std::move(paths)}}));
}

// The paths and definitions of a document of version 3, one after the other.
void OpenApi::walk(std::string_view name, const Emit& add_path, const Emit& define) const {
    auto kinds = kinds_of(*kinds_, name);
    if (kinds.empty()) {
        auto plain = plain_document(*kinds_, name);
        add_path(plain->path, plain->item);
        for (const auto& [type_name, type] : reachable({plain->root})) define(definition_name(type_name), definition_of(*type, OpenApiVersion::V3, type_facts(*kinds_)));
        return;
    }
    if (!kinds[0]->custom) add_path(root_path(kinds[0]->gvk) + "/", resource_list_path(*kinds_, kinds[0]->gvk, OpenApiVersion::V3));
    for (const auto* kind : kinds) add_paths(*kinds_, *kind, OpenApiVersion::V3, add_path);
    each_definition(roots_of(*kinds_, kinds), OpenApiVersion::V3, type_facts(*kinds_), define);
    for (const auto* kind : kinds)
        if (kind->custom) add_custom_definitions(*kind, OpenApiVersion::V3, define);
}

std::string OpenApi::make_document(std::string_view path) const {
    Document document("{\"openapi\":\"3.0.0\",");
    document.member("info", info());
    document.raw(",");
    document.open("paths");
    bool in_paths = true;
    auto end_paths = [&] {
        if (!std::exchange(in_paths, false)) return;
        document.raw("},");
        document.open("components");
        document.open("schemas");
    };
    walk(path, [&](const std::string& at, const json::Value& item) { document.member(at, item); },
         [&](const std::string& name, const json::Value& schema) {
             end_paths();
             document.member(name, schema);
         });
    end_paths();   // there are documents without definitions
    document.raw("},");
    document.open("securitySchemes");
    document.member("BearerToken", security_scheme());
    document.raw("}}}");
    return document.take();
}

// Document: openapi = 1, info = 2, paths = 4 {path = 1}, components = 5 {schemas = 1, security schemes = 7, both {additional properties = 1}}.
std::string OpenApi::make_document_protobuf(std::string_view name) const {
    constexpr auto kV3 = OpenApiVersion::V3;
    std::string out, paths, schemas, schemes, components;
    append_bytes_field(out, 1, "3.0.0");
    append_bytes_field(out, 2, gnostic_info(info(), kV3));
    walk(name.substr(std::string_view("protobuf ").size()),
         [&](const std::string& at, const json::Value& item) { append_bytes_field(paths, 1, gnostic_named(at, gnostic_path_item(item, kV3))); },
         [&](const std::string& type, const json::Value& schema) { append_bytes_field(schemas, 1, gnostic_named(type, gnostic_schema(schema, kV3))); });
    append_bytes_field(out, 4, paths);
    append_bytes_field(schemes, 1, gnostic_named("BearerToken", gnostic_security(security_scheme())));
    append_bytes_field(components, 1, schemas);
    append_bytes_field(components, 7, schemes);
    append_bytes_field(out, 5, components);
    return out;
}

// The same of version 2, without what other servers add.
void OpenApi::walk_v2(const Emit& add_path, const Emit& define) const {
    auto kinds = kinds_->all();
    std::vector<const TypeSchema*> roots = roots_of(*kinds_, kinds);
    for (const auto& name : plain_documents(*kinds_)) {
        auto plain = plain_document(*kinds_, name, OpenApiVersion::V2);
        add_path(plain->path, plain->item);
        if (plain->root) roots.push_back(plain->root);
    }
    for (const auto& version : kinds_->group_versions()) {
        Gvk gvk{version.group, version.version, ""};
        add_path(root_path(gvk) + "/", resource_list_path(*kinds_, gvk, OpenApiVersion::V2));
    }
    for (const auto* kind : kinds) add_paths(*kinds_, *kind, OpenApiVersion::V2, add_path);
    each_definition(roots, OpenApiVersion::V2, type_facts(*kinds_), define);
    for (const auto* kind : kinds)
        if (kind->custom) add_custom_definitions(*kind, OpenApiVersion::V2, define);
}

std::string OpenApi::make_v2(std::string_view) const {
    Document document("{\"swagger\":\"2.0\",");
    document.member("info", info());
    document.raw(",");
    document.open("paths");
    std::set<std::string, std::less<>> ours;
    auto add_foreign = [&](auto texts) {
        for (const auto& foreign : foreign_)
            for (const auto& [name, text] : (*foreign).*texts)
                if (ours.insert(name).second) document.text_member(name, text);
        ours.clear();
    };
    bool in_paths = true;
    walk_v2([&](const std::string& at, const json::Value& item) { document.member(at, item); },
            [&](const std::string& name, const json::Value& schema) {
                if (std::exchange(in_paths, false)) {
                    add_foreign(&ForeignOpenApi::paths);
                    document.raw("},");
                    document.open("definitions");
                }
                document.member(name, schema);
                ours.insert(name);
            });
    add_foreign(&ForeignOpenApi::definitions);
    document.raw("},");
    document.open("securityDefinitions");
    document.member("BearerToken", security_scheme());
    document.raw("}}");
    return document.take();
}

// Document: swagger = 1, info = 2, paths = 8 {path = 2}, definitions = 9 {additional_properties = 1}.
std::string OpenApi::make_v2_protobuf(std::string_view) const {
    constexpr auto kV2 = OpenApiVersion::V2;
    std::string out, paths, definitions;
    append_bytes_field(out, 1, "2.0");
    append_bytes_field(out, 2, gnostic_info(info(), kV2));
    walk_v2([&](const std::string& at, const json::Value& item) { append_bytes_field(paths, 2, gnostic_named(at, gnostic_path_item(item, kV2))); },
            [&](const std::string& name, const json::Value& schema) { append_bytes_field(definitions, 1, gnostic_named(name, gnostic_schema(schema, kV2))); });
    append_bytes_field(out, 8, paths);
    append_bytes_field(out, 9, definitions);
    return out;
}

}  // namespace skiff::api
