#include "base/strings.h"
#include "cli/kubectl/deletion.h"
#include "cli/kubectl/go_template.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/watch_stream.h"
#include "cli/kubectl/written.h"
#include "cli/terminal.h"
#include "json/path.h"

namespace skiff::cli::kubectl {

namespace {

// What --for asks of an object.
struct Condition {
    enum class Kind { Delete, Create, Condition, JsonPath } kind = Kind::Condition;
    std::string type, status = "true", value;
    bool any_value = false;
    json::JsonPath path;
};

Result<Condition> read_condition(const std::string& text) {
    Condition made;
    if (lower(text) == "delete") return made.kind = Condition::Kind::Delete, made;
    if (lower(text) == "create") return made.kind = Condition::Kind::Create, made;
    if (text.starts_with("condition=")) {
        auto rest = text.substr(10);
        const auto equals = rest.find('=');
        if (equals != std::string::npos) made.status = lower(rest.substr(equals + 1));
        made.type = lower(rest.substr(0, equals));
        return made;
    }
    if (!text.starts_with("jsonpath=")) return local_error("unrecognized condition: \"{}\"", text);
    made.kind = Condition::Kind::JsonPath;
    auto rest = text.substr(9);
    const auto close = rest.rfind('}');
    const auto equals = rest.find('=', close == std::string::npos ? 0 : close);
    if (equals == std::string::npos) made.any_value = true;
    else made.value = rest.substr(equals + 1);
    if (made.value.size() > 1 && made.value.front() == made.value.back() && (made.value[0] == '\'' || made.value[0] == '"')) made.value = made.value.substr(1, made.value.size() - 2);
    auto path = rest.substr(0, equals);
    if (path.size() > 1 && (path[0] == '\'' || path[0] == '"')) path = path.substr(1, path.size() - 2);
    if ((!made.any_value && made.value.empty()) || path.empty())
        return local_error("jsonpath wait format must be --for=jsonpath='{{.status.readyReplicas}}'=3 or --for=jsonpath='{{.status.readyReplicas}}'");
    auto parsed = json::JsonPath::parse_expression(path);
    if (!parsed.ok()) return local_error("{}", parsed.status().message());
    made.path = *parsed;
    return made;
}

bool met(const Condition& condition, const json::Value& object) {
    if (condition.kind == Condition::Kind::Create) return true;
    if (condition.kind == Condition::Kind::JsonPath) {
        const auto found = condition.path.select(object);
        if (!found.ok() || found->empty()) return false;
        return condition.any_value || go_text((*found)[0]) == condition.value;
    }
    const auto generation = object["metadata"]["generation"].as_int();
    const auto observed = object["status"]["observedGeneration"].as_int();
    for (const auto& one : object["status"]["conditions"].items()) {
        if (lower(one["type"].as_string()) != condition.type) continue;
        const auto seen = one.has("observedGeneration") ? one["observedGeneration"].as_int() : observed;
        if ((one.has("observedGeneration") || object["status"].has("observedGeneration")) && seen < generation) return false;
        return lower(one["status"].as_string()) == condition.status;
    }
    return false;
}

Status timed_out(const Target& target) { return local_error("timed out waiting for the condition on {}/{}", target.resource.gvr.resource, target.name); }

// The object once the condition holds.
Result<json::Value> wait_for(Session& session, const Target& target, const Condition& condition, Duration deadline) {
    const auto path = [&](const std::string& revision, int64_t seconds) {
        net::Query query;
        query.add("fieldSelector", "metadata.name=" + target.name);
        if (!revision.empty()) query.add("resourceVersion", revision);
        query.add("timeoutSeconds", std::to_string(std::max<int64_t>(seconds, 1)));
        return api_path(target.resource.gvr, target.ns, "", "", query);
    };
    for (;;) {
        auto live = session.get(api_path(target.resource.gvr, target.ns, target.name));
        const bool missing = !live.ok() && live.status().reason() == Reason::NotFound;
        if (!live.ok() && !(missing && condition.kind == Condition::Kind::Create)) return live;
        if (live.ok() && met(condition, *live)) return live;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::system().elapsed()).count();
        if (left <= 0) return timed_out(target);
        std::optional<json::Value> found;
        bool deleted = false;
        const auto done = watch_events(session, path(live.ok() ? (*live)["metadata"]["resourceVersion"].as_string() : "", (left + 999) / 1000), "application/json",
                                       [&](const std::string& type, const json::Value& object) {
                                           if (type == "BOOKMARK") return true;
                                           deleted = type == "DELETED";
                                           if (!deleted && met(condition, object)) found = object;
                                           return !found && !deleted;
                                       });
        if (found) return std::move(*found);
        if (deleted) return timed_out(target);
        if (!done.ok() && done.reason() != Reason::Expired && done.reason() != Reason::Gone) return done;
    }
}

}  // namespace

Status wait(Call& call) {
    Selection selection;
    WriteFlags write;
    std::string condition_text, timeout_text = "30s";
    bool local = false;
    selection.add_files(call.options, "identifying the resource.");
    selection.add_selectors(call.options);
    write.print.add(call.options);
    call.options.toggle("all", 0, &selection.all, "Select all resources in the namespace of the specified resource types");
    call.options.toggle("all-namespaces", 'A', &selection.all_namespaces, "If present, list the requested object(s) across all namespaces.");
    call.options.text("for", 0, &condition_text, "The condition to wait on: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]].");
    call.options.text("timeout", 0, &timeout_text, "The length of time to wait before giving up. Zero means check once and don't wait, negative means wait for a week.");
    call.options.toggle("local", 0, &local, "If true, annotation will NOT contact api-server but run locally.");
    TRY(call.parse());
    const auto condition = TRY(read_condition(condition_text));
    auto timeout = TRY(read_timeout(timeout_text));
    if (timeout < Duration(0)) timeout = std::chrono::hours(168);
    const auto deadline = Clock::system().elapsed() + timeout;
    auto& session = *TRY(call.session());
    const bool by_name = condition.kind == Condition::Kind::Create || condition.kind == Condition::Kind::Delete;
    auto targets = TRY(read_targets(call, selection, call.words));
    if (!by_name || (!targets.empty() && targets[0].name.empty())) targets = TRY(find_objects(call, selection, call.words));
    if (targets.empty() && by_name && condition.kind == Condition::Kind::Delete) return {};
    // What is missing by name has been complained about already.
    if (targets.empty()) return call.words.size() > 1 || contains(join(call.words, ""), "/") ? call.leave(1) : local_error("no matching resources found");
    for (const auto& target : targets) {
        if (condition.kind == Condition::Kind::Delete) {
            auto live = session.get(api_path(target.resource.gvr, target.ns, target.name));
            if (!live.ok() && live.status().reason() == Reason::NotFound) continue;
            if (!live.ok()) return live.status();
            TRY(wait_gone(session, target, (*live)["metadata"]["uid"].as_string(), deadline - Clock::system().elapsed()));
            TRY(show_written(write, target.resource, *live, "condition met"));
        } else {
            auto object = wait_for(session, target, condition, deadline);
            if (!object.ok()) {
                call.complain(object.status());
                continue;
            }
            TRY(show_written(write, target.resource, *object, "condition met"));
        }
        std::fflush(stdout);
    }
    return {};
}

}  // namespace skiff::cli::kubectl
