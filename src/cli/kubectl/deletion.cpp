#include "cli/kubectl/deletion.h"

#include <algorithm>

#include "api/timestamp.h"
#include "base/strings.h"
#include "cli/kubectl/verb_list.h"
#include "cli/kubectl/watch_stream.h"
#include "cli/terminal.h"
#include "json/write.h"

namespace skiff::cli::kubectl {

Result<Duration> read_timeout(const std::string& text) {
    if (const auto seconds = parse_int(text)) return Duration(std::chrono::seconds(*seconds));
    auto parsed = api::parse_duration(text);
    if (!parsed.ok()) return local_error("invalid argument \"{}\" for \"--timeout\" flag: time: invalid duration \"{}\"", text, text);
    return parsed;
}

Result<std::string> delete_object(Session& session, const Target& target, const Deletion& how) {
    auto body = json::Value::object({{"kind", "DeleteOptions"}, {"apiVersion", "v1"}});
    if (how.grace_period >= 0) body.set("gracePeriodSeconds", how.grace_period);
    if (!how.cascade.empty()) body.set("propagationPolicy", how.cascade == "orphan" ? "Orphan" : how.cascade == "foreground" ? "Foreground" : "Background");
    net::Query query;
    if (how.dry_run_server) query.add("dryRun", "All");
    const auto answer = TRY(session.ask({"DELETE", api_path(target.resource.gvr, target.ns, target.name, "", query), json::write(body)}));
    return answer["kind"].as_string() == "Status" ? answer["details"]["uid"].as_string() : answer["metadata"]["uid"].as_string();
}

Status wait_gone(Session& session, const Target& target, const std::string& uid, Duration timeout) {
    auto& clock = Clock::system();
    const auto deadline = clock.elapsed() + timeout;
    for (;;) {
        auto live = session.get(api_path(target.resource.gvr, target.ns, target.name));
        if (!live.ok()) return live.status().reason() == Reason::NotFound ? Status() : live.status();
        if (!uid.empty() && (*live)["metadata"]["uid"].as_string() != uid) return {};
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline - clock.elapsed()).count();
        if (deadline <= clock.elapsed()) return local_error("timed out waiting for the condition on {}/{}", target.resource.gvr.group_resource(), target.name);
        net::Query query;
        query.add("fieldSelector", "metadata.name=" + target.name);
        query.add("resourceVersion", (*live)["metadata"]["resourceVersion"].as_string());
        query.add("timeoutSeconds", std::to_string(std::max<int64_t>(left, 1)));
        bool gone = false;
        auto done = watch_events(session, api_path(target.resource.gvr, target.ns, "", "", query), "application/json", [&](const std::string& type, const json::Value&) {
            gone = type == "DELETED";
            return !gone;
        });
        if (gone) return {};
        // A watch whose history is too old is started anew after another look.
        if (!done.ok() && done.reason() != Reason::Expired && done.reason() != Reason::Gone) return done;
    }
}

Status delete_and_wait(Session& session, const Target& target, const Deletion& how) {
    const auto uid = TRY(delete_object(session, target, how));
    return wait_gone(session, target, uid, how.timeout);
}

