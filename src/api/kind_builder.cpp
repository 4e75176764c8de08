#include "api/kind_builder.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace skiff::api {

namespace {

void add_list_type(SchemaRegistry& schemas, const std::string& item_type) {
    const std::string name = item_type + "List", items = "list<" + item_type + ">";
    const FieldRow fields[] = {
        {.name = "kind", .type = "string"},
        {.name = "apiVersion", .type = "string"},
        {.name = "metadata", .type = "meta.v1.ListMeta", .proto = 1, .default_json = "{}"},
        {.name = "items", .type = items, .proto = 2, .required = true},
    };
    const TypeRow row{.name = name, .fields = fields};
    schemas.add({&row, 1});
}

}  // namespace

KindRegistryBuilder::KindRegistryBuilder() : registry_(std::make_shared<KindRegistry>()) {}
KindRegistryBuilder::~KindRegistryBuilder() = default;

void KindRegistryBuilder::add_types(std::span<const TypeRow> types) { registry_->schemas_.add(types); }

void KindRegistryBuilder::add(KindInfo kind, std::span<const TypeRow> types) {
    registry_->schemas_.add(types);
    if (!kind.list_kind.empty()) add_list_type(registry_->schemas_, kind.type_name);
    registry_->kinds_.push_back(std::make_unique<KindInfo>(std::move(kind)));
}

std::shared_ptr<const KindRegistry> KindRegistryBuilder::build() {
    registry_->schemas_.link();
    for (auto& kind : registry_->kinds_) {
        kind->schema = registry_->schemas_.find(kind->type_name);
        if (!kind->schema) {
            std::fprintf(stderr, "kind %s has no type %s\n", kind->gvk.kind.c_str(), kind->type_name.c_str());
            std::abort();
        }
    }
    return std::move(registry_);
}

}  // namespace skiff::api
