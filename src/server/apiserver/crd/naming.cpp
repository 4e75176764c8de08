#include "server/apiserver/crd/naming.h"

#include <set>

#include "api/timestamp.h"

namespace skiff::apiserver {
namespace {

using json::Value;

const Value* find_condition(const Value& status, std::string_view type) {
    for (const Value& condition : status["conditions"].items())
        if (condition["type"].as_string() == type) return &condition;
    return nullptr;
}

struct Conflict {
    std::string reason, message;
};

class Names {
public:
    Names(const Value& wanted, const Value& accepted, const TakenNames& taken) : wanted_(wanted), out_(accepted), taken_(taken) {}

    void settle(const char* field, const std::set<std::string>& used, const char* reason) {
        const std::string& name = wanted_[field].as_string();
        if (name != out_[field].as_string() && used.count(name)) conflict_ = {reason, fmt::format("\"{}\" is already in use", name)};
        else if (!name.empty()) out_.set(field, name);
    }

    void settle_short_names() {
        std::vector<std::string> used;
        std::set<std::string_view> ours;
        for (const Value& own : out_["shortNames"].items()) ours.insert(own.as_string());
        for (const Value& name : wanted_["shortNames"].items())
            if (!ours.count(name.as_string()) && taken_.resources.count(name.as_string())) used.push_back(name.as_string());
        if (used.empty()) return take("shortNames");
        std::string text;
        for (const std::string& name : used) text += (text.empty() ? "" : ", ") + fmt::format("\"{}\" is already in use", name);
        conflict_ = {"ShortNamesConflict", used.size() > 1 ? "[" + text + "]" : text};
    }

    void take(const char* field) {
        if (wanted_[field].size() > 0) out_.set(field, wanted_[field]);
        else out_.erase(field);
    }

    Value out() const {
        // In the order of the table.
        Value names = Value::object();
        for (const char* field : {"plural", "singular", "shortNames", "kind", "listKind", "categories"})
            if (const Value* value = out_.find(field)) names.set(field, *value);
        return names;
    }
    const Conflict& conflict() const { return conflict_; }

private:
    const Value& wanted_;
    Value out_;
    const TakenNames& taken_;
    Conflict conflict_;
};

// Groups of the community need the word of its reviewers.
void set_approval(const Value& definition, Value& status, WallTime now) {
    const std::string& group = definition["spec"]["group"].as_string();
    bool guarded = group == "k8s.io" || group == "kubernetes.io" || group.ends_with(".k8s.io") || group.ends_with(".kubernetes.io");
    if (!guarded) return;
    const std::string& word = definition["metadata"]["annotations"]["api-approved.kubernetes.io"].as_string();
    constexpr std::string_view kType = "KubernetesAPIApprovalPolicyConformant";
    if (word.empty()) set_condition(status, kType, false, "MissingAnnotation", "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111", now);
    else if (word.starts_with("unapproved")) set_condition(status, kType, false, "UnapprovedAnnotation", fmt::format("not approved: \"{}\"", word), now);
    else set_condition(status, kType, true, "ApprovedAnnotation", "approved in " + word, now);
}

}  // namespace

void TakenNames::add(const Value& names) {
    for (const char* field : {"plural", "singular"})
        if (!names[field].as_string().empty()) resources.insert(names[field].as_string());
    for (const Value& name : names["shortNames"].items()) resources.insert(name.as_string());
    for (const char* field : {"kind", "listKind"})
        if (!names[field].as_string().empty()) kinds.insert(names[field].as_string());
}

bool condition_is_true(const Value& status, std::string_view type) {
    const Value* condition = find_condition(status, type);
    return condition && (*condition)["status"].as_string() == "True";
}

void set_condition(Value& status, std::string_view type, bool value, std::string_view reason, std::string_view message, WallTime now) {
    Value condition = Value::object({{"type", type}, {"status", value ? "True" : "False"}, {"lastTransitionTime", api::format_time(now)}, {"reason", reason}, {"message", message}});
    for (Value& present : status.mut("conditions").mut_items()) {
        if (present["type"].as_string() != type) continue;
        if (present["status"] == condition["status"]) condition.set("lastTransitionTime", present["lastTransitionTime"]);
        present = std::move(condition);
        return;
    }
    status.mut("conditions").push_back(std::move(condition));
}

Value named_status(const Value& definition, const TakenNames& taken, WallTime now) {
    Value status = definition["status"];
    Names names(definition["spec"]["names"], status["acceptedNames"], taken);
    names.settle("plural", taken.resources, "PluralConflict");
    names.settle("singular", taken.resources, "SingularConflict");
    names.settle_short_names();
    names.settle("kind", taken.kinds, "KindConflict");
    names.settle("listKind", taken.kinds, "ListKindConflict");
    names.take("categories");
    status.set("acceptedNames", names.out());
    const Conflict& conflict = names.conflict();
    bool accepted = conflict.reason.empty();
    if (accepted) set_condition(status, "NamesAccepted", true, "NoConflicts", "no conflicts found", now);
    else set_condition(status, "NamesAccepted", false, conflict.reason, conflict.message, now);
    if (!condition_is_true(status, "Established")) {
        if (accepted) set_condition(status, "Established", true, "InitialNamesAccepted", "the initial names have been accepted", now);
        else set_condition(status, "Established", false, "NotAccepted", "not all names are accepted", now);
    }
    set_approval(definition, status, now);
    return status;
}

}  // namespace skiff::apiserver
