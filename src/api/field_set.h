// FieldSet: a set of field paths, as managedFields keep it (structured-merge-diff's fieldpath.Set). A tree of path elements in their JSON
// form: f:<field>, k:<keys of a list element>, v:<element of a set>, i:<index>. Values; one thread changes one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/schema.h"
#include "base/status.h"

namespace skiff::api {

struct FieldSet {
    std::string element;               // "" at the root
    bool member = false;               // the path that ends here is in the set
    std::vector<FieldSet> children;    // sorted by element; none is empty

    bool empty() const { return !member && children.empty(); }
    const FieldSet* child(std::string_view element) const;
    FieldSet& mut_child(std::string_view element);   // made when absent
    // Takes a child that was built apart; empty ones are dropped. Call sort() after the last.
    void adopt(FieldSet child);
    void sort();
    void insert(const std::vector<std::string_view>& path);

    // fieldsV1 and back. BadRequest on a key that is no path element.
    json::Value to_json() const;
    static Result<FieldSet> from_json(const json::Value& fields);
    // .spec.containers[name="c"].image, for each member.
    std::vector<std::string> paths() const;
};

FieldSet set_union(FieldSet a, FieldSet b);
FieldSet set_difference(FieldSet a, const FieldSet& b);
void subtract(FieldSet& a, const FieldSet& b);   // a = a - b; touches only what both have
// Whether all members of part are in whole.
bool covers(const FieldSet& whole, const FieldSet& part);
FieldSet set_intersection(const FieldSet& a, const FieldSet& b);
// Takes everything at and below the members of b out of a.
void remove_below(FieldSet& a, const FieldSet& b);
bool operator==(const FieldSet& a, const FieldSet& b);

// Adds the fields of structs that have members below them.
FieldSet with_named_fields(const FieldSet& set, const ValueSchema& schema);

}  // namespace skiff::api
