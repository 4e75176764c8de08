#include "api/kinds/internal_form.h"
#include "api/kinds/validate.h"

#include <algorithm>
#include <climits>
#include <string>

#include "base/text_map.h"
#include "json/write.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr std::string_view kMayChange =
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously "
    "negative)";

// False: nothing else is looked at.
bool check_deadline(const Value& deadline, const Value& old, const FieldPath& path, FieldErrors& errors) {
    if (deadline.is_null()) {
        if (old.is_int()) errors.invalid(path, nullptr, "must not update from a positive integer to nil value");
        return true;
    }
    bool fits = deadline.as_int() >= 0 && deadline.as_int() <= INT_MAX;
    if (!fits) errors.invalid(path, deadline, "must be between 0 and 2147483647, inclusive");
    else if (old.is_int() && old.as_int() < deadline.as_int()) errors.invalid(path, deadline, "must be less than or equal to previous value");
    else return true;
    return false;
}

void check_gates(const Value& gates, const Value& old, const FieldPath& path, FieldErrors& errors) {
    TextViewSet known;
    for (const auto& gate : old.items()) known.insert(gate["name"].as_string());
    TextViewMap<size_t> last;   // of a name that is there twice the last one counts
    for (size_t i = 0; i < gates.size(); ++i) last[gates[i]["name"].as_string()] = i;
    for (size_t i = 0; i < gates.size(); ++i) {
        const std::string& name = gates[i]["name"].as_string();
        if (known.count(name) == 0 && last[name] == i) errors.forbidden(path.index(i).child("name"), "only deletion is allowed, but found new scheduling gate '" + name + "'");
    }
}

// A toleration may be added; of an old one only tolerationSeconds may change.
void check_tolerations(const Value& tolerations, const Value& old, const FieldPath& path, FieldErrors& errors) {
    auto lasting = [](Value toleration) {
        toleration.erase("tolerationSeconds");
        return json::write(toleration);
    };
    TextSet now;
    for (const auto& toleration : tolerations.items()) now.insert(lasting(toleration));
    const auto& items = old.items();
    if (std::any_of(items.begin(), items.end(), [&](const Value& before) { return now.count(lasting(before)) == 0; }))
        return errors.forbidden(path, "existing toleration can not be modified except its tolerationSeconds");
    validate_tolerations(tolerations, path, errors);
}

// The new spec with everything that may change set back.
Value with_old_parts(const Value& spec, const Value& old) {
    Value same = spec;
    auto put_back = [](Value& to, const Value& from, std::string_view key) {
        if (from.has(key)) to.set(key, from[key]);
        else to.erase(key);
    };
    for (auto list : {"containers", "initContainers"}) {
        if (!same[list].is_array()) continue;
        auto& items = same.mut(list).mut_items();
        for (size_t i = 0; i < items.size(); ++i) put_back(items[i], old[list][i], "image");
    }
    for (auto field : {"activeDeadlineSeconds", "tolerations", "schedulingGates"}) put_back(same, old, field);
    if (old["terminationGracePeriodSeconds"].as_int() < 0 && spec["terminationGracePeriodSeconds"].as_int() == 1)
        put_back(same, old, "terminationGracePeriodSeconds");
    // A pod that waits for its gates may still get a narrower node selector and affinity.
    if (old["schedulingGates"].size() > 0)
        for (auto field : {"nodeSelector", "affinity"}) put_back(same, old, field);
    return same;
}

void check_images(const Value& containers, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < containers.size(); ++i) {
        const std::string& image = containers[i]["image"].as_string();
        if (image.empty()) errors.required(path.index(i).child("image"), "");
    }
}

}  // namespace

void validate_pod_update(const Value& pod, const Value& old_pod, FieldErrors& errors) {
    const Value &spec = pod["spec"], &old = old_pod["spec"];
    FieldPath path("spec");
    validate_pod_annotations(pod["metadata"]["annotations"], spec, FieldPath("metadata").child("annotations"), errors);
    validate_pod_spec(spec, path, errors);
    validate_pod_images(spec, path, errors);
    for (auto list : {"containers", "initContainers"}) {
        if (spec[list].size() == old[list].size()) {
            check_images(spec[list], path.child(list), errors);
            continue;
        }
        return errors.forbidden(path.child(list), "pod updates may not add or remove containers");
    }
    if (!check_deadline(spec["activeDeadlineSeconds"], old["activeDeadlineSeconds"], path.child("activeDeadlineSeconds"), errors)) return;
    check_tolerations(spec["tolerations"], old["tolerations"], path.child("tolerations"), errors);
    check_gates(spec["schedulingGates"], old["schedulingGates"], path.child("schedulingGates"), errors);
    Value same = with_old_parts(spec, old);
    if (!(same == old)) errors.forbidden(path, std::string(kMayChange) + "\n" + internal_diff("PodSpec", old, same));
}

}  // namespace skiff::api::kinds
