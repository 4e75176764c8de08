#include "api/selector.h"
#include "cli/why/finding.h"

namespace skiff::cli::why {

namespace {

const json::Value kNull;

std::string filled(std::string_view text, const std::string& subject, const std::string& message) {
    std::string out;
    for (char c : text) {
        if (c == '%') out += subject;
        else if (c == '&') out += message;
        else out += c;
    }
    return out;
}

bool has_any(std::string_view parts, const std::string& message) {
    for (;;) {
        const size_t end = parts.find('|');
        if (message.find(parts.substr(0, end)) != std::string::npos) return true;
        if (end == std::string_view::npos) return false;
        parts.remove_prefix(end + 1);
    }
}

}  // namespace

const Meaning* meaning_of(std::span<const Meaning> table, const std::string& message) {
    for (const auto& row : table)
        if (has_any(row.parts, message)) return &row;
    return nullptr;
}

Finding say(const Meaning& meaning, const std::string& subject, const std::string& message) {
    return {filled(meaning.cause, subject, message), filled(meaning.help, subject, message)};
}

bool selects(const json::Value& selector, const json::Value& labels) {
    auto read = api::LabelSelector::from_object(selector);
    return read.ok() && read->matches(labels);
}

bool judge_going(const json::Value& object, Findings& findings) {
    const auto& meta = object["metadata"];
    if (meta["deletionTimestamp"].as_string().empty() || meta["finalizers"].size() == 0) return false;
    const auto& finalizer = meta["finalizers"][0].as_string();
    if (finalizer == "foregroundDeletion") findings.push_back({"it is being deleted and waits until all that it owns is gone", "kubectl get pods -n " + ns_of(object) + "; skiff why pod NAME"});
    else if (finalizer == "orphan") findings.push_back({"it is being deleted and waits until what it owns is let go", "wait some seconds"});
    else findings.push_back({"it is being deleted and waits for finalizer " + finalizer, "whoever set the finalizer must remove it; look at that controller's log"});
    return true;
}

const json::Value& blocking_budget(const World& world, const json::Value& pod) {
    for (const auto& budget : world.list("poddisruptionbudgets"))
        if (ns_of(budget) == ns_of(pod) && budget["status"]["disruptionsAllowed"].as_int() == 0 && selects(budget["spec"]["selector"], pod["metadata"]["labels"])) return budget;
    return kNull;
}

}  // namespace skiff::cli::why
