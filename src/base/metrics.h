// Metrics: counters, gauges and histograms in Prometheus' text format. A family is declared once (name, help, label names, bound of
// series) and owned by a Registry; a series is found by its label values. Updates are lock-free; finding a series takes a short lock,
// so hot paths keep the reference. Series per family are bounded: over it, values are folded into one series with labels "other".
// Any thread. References stay valid as long as the Registry.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace skiff::metrics {

class Counter {
public:
    void add(double by = 1);
    double value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_{0};
};

class Gauge {
public:
    void set(double value) { value_.store(value, std::memory_order_relaxed); }
    void add(double by);
    double value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_{0};
};

class Histogram {
public:
    // The bounds must outlive it.
    explicit Histogram(const std::vector<double>& bounds);
    void observe(double value);
    double sum() const { return sum_.load(std::memory_order_relaxed); }
    // The lines of one series; labels: `a="b",c="d"`.
    void append(std::string& out, const std::string& name, const std::string& labels) const;

private:
    const std::vector<double>& bounds_;
    std::unique_ptr<std::atomic<uint64_t>[]> buckets_;   // bounds + 1
    std::atomic<double> sum_{0};
};

// Seconds, as Kubernetes' request durations.
std::vector<double> duration_bounds();

template <typename Series>
class Family {
public:
    Series& with(std::initializer_list<std::string_view> label_values);

private:
    friend class Registry;
    Family(std::string name, std::string help, std::vector<std::string> labels, size_t series_max, std::vector<double> bounds)
        : name_(std::move(name)), help_(std::move(help)), labels_(std::move(labels)), series_max_(series_max), bounds_(std::move(bounds)) {}
    std::string name_, help_;
    std::vector<std::string> labels_;
    size_t series_max_;
    std::vector<double> bounds_;
    mutable std::mutex mutex_;
    std::map<std::vector<std::string>, std::unique_ptr<Series>> series_;
};

class Registry {
public:
    static constexpr size_t kSeriesMax = 2000;

    Family<Counter>& counter(std::string name, std::string help, std::vector<std::string> labels = {}, size_t series_max = kSeriesMax);
    Family<Gauge>& gauge(std::string name, std::string help, std::vector<std::string> labels = {}, size_t series_max = kSeriesMax);
    Family<Histogram>& histogram(std::string name, std::string help, std::vector<std::string> labels = {},
                                 std::vector<double> bounds = duration_bounds(), size_t series_max = kSeriesMax);
    // A text block computed when metrics are read (process_*, sizes of queues).
    void collect(std::function<void(std::string& out)> collector);
    // Prometheus text format 0.0.4.
    std::string text() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Family<Counter>>> counters_;
    std::vector<std::unique_ptr<Family<Gauge>>> gauges_;
    std::vector<std::unique_ptr<Family<Histogram>>> histograms_;
    std::vector<std::function<void(std::string&)>> collectors_;
};

// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, process_start_time_seconds.
void append_process_metrics(std::string& out);

}  // namespace skiff::metrics
