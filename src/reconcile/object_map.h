// ObjectMap: the objects of one informer, ordered by namespace and name, with indexes. Holds pointers only: the keys are the objects' own.
// One thread at a time (the informer guards it).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/object.h"
#include "base/text_map.h"

namespace skiff::reconcile {

class ObjectMap {
public:
    using IndexKeys = std::function<std::vector<std::string>(const api::Object&)>;

    api::ObjectPtr find(std::string_view ns, std::string_view name) const;
    std::vector<api::ObjectPtr> list(std::string_view ns) const;
    // Both return what was there before (null: nothing).
    api::ObjectPtr put(const api::ObjectPtr& object);
    api::ObjectPtr erase(std::string_view ns, std::string_view name);
    size_t size() const { return objects_.size(); }

    bool has_index(std::string_view name) const { return indexes_.count(name) != 0; }
    void add_index(std::string name, IndexKeys keys);
    std::vector<api::ObjectPtr> by_index(std::string_view name, std::string_view value) const;

private:
    struct Key {
        std::string_view ns, name;
    };
    static Key key_of(const api::ObjectPtr& object) { return {object->meta().ns, object->meta().name}; }
    struct Less {
        using is_transparent = void;
        static bool less(const Key& a, const Key& b) { return a.ns != b.ns ? a.ns < b.ns : a.name < b.name; }
        bool operator()(const api::ObjectPtr& a, const api::ObjectPtr& b) const { return less(key_of(a), key_of(b)); }
        bool operator()(const api::ObjectPtr& a, const Key& b) const { return less(key_of(a), b); }
        bool operator()(const Key& a, const api::ObjectPtr& b) const { return less(a, key_of(b)); }
    };
    using Set = std::set<api::ObjectPtr, Less>;
    struct Index {
        IndexKeys keys;
        TextMap<Set> values;
    };
    static void enter(Index& index, const api::ObjectPtr& object);
    static void leave(Index& index, const api::ObjectPtr& object);

    Set objects_;
    std::map<std::string, Index, std::less<>> indexes_;
};

}  // namespace skiff::reconcile
