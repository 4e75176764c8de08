#include "server/apiserver/registry/custom_form.h"

#include "api/custom_resource.h"
#include "api/structural/prune.h"
#include "server/apiserver/crd/converter.h"
#include "server/apiserver/registry/conversion.h"

namespace skiff::apiserver {
namespace {

using api::CustomResource;

bool in_form(const api::KindInfo& kind, const api::Object& object) {
    return object.api_version() == kind.gvk.api_version() && object.meta().resource_version > kind.custom->definition->since;
}

const api::TypeSchema& object_meta(const Core& core) { return *core.kinds.schemas().find("meta.v1.ObjectMeta"); }

// Under the schema of its own version.
void renew(const Core& core, const CustomResource& custom, json::Value& tree) {
    (void)api::structural::coerce_metadata(tree, object_meta(core), api::structural::DropInvalid::Yes, nullptr);
    if (tree["metadata"]["generation"].as_int() == 0) tree.mut("metadata").set("generation", 1);
    if (custom.has_schema && !custom.preserve_all) {
        api::structural::prune(tree, custom.schema, api::structural::Root::Yes);
        api::structural::drop_nulls(tree, custom.schema);
    }
    (void)api::structural::coerce_embedded(tree, custom.schema, object_meta(core), api::structural::DropInvalid::Yes, nullptr);
    api::structural::set_defaults(tree, custom.schema);
}

// Another version's object under this version's schema; defaults belong to writers.
void fit(const CustomResource& custom, json::Value& tree) {
    if (!custom.has_schema || custom.preserve_all) return;
    api::structural::prune(tree, custom.schema, api::structural::Root::Yes);
    api::structural::drop_nulls(tree, custom.schema);
}

Result<std::vector<json::Value>> converted(Core& core, const api::KindInfo& to, std::vector<json::Value> trees) {
    const api::CustomDefinition& definition = *to.custom->definition;
    std::vector<size_t> others;
    for (size_t i = 0; i < trees.size(); ++i)
        if (trees[i]["apiVersion"].as_string() != to.gvk.api_version()) others.push_back(i);
    if (others.empty()) return trees;
    if (definition.converts_by_webhook) {
        std::vector<json::Value> batch;
        for (size_t i : others) batch.push_back(std::move(trees[i]));
        batch = TRY(convert_by_webhook(core, definition, to, std::move(batch)));
        for (size_t n = 0; n < others.size(); ++n) trees[others[n]] = std::move(batch[n]);
    } else {
        for (size_t i : others) trees[i].set("apiVersion", to.gvk.api_version());
    }
    for (size_t i : others) fit(*to.custom, trees[i]);
    return trees;
}

json::Value renewed(const Core& core, const api::KindInfo& kind, const api::Object& object) {
    json::Value tree = *object.tree();
    const api::CustomDefinition& definition = *kind.custom->definition;
    const api::KindInfo* own = definition.version(api::GroupVersion::parse(object.api_version()).version);
    if (own && object.meta().resource_version <= definition.since) renew(core, *own->custom, tree);
    return tree;
}

}  // namespace

bool converts_by_webhook(const api::KindInfo& kind) { return kind.custom && kind.custom->definition->converts_by_webhook && kind.custom->definition->kinds.size() > 1; }

Result<std::vector<ItemPtr>> presented(Core& core, const api::KindInfo& kind, std::vector<ItemPtr> items) {
    if (!kind.custom) return items;
    std::vector<size_t> positions;
    std::vector<json::Value> trees;
    for (size_t i = 0; i < items.size(); ++i) {
        if (in_form(kind, *items[i]->object)) continue;
        positions.push_back(i);
        trees.push_back(renewed(core, kind, *items[i]->object));
    }
    if (positions.empty()) return items;
    trees = TRY(converted(core, kind, std::move(trees)));
    for (size_t n = 0; n < positions.size(); ++n) {
        auto item = std::make_shared<Item>(*items[positions[n]]);
        item->object = api::Object::from_tree(std::move(trees[n]));
        // Selectors speak of the version that is shown.
        item->fields = SelectablePaths(kind.custom->definition->indexed_fields).scan(*item->object->bytes());
        items[positions[n]] = std::move(item);
    }
    return items;
}

Result<ItemPtr> presented(Core& core, const api::KindInfo& kind, ItemPtr item) {
    if (!kind.custom || in_form(kind, *item->object)) return item;
    std::vector<ItemPtr> one;
    one.push_back(std::move(item));
    one = TRY(presented(core, kind, std::move(one)));
    return std::move(one.front());
}

Result<api::ObjectPtr> presented(Core& core, const api::KindInfo& kind, const api::ObjectPtr& object) {
    if (!kind.custom || in_form(kind, *object)) return object;
    std::vector<json::Value> trees;
    trees.push_back(renewed(core, kind, *object));
    trees = TRY(converted(core, kind, std::move(trees)));
    return api::Object::from_tree(std::move(trees.front()));
}

Result<json::Value> custom_to_storage(Core& core, const api::KindInfo& kind, json::Value object) {
    const api::KindInfo& stored = *kind.custom->stored;
    if (&stored == &kind) return object;
    std::vector<json::Value> trees;
    trees.push_back(std::move(object));
    trees = TRY(converted(core, stored, std::move(trees)));
    // What the storage version adds is added now, so that the stored bytes are in form.
    api::structural::set_defaults(trees.front(), stored.custom->schema);
    return std::move(trees.front());
}

Result<json::Value> custom_in_version(Core& core, const api::KindInfo& kind, json::Value object) {
    std::vector<json::Value> trees;
    trees.push_back(std::move(object));
    trees = TRY(converted(core, kind, std::move(trees)));
    return std::move(trees.front());
}

Result<json::Value> in_version(Core& core, const api::KindInfo& from, const api::KindInfo& as, const json::Value& object) {
    if (&from == &as || !object.is_object()) return object;
    return from.custom ? custom_in_version(core, as, object) : convert(object, from, as);
}

}  // namespace skiff::apiserver