namespace {

struct Delete {
    Selection selection;
    Deletion deletion;
    std::string timeout = "0s", output, dry_run = "none", raw;
    bool wait = true, force = false, now = false, ignore_not_found = false, interactive = false;
};

void add_flags(Call& call, Delete& what) {
    auto& options = call.options;
    what.selection.add_files(options, "containing the resource to delete.");
    what.selection.add_selectors(options);
    options.toggle("all", 0, &what.selection.all, "Delete all resources, in the namespace of the specified resource types.");
    options.toggle("all-namespaces", 'A', &what.selection.all_namespaces, "If present, delete the requested object(s) across all namespaces.");
    options.text("cascade", 0, &what.deletion.cascade, "Must be \"background\", \"orphan\", or \"foreground\". Selects the deletion cascading strategy for the dependents.", "background");
    options.number("grace-period", 0, &what.deletion.grace_period, "Period of time in seconds given to the resource to terminate gracefully. Ignored if negative.");
    options.toggle("force", 0, &what.force, "If true, immediately remove resources from API and bypass graceful deletion.");
    options.toggle("now", 0, &what.now, "If true, resources are signaled for immediate shutdown (same as --grace-period=1).");
    options.toggle("wait", 0, &what.wait, "If true, wait for resources to be gone before returning. This waits for finalizers.");
    options.toggle("ignore-not-found", 0, &what.ignore_not_found, "Treat \"resource not found\" as a successful delete. Defaults to \"true\" when --all is specified.");
    options.toggle("interactive", 'i', &what.interactive, "If true, delete resource only when user confirms.");
    options.text("timeout", 0, &what.timeout, "The length of time to wait before giving up on a delete, zero means determine a timeout from the size of the object.");
    options.text("output", 'o', &what.output, "Output mode. Use \"-o name\" for shorter output (resource/name).");
    options.text("dry-run", 0, &what.dry_run, "Must be \"none\", \"server\", or \"client\".", "unchanged");
    options.text("raw", 0, &what.raw, "Raw URI to DELETE to the server.");
}

Status read_how(Call& call, Delete& what) {
    if (!what.output.empty() && what.output != "name") return local_error("unexpected -o output mode: {}. We only support '-o name'", what.output);
    if (what.selection.all && !what.selection.selector.empty()) return local_error("cannot set --all and --selector at the same time");
    if (what.selection.all && !what.selection.field_selector.empty()) return local_error("cannot set --all and --field-selector at the same time");
    auto& how = what.deletion;
    if (what.now) {
        if (how.grace_period != -1) return local_error("--now and --grace-period cannot be specified together");
        how.grace_period = 1;
    }
    if (how.grace_period > 0 && what.force) return local_error("--force and --grace-period greater than 0 cannot be specified together");
    if (how.grace_period == 0 && !what.force) {
        // As with kubectl: no immediate removal by accident.
        how.grace_period = 1;
    } else if (what.force && how.grace_period < 0) {
        how.grace_period = 0;
    }
    if (what.force && how.grace_period == 0)
        print_error(paint("Warning:", Colour::Yellow, 2) +
                    " Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n");
    if (how.cascade == "true") how.cascade = "background";
    if (how.cascade == "false") how.cascade = "orphan";
    if (how.cascade != "background" && how.cascade != "foreground" && how.cascade != "orphan")
        return local_error("Invalid cascade value ({}). Must be \"background\", \"foreground\", or \"orphan\".", how.cascade);
    if (const auto timeout = TRY(read_timeout(what.timeout)); timeout > Duration(0)) how.timeout = timeout;
    how.dry_run_server = what.dry_run == "server";
    if (what.selection.all && !call.options.was_set("ignore-not-found")) what.ignore_not_found = true;
    return {};
}

// Targets with names: selectors and --all become what they find.
Result<std::vector<Target>> victims(Call& call, Delete& what) {
    auto& session = *TRY(call.session());
    std::vector<Target> found;
    for (auto& target : TRY(read_targets(call, what.selection, call.words))) {
        if (!target.name.empty()) {
            found.push_back(std::move(target));
            continue;
        }
        if (!what.selection.all && what.selection.selector.empty() && what.selection.field_selector.empty())
            return local_error("resource(s) were provided, but no name was specified");
        auto list = list_objects(session, target.resource, target.ns, what.selection);
        if (!list.ok()) {
            if (list.status().reason() == Reason::MethodNotAllowed) continue;
            return list.status();
        }
        for (const auto& item : (*list)["items"].items())
            found.push_back({target.resource, item["metadata"]["namespace"].as_string(), item["metadata"]["name"].as_string()});
    }
    return found;
}

void show(const Delete& what, const Target& target) {
    if (what.output == "name") return print(target.shown() + "\n");
    const char* how = what.deletion.grace_period == 0 ? "force deleted" : "deleted";
    const char* mark = what.dry_run == "server" ? " (server dry run)" : what.dry_run == "none" ? "" : " (dry run)";
    const auto from = target.ns.empty() ? std::string() : fmt::format(" from {} namespace", target.ns);
    print(fmt::format("{} \"{}\" {}{}{}\n", target.resource.shown(), target.name, how, from, mark));
}

bool confirmed(const std::vector<Target>& targets) {
    print("You are about to delete the following " + std::to_string(targets.size()) + " resource(s):\n");
    for (const auto& target : targets) print(target.shown() + "\n");
    print("Do you want to continue? (y/N): ");
    std::fflush(stdout);
    const int answer = std::getchar();
    return answer == 'y' || answer == 'Y';
}

}  // namespace

Status remove(Call& call) {
    Delete what;
    add_flags(call, what);
    TRY(call.parse());
    TRY(read_how(call, what));
    auto& session = *TRY(call.session());
    if (!what.raw.empty()) {
        print(TRY(session.text({"DELETE", what.raw})));
        return {};
    }
    if (call.words.empty() && what.selection.files.empty())
        return local_error("You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'");
    const auto targets = TRY(victims(call, what));
    if (targets.empty()) return print("No resources found\n"), Status();
    if (what.interactive && !confirmed(targets)) return print("deletion is cancelled\n"), Status();
    std::vector<std::pair<const Target*, std::string>> deleted;
    for (const auto& target : targets) {
        if (what.dry_run != "none" && what.dry_run != "server") {
            show(what, target);
            continue;
        }
        auto uid = delete_object(session, target, what.deletion);
        if (!uid.ok()) {
            if (what.ignore_not_found && uid.status().reason() == Reason::NotFound) continue;
            call.complain(target.source.empty() || uid.status().reason() == Reason::Unknown
                              ? uid.status()
                              : error(uid.status().reason(), "error when deleting \"{}\": {}", target.source, uid.status().message()));
            continue;
        }
        show(what, target);
        std::fflush(stdout);
        deleted.emplace_back(&target, *uid);
    }
    if (!what.wait || what.dry_run != "none") return {};
    for (const auto& [target, uid] : deleted) {
        auto gone = wait_gone(session, *target, uid, what.deletion.timeout);
        if (!gone.ok() && gone.reason() != Reason::Forbidden && gone.reason() != Reason::MethodNotAllowed) call.complain(gone);
    }
    return {};
}

}  // namespace skiff::cli::kubectl
