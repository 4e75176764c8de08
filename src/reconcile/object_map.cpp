#include "reconcile/object_map.h"

namespace skiff::reconcile {

api::ObjectPtr ObjectMap::find(std::string_view ns, std::string_view name) const {
    auto it = objects_.find(Key{ns, name});
    return it == objects_.end() ? nullptr : *it;
}

std::vector<api::ObjectPtr> ObjectMap::list(std::string_view ns) const {
    if (ns.empty()) return {objects_.begin(), objects_.end()};
    std::vector<api::ObjectPtr> found;
    for (auto it = objects_.lower_bound(Key{ns, {}}); it != objects_.end() && (*it)->meta().ns == ns; ++it) found.push_back(*it);
    return found;
}

api::ObjectPtr ObjectMap::put(const api::ObjectPtr& object) {
    auto previous = erase(object->meta().ns, object->meta().name);
    objects_.insert(object);
    for (auto& [name, index] : indexes_) enter(index, object);
    return previous;
}

api::ObjectPtr ObjectMap::erase(std::string_view ns, std::string_view name) {
    auto it = objects_.find(Key{ns, name});
    if (it == objects_.end()) return nullptr;
    auto previous = *it;
    objects_.erase(it);
    for (auto& [index_name, index] : indexes_) leave(index, previous);
    return previous;
}

void ObjectMap::add_index(std::string name, IndexKeys keys) {
    if (has_index(name)) return;
    Index& index = indexes_[std::move(name)];
    index.keys = std::move(keys);
    for (const auto& object : objects_) enter(index, object);
}

std::vector<api::ObjectPtr> ObjectMap::by_index(std::string_view name, std::string_view value) const {
    auto index = indexes_.find(name);
    if (index == indexes_.end()) return {};
    auto it = index->second.values.find(std::string(value));
    if (it == index->second.values.end()) return {};
    return {it->second.begin(), it->second.end()};
}

void ObjectMap::enter(Index& index, const api::ObjectPtr& object) {
    for (auto& value : index.keys(*object)) index.values[std::move(value)].insert(object);
}

void ObjectMap::leave(Index& index, const api::ObjectPtr& object) {
    for (const auto& value : index.keys(*object)) {
        auto it = index.values.find(value);
        if (it == index.values.end()) continue;
        it->second.erase(object);
        if (it->second.empty()) index.values.erase(it);
    }
}

}  // namespace skiff::reconcile
