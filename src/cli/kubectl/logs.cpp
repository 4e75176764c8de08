#include <cstdio>
#include <mutex>
#include <thread>

#include "api/timestamp.h"
#include "base/strings.h"
#include "cli/kubectl/deletion.h"
#include "cli/kubectl/pod_choice.h"
#include "cli/kubectl/verb_list.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

struct Logs {
    std::string container, since = "0s", since_time, selector, running_timeout = "20s";
    int64_t tail = -1, limit_bytes = 0, max_requests = 5;
    bool follow = false, previous = false, timestamps = false, all_containers = false, all_pods = false, prefix = false, ignore_errors = false, insecure = false;
};

struct Source {
    std::string pod, container, path;
};

void add_flags(Call& call, Logs& logs) {
    auto& options = call.options;
    options.toggle("follow", 'f', &logs.follow, "Specify if the logs should be streamed.");
    options.text("container", 'c', &logs.container, "Print the logs of this container");
    options.toggle("previous", 'p', &logs.previous, "If true, print the logs for the previous instance of the container in a pod if it exists.");
    options.toggle("timestamps", 0, &logs.timestamps, "Include timestamps on each line in the log output");
    options.number("tail", 0, &logs.tail, "Lines of recent log file to display. Defaults to -1 with no selector, showing all log lines otherwise 10.");
    options.number("limit-bytes", 0, &logs.limit_bytes, "Maximum bytes of logs to return. Defaults to no limit.");
    options.text("since", 0, &logs.since, "Only return logs newer than a relative duration like 5s, 2m, or 3h.");
    options.text("since-time", 0, &logs.since_time, "Only return logs after a specific date (RFC3339).");
    options.text("selector", 'l', &logs.selector, "Selector (label query) to filter on.");
    options.toggle("all-containers", 0, &logs.all_containers, "Get all containers' logs in the pod(s).");
    options.toggle("all-pods", 0, &logs.all_pods, "Get logs from all pod(s). Sets prefix to true.");
    options.toggle("prefix", 0, &logs.prefix, "Prefix each log line with the log source (pod name and container name)");
    options.toggle("ignore-errors", 0, &logs.ignore_errors, "If watching / following pod logs, allow for any errors that occur to be non-fatal");
    options.number("max-log-requests", 0, &logs.max_requests, "Specify maximum number of concurrent logs to follow when using by a selector. Defaults to 5.");
    options.text("pod-running-timeout", 0, &logs.running_timeout, "The length of time to wait until at least one pod is running");
    options.toggle("insecure-skip-tls-verify-backend", 0, &logs.insecure, "Skip verifying the identity of the kubelet that logs are requested from.");
}

Result<net::Query> query_of(const Logs& logs, bool tail_set) {
    net::Query query;
    if (logs.follow) query.add("follow", "true");
    if (logs.previous) query.add("previous", "true");
    if (logs.timestamps) query.add("timestamps", "true");
    if (logs.limit_bytes > 0) query.add("limitBytes", std::to_string(logs.limit_bytes));
    if (!logs.selector.empty() && logs.tail == -1 && !tail_set) query.add("tailLines", "10");
    else if (logs.tail != -1) query.add("tailLines", std::to_string(logs.tail));
    if (!logs.since_time.empty()) {
        if (!api::parse_time(logs.since_time)) return local_error("parsing time \"{}\": not a date like 2006-01-02T15:04:05Z", logs.since_time);
        query.add("sinceTime", logs.since_time);
    }
    const auto since = TRY(read_timeout(logs.since));
    if (since > Duration(0)) query.add("sinceSeconds", std::to_string(std::max<int64_t>(1, std::chrono::round<std::chrono::seconds>(since).count())));
    return query;
}

Status add_sources(const Logs& logs, const json::Value& pod, const net::Query& query, bool quiet, std::vector<Source>& sources) {
    const auto& name = pod["metadata"]["name"].as_string();
    const auto add = [&](const std::string& container) {
        auto with_container = query;
        with_container.add("container", container);
        sources.push_back({name, container, api_path({"", "v1", "pods"}, pod["metadata"]["namespace"].as_string(), name, "log", with_container)});
    };
    if (!logs.all_containers) {
        add(TRY(choose_container(pod, logs.container, quiet)));
        return {};
    }
    for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
        for (const auto& container : pod["spec"][list].items()) add(container["name"].as_string());
    return {};
}

