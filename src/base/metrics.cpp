#include "base/metrics.h"

#include <dirent.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace skiff::metrics {
namespace {

void atomic_add(std::atomic<double>& value, double by) {
    double old = value.load(std::memory_order_relaxed);
    while (!value.compare_exchange_weak(old, old + by, std::memory_order_relaxed)) {
    }
}

std::string number(double value) {
    if (value == static_cast<double>(static_cast<int64_t>(value))) return fmt::format("{}", static_cast<int64_t>(value));
    return fmt::format("{}", value);
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append("=\"");
    for (char c : value) {
        if (c == '\n') {
            out.append("\\n");
            continue;
        }
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
}

// a="b",c="d"
std::string label_text(const std::vector<std::string>& names, const std::vector<std::string>& values) {
    std::string out;
    for (size_t i = 0; i < names.size(); ++i) {
        if (i > 0) out.push_back(',');
        append_label(out, names[i], i < values.size() ? values[i] : "");
    }
    return out;
}

std::string braced(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

void append_head(std::string& out, const std::string& name, const std::string& help, std::string_view type) {
    out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

}  // namespace

void Counter::add(double by) { atomic_add(value_, by); }
void Gauge::add(double by) { atomic_add(value_, by); }

Histogram::Histogram(const std::vector<double>& bounds) : bounds_(bounds), buckets_(new std::atomic<uint64_t>[bounds.size() + 1]) {
    for (size_t i = 0; i <= bounds.size(); ++i) buckets_[i] = 0;
}

void Histogram::observe(double value) {
    size_t i = static_cast<size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin());
    buckets_[i].fetch_add(1, std::memory_order_relaxed);
    atomic_add(sum_, value);
}

void Histogram::append(std::string& out, const std::string& name, const std::string& labels) const {
    const std::string bucket = name + "_bucket{" + labels + (labels.empty() ? "" : ",") + "le=\"", shown = braced(labels);
    uint64_t total = 0;
    for (size_t i = 0; i <= bounds_.size(); ++i) {
        total += buckets_[i].load(std::memory_order_relaxed);
        out.append(fmt::format("{}{}\"}} {}\n", bucket, i < bounds_.size() ? number(bounds_[i]) : "+Inf", total));
    }
    out.append(fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, shown, number(sum()), name, shown, total));
}

std::vector<double> duration_bounds() { return {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60}; }

template <typename Series>
Series& Family<Series>::with(std::initializer_list<std::string_view> label_values) {
    std::vector<std::string> key(label_values.begin(), label_values.end());
    std::lock_guard lock(mutex_);
    auto found = series_.find(key);
    if (found == series_.end()) {
        if (series_.size() >= series_max_) key.assign(labels_.size(), "other");
        auto& slot = series_[key];
        if (!slot) {
            if constexpr (std::is_same_v<Series, Histogram>) slot = std::make_unique<Series>(bounds_);
            else slot = std::make_unique<Series>();
        }
        return *slot;
    }
    return *found->second;
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

Family<Counter>& Registry::counter(std::string name, std::string help, std::vector<std::string> labels, size_t series_max) {
    std::lock_guard lock(mutex_);
    for (const auto& family : counters_)
        if (family->name_ == name) return *family;
    counters_.emplace_back(new Family<Counter>(std::move(name), std::move(help), std::move(labels), series_max, {}));
    return *counters_.back();
}

Family<Gauge>& Registry::gauge(std::string name, std::string help, std::vector<std::string> labels, size_t series_max) {
    std::lock_guard lock(mutex_);
    for (const auto& family : gauges_)
        if (family->name_ == name) return *family;
    gauges_.emplace_back(new Family<Gauge>(std::move(name), std::move(help), std::move(labels), series_max, {}));
    return *gauges_.back();
}

Family<Histogram>& Registry::histogram(std::string name, std::string help, std::vector<std::string> labels, std::vector<double> bounds,
                                       size_t series_max) {
    std::lock_guard lock(mutex_);
    for (const auto& family : histograms_)
        if (family->name_ == name) return *family;
    histograms_.emplace_back(new Family<Histogram>(std::move(name), std::move(help), std::move(labels), series_max, std::move(bounds)));
    return *histograms_.back();
}

void Registry::collect(std::function<void(std::string&)> collector) {
    std::lock_guard lock(mutex_);
    collectors_.push_back(std::move(collector));
}

std::string Registry::text() const {
    std::string out;
    std::lock_guard lock(mutex_);
    for (const auto& family : counters_) {
        append_head(out, family->name_, family->help_, "counter");
        std::lock_guard held(family->mutex_);
        for (const auto& [values, series] : family->series_)
            out.append(family->name_).append(braced(label_text(family->labels_, values))).append(" ").append(number(series->value())).append("\n");
    }
    for (const auto& family : gauges_) {
        append_head(out, family->name_, family->help_, "gauge");
        std::lock_guard held(family->mutex_);
        for (const auto& [values, series] : family->series_)
            out.append(family->name_).append(braced(label_text(family->labels_, values))).append(" ").append(number(series->value())).append("\n");
    }
    for (const auto& family : histograms_) {
        append_head(out, family->name_, family->help_, "histogram");
        std::lock_guard held(family->mutex_);
        for (const auto& [values, series] : family->series_) series->append(out, family->name_, label_text(family->labels_, values));
    }
    for (const auto& collector : collectors_) collector(out);
    return out;
}

// When the kernel started us: /proc/self/stat counts from boot, which happened its uptime ago.
static double start_time_s() {
    double ticks = 0, uptime_s = 0;
    if (FILE* stat = std::fopen("/proc/self/stat", "re")) {
        unsigned long long started = 0;
        // The name in parentheses has no space in it: it is ours.
        if (std::fscanf(stat, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &started) == 1) ticks = static_cast<double>(started);
        std::fclose(stat);
    }
    if (FILE* uptime = std::fopen("/proc/uptime", "re")) {
        if (std::fscanf(uptime, "%lf", &uptime_s) != 1) uptime_s = 0;
        std::fclose(uptime);
    }
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 - uptime_s + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void append_process_metrics(std::string& out) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    append_head(out, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", "counter");
    out.append(fmt::format("process_cpu_seconds_total {}\n", cpu));
    long total_pages = 0, resident_pages = 0;
    if (FILE* statm = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(statm, "%ld %ld", &total_pages, &resident_pages) != 2) resident_pages = 0;
        std::fclose(statm);
    }
    append_head(out, "process_virtual_memory_bytes", "Virtual memory size in bytes.", "gauge");
    out.append(fmt::format("process_virtual_memory_bytes {}\n", total_pages * sysconf(_SC_PAGESIZE)));
    append_head(out, "process_resident_memory_bytes", "Resident memory size in bytes.", "gauge");
    out.append(fmt::format("process_resident_memory_bytes {}\n", resident_pages * sysconf(_SC_PAGESIZE)));
    size_t fds = 0;
    if (DIR* dir = opendir("/proc/self/fd")) {
        while (readdir(dir) != nullptr) ++fds;
        closedir(dir);
        fds = fds > 3 ? fds - 3 : 0;   // ".", ".." and the listing's own
    }
    append_head(out, "process_open_fds", "Number of open file descriptors.", "gauge");
    out.append(fmt::format("process_open_fds {}\n", fds));
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    append_head(out, "process_max_fds", "Maximum number of open file descriptors.", "gauge");
    out.append(fmt::format("process_max_fds {}\n", files.rlim_cur));
    append_head(out, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.", "gauge");
    out.append(fmt::format("process_start_time_seconds {:.2f}\n", start_time_s()));
}

}  // namespace skiff::metrics
