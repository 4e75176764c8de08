#include "api/field_set.h"

#include <algorithm>

#include "api/go_text.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::api {

namespace {

constexpr int kDepthMax = 200;

// f:spec -> .spec, k:{"name":"c"} -> [name="c"], v:"x" -> [="x"], i:0 -> [0]
std::string element_text(std::string_view element) {
    std::string_view body = element.substr(std::min<size_t>(2, element.size()));
    if (element.starts_with("f:")) return "." + std::string(body);
    if (element.starts_with("v:")) return "[=" + std::string(body) + "]";
    if (element.starts_with("i:")) return "[" + std::string(body) + "]";
    std::string text;
    auto keys = json::parse(body);
    if (keys.ok())
        for (const auto& [key, value] : keys->members()) text += (text.empty() ? "" : ",") + key + "=" + json::write(value);
    return "[" + text + "]";
}

void collect_paths(const FieldSet& set, const std::string& path, std::vector<std::string>& out) {
    if (set.member) out.push_back(path);
    for (const auto& child : set.children) collect_paths(child, path + element_text(child.element), out);
}

// Clients may write the keys of a list element with spaces.
std::string canonical_element(const std::string& element) {
    if ((element[0] != 'k' && element[0] != 'v') || element.find(": ") == std::string::npos) return element;
    auto body = json::parse(std::string_view(element).substr(2));
    return body.ok() ? element.substr(0, 2) + json::write(*body) : element;
}

Status read(const json::Value& fields, FieldSet& set, int depth) {
    if (!fields.is_object() || depth > kDepthMax) return error(Reason::BadRequest, "fieldsV1 must be nested objects");
    if (fields.size() == 0 && depth > 0) set.member = true;
    set.children.reserve(fields.size());
    for (const auto& [key, below] : fields.members()) {
        if (key == ".") {
            set.member = true;
            continue;
        }
        if (key.size() < 2 || key[1] != ':' || std::string_view("fkvi").find(key[0]) == std::string_view::npos)
            return error(Reason::BadRequest, "missing colon: {}", go_quote(key));
        FieldSet child;
        child.element = canonical_element(key);
        TRY(read(below, child, depth + 1));
        set.adopt(std::move(child));
    }
    set.sort();
    return {};
}

// Walks two sorted lists of children side by side; either may be null in the call.
template <typename Visit>
void zip(const FieldSet& a, const FieldSet& b, Visit visit) {
    auto left = a.children.begin(), right = b.children.begin();
    while (left != a.children.end() || right != b.children.end()) {
        int order = left == a.children.end() ? 1 : right == b.children.end() ? -1 : left->element.compare(right->element);
        visit(order <= 0 ? &*left : nullptr, order >= 0 ? &*right : nullptr);
        if (order <= 0) ++left;
        if (order >= 0) ++right;
    }
}

}  // namespace

const FieldSet* FieldSet::child(std::string_view name) const {
    auto it = std::lower_bound(children.begin(), children.end(), name, [](const FieldSet& set, std::string_view e) { return set.element < e; });
    return it != children.end() && it->element == name ? &*it : nullptr;
}

FieldSet& FieldSet::mut_child(std::string_view name) {
    auto it = std::lower_bound(children.begin(), children.end(), name, [](const FieldSet& set, std::string_view e) { return set.element < e; });
    if (it != children.end() && it->element == name) return *it;
    FieldSet made;
    made.element = name;
    return *children.insert(it, std::move(made));
}

void FieldSet::adopt(FieldSet child) {
    if (!child.empty()) children.push_back(std::move(child));
}

void FieldSet::sort() {
    auto by_element = [](const FieldSet& a, const FieldSet& b) { return a.element < b.element; };
    if (!std::is_sorted(children.begin(), children.end(), by_element)) std::sort(children.begin(), children.end(), by_element);   // mostly they are
}

