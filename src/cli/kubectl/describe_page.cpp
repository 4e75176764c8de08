#include "cli/kubectl/describe_page.h"

#include <algorithm>
#include <ctime>

#include "api/timestamp.h"
#include "base/strings.h"
#include "cli/kubectl/tab_text.h"
#include "cli/kubectl/written.h"

namespace skiff::cli::kubectl {

namespace {

constexpr size_t kAnnotationCharsMax = 140;

std::vector<const json::Member*> by_name(const json::Value& map) {
    std::vector<const json::Member*> members;
    for (const auto& member : map.members()) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
    return members;
}

}  // namespace

void DescribePage::raw(int level, std::string_view text) {
    open_.append(static_cast<size_t>(level) * 2, ' ');
    open_ += text;
    open_ += '\n';
}

void DescribePage::lines(const std::string& title, const std::vector<std::string>& values) {
    if (values.empty()) raw(0, title + ":\t<none>");
    for (size_t i = 0; i < values.size(); ++i) raw(0, (i ? "\t" : title + ":\t") + values[i]);
}

void DescribePage::labels(const std::string& title, const json::Value& labels) {
    std::vector<std::string> values;
    for (const auto* label : by_name(labels)) values.push_back(label->key + "=" + label->value.as_string());
    lines(title, values);
}

void DescribePage::annotations(const std::string& title, const json::Value& annotations) {
    std::vector<std::string> values;
    for (const auto* one : by_name(annotations)) {
        if (one->key == kLastApplied) continue;
        auto value = one->value.as_string();
        if (value.ends_with('\n')) value.pop_back();
        if (value.size() + one->key.size() + 2 <= kAnnotationCharsMax && !contains(value, "\n")) {
            values.push_back(one->key + ": " + value);
            continue;
        }
        values.push_back(one->key + ":");
        for (const auto& part : split(value, '\n')) values.push_back("  " + (part.size() > kAnnotationCharsMax - 2 ? part.substr(0, kAnnotationCharsMax - 2) + "..." : part));
    }
    lines(title, values);
}

void DescribePage::tolerations(const std::string& title, const json::Value& tolerations) {
    auto sorted = tolerations.items();
    std::stable_sort(sorted.begin(), sorted.end(), [](const json::Value& a, const json::Value& b) { return a["key"].as_string() < b["key"].as_string(); });
    std::vector<std::string> values;
    for (const auto& one : sorted) {
        auto text = one["key"].as_string();
        const auto &value = one["value"].as_string(), &effect = one["effect"].as_string();
        if (!value.empty()) text += "=" + value;
        if (!effect.empty()) text += ":" + effect;
        if (one["operator"].as_string() == "Exists" && value.empty()) text += text.empty() ? "op=Exists" : " op=Exists";
        if (one.has("tolerationSeconds")) text += fmt::format(" for {}s", one["tolerationSeconds"].as_int());
        values.push_back(text);
    }
    lines(title, values);
}

void DescribePage::conditions(const json::Value& conditions) {
    if (!conditions.size()) return;
    raw(0, "Conditions:\n  Type\tStatus\tReason");
    raw(1, "----\t------\t------");
    for (const auto& one : conditions.items()) line(1, "{} \t{}\t{}", one["type"].as_string(), one["status"].as_string(), one["reason"].as_string());
}

void DescribePage::events(json::Value events) {
    if (!events.size()) return raw(0, "Events:\t<none>");
    flush();
    auto& items = events.mut_items();
    std::stable_sort(items.begin(), items.end(), [](const json::Value& a, const json::Value& b) { return a["lastTimestamp"].as_string() < b["lastTimestamp"].as_string(); });
    raw(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage");
    raw(1, "----\t------\t----\t----\t-------");
    for (const auto& event : items) {
        auto interval = age_of(event["eventTime"].as_string().empty() ? event["firstTimestamp"].as_string() : event["eventTime"].as_string());
        if (event["series"].is_object()) interval = fmt::format("{} (x{} over {})", age_of(event["series"]["lastObservedTime"].as_string()), event["series"]["count"].as_int(), interval);
        else if (event["count"].as_int() > 1) interval = fmt::format("{} (x{} over {})", age_of(event["lastTimestamp"].as_string()), event["count"].as_int(), interval);
        const auto& source = event["source"]["component"].as_string();
        line(1, "{}\t{}\t{}\t{}\t{}", event["type"].as_string(), event["reason"].as_string(), interval, source.empty() ? event["reportingComponent"].as_string() : source,
             trim(event["message"].as_string()));
    }
}

void DescribePage::flush() {
    done_ += align(open_, {0, 2});
    open_.clear();
}

std::string DescribePage::text() {
    flush();
    return std::move(done_);
}

std::string long_time(const std::string& timestamp) {
    const auto time = api::parse_time(timestamp);
    if (!time) return "Mon, 01 Jan 0001 00:00:00 +0000";
    const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(*time));
    tm local{};
    ::localtime_r(&seconds, &local);
    char text[64];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S %z", &local);
    return text;
}

std::string age_of(const std::string& timestamp) {
    const auto time = api::parse_time(timestamp);
    return time ? api::human_duration(Clock::system().now() - *time) : "<unknown>";
}

std::string or_none(const std::string& text) { return text.empty() ? "<none>" : text; }

std::string selector_text(const json::Value& selector) {
    const bool typed = selector["matchLabels"].is_object() || selector["matchExpressions"].is_array();
    std::vector<std::string> terms;
    for (const auto* label : by_name(typed ? selector["matchLabels"] : selector)) terms.push_back(label->key + "=" + label->value.as_string());
    for (const auto& one : selector["matchExpressions"].items()) {
        const auto& op = one["operator"].as_string();
        const auto& key = one["key"].as_string();
        std::vector<std::string> values;
        for (const auto& value : one["values"].items()) values.push_back(value.as_string());
        if (op == "Exists") terms.push_back(key);
        else if (op == "DoesNotExist") terms.push_back("!" + key);
        else terms.push_back(key + (op == "In" ? " in (" : " notin (") + join(values, ",") + ")");
    }
    return or_none(join(terms, ","));
}

std::string controller_of(const json::Value& object) {
    for (const auto& owner : object["metadata"]["ownerReferences"].items())
        if (owner["controller"].as_bool()) return owner["kind"].as_string() + "/" + owner["name"].as_string();
    return "";
}

}  // namespace skiff::cli::kubectl