// Whole lines with the prefix; several sources may write at once.
class LinePrinter {
public:
    LinePrinter(std::mutex& mutex, std::string prefix) : mutex_(mutex), prefix_(std::move(prefix)) {}
    bool operator()(std::string_view bytes) {
        if (prefix_.empty() && alone) {
            print(bytes);
            return std::fflush(stdout) == 0;
        }
        held_ += bytes;
        size_t from = 0;
        std::lock_guard lock(mutex_);
        for (size_t end; (end = held_.find('\n', from)) != std::string::npos; from = end + 1) print(prefix_ + held_.substr(from, end + 1 - from));
        held_.erase(0, from);
        return std::fflush(stdout) == 0;
    }
    void finish() {
        std::lock_guard lock(mutex_);
        if (!held_.empty()) print(prefix_ + held_);
        held_.clear();
    }
    bool alone = false;

private:
    std::mutex& mutex_;
    std::string prefix_, held_;
};

Status print_sources(Session& session, const Logs& logs, const std::vector<Source>& sources) {
    std::mutex mutex;
    std::vector<Status> results(sources.size());
    const auto one = [&](size_t i, bool alone) {
        LinePrinter out(mutex, logs.prefix ? fmt::format("[pod/{}/{}] ", sources[i].pod, sources[i].container) : "");
        out.alone = alone;
        results[i] = session.stream({"GET", sources[i].path, "", "application/json", "*/*"}, [&](std::string_view bytes) { return out(bytes); });
        out.finish();
        if (!results[i].ok() && logs.ignore_errors) {
            std::lock_guard lock(mutex);
            print("error: " + results[i].message() + "\n");
            results[i] = {};
        }
    };
    if (logs.follow && sources.size() > 1) {
        if (static_cast<int64_t>(sources.size()) > logs.max_requests)
            return local_error("you are attempting to follow {} log streams, but maximum allowed concurrency is {}, use --max-log-requests to increase the limit", sources.size(),
                               logs.max_requests);
        std::vector<std::jthread> threads;
        for (size_t i = 0; i < sources.size(); ++i) threads.emplace_back([&, i] { one(i, false); });
    } else {
        for (size_t i = 0; i < sources.size(); ++i) {
            one(i, true);
            if (!results[i].ok()) return results[i];
        }
    }
    for (auto& result : results) TRY(std::move(result));
    return {};
}

}  // namespace

Status logs(Call& call) {
    Logs logs;
    add_flags(call, logs);
    TRY(call.parse());
    static constexpr const char* kExpected = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";
    auto words = call.words;
    if (words.empty() && logs.selector.empty()) return call.usage_error(kExpected);
    if (!words.empty() && !logs.selector.empty()) return call.usage_error("only a selector (-l) or a POD name is allowed");
    if (words.size() > 2) return call.usage_error(kExpected);
    if (words.size() == 2) {
        if (!logs.container.empty()) return local_error("only one of -c or an inline [CONTAINER] arg is allowed");
        logs.container = words[1];
        words.pop_back();
    }
    if (logs.all_containers && !logs.container.empty()) return local_error("--all-containers=true should not be specified with container name {}", logs.container);
    if (logs.tail < -1) return local_error("--tail must be greater than or equal to -1");
    if (logs.all_pods) logs.prefix = true;
    auto& session = *TRY(call.session());
    const auto query = TRY(query_of(logs, call.options.was_set("tail")));
    std::vector<Source> sources;
    if (words.empty()) {
        Selection selection;
        selection.selector = logs.selector;
        Resource pods;
        pods.gvr = {"", "v1", "pods"};
        const auto list = TRY(list_objects(session, pods, session.ns(), selection));
        if (list["items"].empty()) print_error("No resources found in " + session.ns() + " namespace.\n");
        for (const auto& pod : list["items"].items()) TRY(add_sources(logs, pod, query, false, sources));
        return print_sources(session, logs, sources);
    }
    const auto target = TRY(one_target(call, words, "pods"));
    if (logs.all_pods) {
        for (const auto& pod : TRY(all_pods(session, target))) TRY(add_sources(logs, pod, query, true, sources));
    } else {
        auto pod = choose_pod(call, target, Preference::Logging, TRY(read_timeout(logs.running_timeout)));
        if (!pod.ok() && pod.status().reason() == Reason::NotFound && pod.status().code())
            return local_error("error from server (NotFound): {} in namespace \"{}\"", pod.status().message(), session.ns());
        if (!pod.ok()) return pod.status();
        TRY(add_sources(logs, *pod, query, false, sources));
    }
    return print_sources(session, logs, sources);
}

}  // namespace skiff::cli::kubectl