void FieldSet::insert(const std::vector<std::string_view>& path) {
    FieldSet* at = this;
    for (auto element : path) at = &at->mut_child(element);
    at->member = true;
}

json::Value FieldSet::to_json() const {
    json::Object members;
    members.reserve(children.size() + 1);
    if (member && !children.empty() && !element.empty()) members.push_back({".", json::Value(json::Object())});
    for (const auto& child : children) members.push_back({child.element, child.to_json()});
    return json::Value(std::move(members));
}

Result<FieldSet> FieldSet::from_json(const json::Value& fields) {
    FieldSet set;
    TRY(read(fields, set, 0));
    return set;
}

std::vector<std::string> FieldSet::paths() const {
    std::vector<std::string> out;
    collect_paths(*this, "", out);
    return out;
}

FieldSet set_union(FieldSet a, FieldSet b) {
    if (a.empty()) {
        b.element = std::move(a.element);
        return b;
    }
    a.member |= b.member;
    size_t known = a.children.size();
    for (auto& child : b.children) {
        auto end = a.children.begin() + static_cast<std::ptrdiff_t>(known);
        auto it = std::lower_bound(a.children.begin(), end, child.element, [](const FieldSet& set, const std::string& e) { return set.element < e; });
        if (it != end && it->element == child.element) *it = set_union(std::move(*it), std::move(child));
        else a.children.push_back(std::move(child));
    }
    if (a.children.size() != known) a.sort();
    return a;
}

void subtract(FieldSet& a, const FieldSet& b) {
    if (b.member) a.member = false;
    bool emptied = false;
    for (const auto& gone : b.children) {
        auto it = std::lower_bound(a.children.begin(), a.children.end(), gone.element,
                                   [](const FieldSet& set, const std::string& e) { return set.element < e; });
        if (it == a.children.end() || it->element != gone.element) continue;
        subtract(*it, gone);
        emptied |= it->empty();
    }
    if (emptied) std::erase_if(a.children, [](const FieldSet& child) { return child.empty(); });
}

FieldSet set_difference(FieldSet a, const FieldSet& b) {
    subtract(a, b);
    return a;
}

bool covers(const FieldSet& whole, const FieldSet& part) {
    if (part.member && !whole.member) return false;
    auto at = whole.children.begin();
    for (const auto& child : part.children) {
        while (at != whole.children.end() && at->element < child.element) ++at;
        if (at == whole.children.end() || at->element != child.element || !covers(*at, child)) return false;
    }
    return true;
}

FieldSet set_intersection(const FieldSet& a, const FieldSet& b) {
    FieldSet out{a.element, a.member && b.member, {}};
    zip(a, b, [&](const FieldSet* left, const FieldSet* right) {
        if (left && right) out.adopt(set_intersection(*left, *right));
    });
    return out;
}

void remove_below(FieldSet& a, const FieldSet& b) {
    std::erase_if(a.children, [&](FieldSet& child) {
        const FieldSet* gone = b.child(child.element);
        if (!gone || gone->member) return gone != nullptr;
        remove_below(child, *gone);
        return child.empty();
    });
}

bool operator==(const FieldSet& a, const FieldSet& b) { return a.element == b.element && a.member == b.member && a.children == b.children; }

FieldSet with_named_fields(const FieldSet& set, const ValueSchema& schema) {
    FieldSet out{set.element, set.member, {}};
    out.children.reserve(set.children.size());
    static const ValueSchema kUnknown;
    for (const auto& child : set.children) {
        const ValueSchema* below = &kUnknown;
        bool named = false;
        if (child.element[0] == 'f' && schema.kind == ValueSchema::Kind::Object) {
            const Field* field = schema.object->find(std::string_view(child.element).substr(2));
            named = field != nullptr;
            if (field) below = &field->value;
        } else if (schema.element) {
            below = schema.element.get();
        }
        out.children.push_back(with_named_fields(child, *below));
        out.children.back().member |= named;
    }
    return out;
}

}  // namespace skiff::api
